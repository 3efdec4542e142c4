"""The command line: what a person types and a script reads."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from grokking_anchors.cli import main

SENTENCE = "Python is the best programming language."


def test_one_sentence(capsys):
    """Verdict, marked sentence, promise, cost, examples; no colour when not on a terminal."""
    assert main([SENTENCE]) == 0
    out = capsys.readouterr().out
    for part in (
        "positive",
        "the [best] programming",
        "at least 0.95",
        "model calls",
        "Kept",
        "Lost",
        "Coverage",
    ):
        assert part in out
    assert "\x1b" not in out


def test_json_lines_from_stdin():
    """One object per line that is not blank."""
    run = subprocess.run(
        [sys.executable, "-m", "grokking_anchors.cli", "--json"],
        input="I hate it.\n\nwonderful\n",
        capture_output=True,
        text=True,
    )
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0 and [item["raw"]["prediction"] for item in found] == ["negative", "positive"]


def test_options_reach_the_search(capsys):
    """All of them."""
    assert (
        main(
            [SENTENCE, "--threshold", ".5", "--delta", ".2", "--tau", ".3", "--beam-size", "1", "--seed", "3", "--json"]
        )
        == 0
    )
    settings = json.loads(capsys.readouterr().out)["meta"]["params"]
    assert {k: settings[k] for k in ("threshold", "delta", "tau", "beam_size", "seed")} == dict(
        threshold=0.5, delta=0.2, tau=0.3, beam_size=1, seed=3
    )


@pytest.mark.parametrize(
    "argv",
    [
        ["--threshold", "1.5", "hello"],
        ["--delta", "0", "hello"],
        ["--tau", "0", "hello"],
        [""],
        ["--beam-size", "0", "x"],
    ],
)
def test_bad_input_is_code_two(argv, capsys):
    """With a message on stderr and nothing else."""
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("grokking-anchors: ") and not captured.out


def test_one_bad_text_does_not_lose_the_others(capsys):
    """It is named; the rest is explained."""
    assert main(["", "wonderful", "--json"]) == 2
    captured = capsys.readouterr()
    assert "text" in captured.err and json.loads(captured.out)["raw"]["instance"] == "wonderful"


def test_a_text_gives_the_terminal_no_commands(capsys):
    """They are shown as what they are: in the sentence, the examples, the JSON and the errors."""
    hostile = "\x07 a wonderful \x1b[2J\x9b1m\u202e\udc9b film\nAnchor: none"
    assert main([hostile]) == 0 and main([hostile, "--json"]) == 0 and main(["--seed", "-7", hostile]) == 2
    with pytest.raises(SystemExit):
        main(["--\x1b[2J", hostile])
    out, err = capsys.readouterr()
    assert not set("\x07\x1b\x9b\u202e\udc9b") & set(out + err)
    assert r"\u0007 a [wonderful] \u001b[2J\u009b1m\u202e\udc9b film" in out and r"--\u001b[2J" in err
    assert sum(line.startswith("Anchor") for line in out.splitlines()) == 1
    assert json.loads(out.splitlines()[-1])["raw"]["instance"] == hostile


def test_unknown_option():
    """argparse's own code and usage line."""
    with pytest.raises(SystemExit) as stop:
        main(["--treshold", ".9", "x"])
    assert stop.value.code == 2


@pytest.mark.parametrize("certified, code", [(True, 0), (False, 1)])
def test_code_says_whether_there_is_an_anchor(certified, code, monkeypatch, capsys):
    """0 if every text has a certified one, 1 if some have none."""
    from grokking_anchors import cli

    found = cli.small_model().explain(SENTENCE, seed=0)
    stub = type("Stub", (), dict(explain=lambda self, text, **options: replace(found, certified=certified)))
    monkeypatch.setattr(cli, "small_model", stub)
    assert main([SENTENCE]) == code and main(["--json", SENTENCE, SENTENCE]) == code
    assert ("No anchor" in capsys.readouterr().out) == (not certified)
