"""The command line: what a person types and a script reads."""

import io
import json
import re
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


REVIEW = (
    "Two tedious acts light on great scares and a good surprise ending, "
    "and well-made ones: supercalifragilisticexpialidocious!"
)


@pytest.mark.parametrize("columns", ["80", "60", "33", None])
def test_nothing_is_broken_inside_a_word(columns, monkeypatch, capsys):
    """Lines as wide as the terminal, 80 without one; the same words in the same order, behind their labels."""
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    assert main([REVIEW]) == 0
    out = capsys.readouterr().out
    long = [line for line in out.splitlines() if len(line) > int(columns or 80)]
    assert all(len(line.split()) < 3 for line in long) and (long == [] or columns == "33")
    assert max(map(len, out.splitlines())) > int(columns or 80) - 15  # and not much shorter
    monkeypatch.setenv("COLUMNS", "1000")
    assert main([REVIEW]) == 0
    assert capsys.readouterr().out.split() == out.split()
    labels = [line.split("  ")[0] for line in out.splitlines() if line[:1].strip()]
    assert labels == [
        "Prediction",
        "Anchor",
        "Precision",
        "Coverage",
        "Promise",
        "Asked",
        "Kept",
        "Lost",
        "Marks",
        "How",
    ]


def test_a_printed_explanation_has_its_labels_at_the_beginning_of_lines(monkeypatch):
    """Long lines go on two blanks further in, so that who looks for a label finds it."""
    from grokking_anchors import cli

    monkeypatch.setenv("COLUMNS", "50")
    found = cli.small_model().explain(REVIEW, seed=0)
    lines = str(found).splitlines()
    assert max(map(len, lines)) <= 50 and "Anchor: tedious" in lines
    begun = [line.split(": ")[0] for line in lines if not line.startswith("  ")]
    assert begun == list(found.facts()) and len(lines) > len(begun)
    whole = " ".join(f"{label}: {text}" for label, text in found.facts().items())
    assert " ".join(str(found).split()) == whole


class Terminal(io.StringIO):
    """A terminal that shows colours."""

    def isatty(self):
        return True


@pytest.mark.parametrize("plain", [False, True])
def test_kept_and_changed_words_are_marked(plain, monkeypatch):
    """With colours on a terminal, else or with NO_COLOR with [ ] and * *; one line says what they mean."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1") if plain else monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout", out := Terminal())
    assert main(["A certain thriller with a level of intelligence, made well."]) == 0
    held, changed = ("[", "]"), ("*", "*")
    if not plain:
        held, changed = ("\x1b[1;97;46m", "\x1b[0m"), ("\x1b[1;33m", "\x1b[0m")
    rows = dict(line.split("  ", 1) for line in out.getvalue().splitlines() if line[:1].strip())
    assert rows["Marks"].strip().startswith(f"{held[0]}held by the rule{held[1]}, {changed[0]}changed")
    anchor = rows["Anchor"].strip().split(" AND ")
    for label in ("Kept", "Lost"):
        assert all(held[0] + word + held[1] in rows[label] for word in anchor) or "none seen" in rows[label]
    assert f"{changed[0]}UNK{changed[1]}" in rows["Kept"] and ("\x1b" in out.getvalue()) is not plain


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


# ---- a model of one's own, tables, pages, standard input -------------------------------------------

MODELS = """
import numpy as np
rich = lambda frame: np.where(frame["age"] > 40, "rich", "poor")
class Model:
    def predict(self, frame): return rich(frame)
model = Model()
good = lambda texts: np.array(["good" in text for text in texts])
def fails(inputs): raise RuntimeError("no \\x1b[2J network")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a module of models and a table."""
    (tmp_path / "our_models.py").write_text(MODELS)
    rows = [f"{20 + i},{'ab'[i % 2]},{i}" for i in range(60)]
    (tmp_path / "table.csv").write_text("\n".join(["age,kind,target", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("our_models", None)


TABLE = ["--csv", "table.csv", "--model", "our_models:rich", "--drop", "target"]


@pytest.mark.parametrize("name", ["rich", "model", "model.predict"])
def test_a_row_of_a_table(name, folder, capsys):
    """A function, an object with predict, or a method; the columns are named by the header."""
    assert main(["--csv", "table.csv", "--model", f"our_models:{name}", "--row", "55", "--drop", "target"]) == 0
    out = capsys.readouterr().out
    assert "Prediction: rich" in out and "Anchor: age > " in out and "target" not in out
    assert str(folder) not in sys.path


def test_json_has_what_one_looks_for_first(folder, capsys):
    """At the top level, for texts and for rows; `--row` may come again."""
    assert main([*TABLE, "--row", "55", "--row", "0", "--json"]) == 0 and main(["wonderful", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["prediction"] for row in rows] == ["rich", "poor", "positive"]
    for row in rows:
        assert row["certified"] is True and row["anchor"] and row["precision"] > 0.95 and 0 < row["coverage"] <= 1
        assert "target" not in row["raw"]["instance"]


def test_a_text_model_of_ones_own(folder, capsys):
    """`--model` alone explains texts, and is named in place of the bundled one."""
    assert main(["a good film", "--model", "our_models:good"]) == 0
    out = capsys.readouterr().out
    assert "a [good] film" in out and "our_models:good" in out and "snippets" not in out


def test_a_page(folder, capsys):
    """One file for all, with nothing from elsewhere, and nothing of a text runs in it."""
    assert main(["<script>wonderful</script> film", "a \x1b[2J best day", "--html", "page.html"]) == 0
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and page.count("<details>") == 2
    assert "<script" not in page and "\x1b" not in page and "default-src 'none'" in page
    assert main(["a good film", "--html", "one.html"]) == 0
    assert "data:image/png" in (folder / "one.html").read_text()
    assert main(["x", "--html", "nowhere/page.html"]) == 2 and "nowhere/page.html" in capsys.readouterr().err


def stdin(monkeypatch, text):
    """A standard input that is no terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_dash_is_the_standard_input_everywhere(folder, monkeypatch, capsys):
    """Between other texts, and as the table."""
    stdin(monkeypatch, "I hate it.\n\nwonderful\n")
    assert main(["a good film", "-", "best", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["raw"]["instance"] for row in rows] == ["a good film", "I hate it.", "wonderful", "best"]
    stdin(monkeypatch, (folder / "table.csv").read_text())
    assert main(["--csv", "-", *TABLE[2:], "--row", "55"]) == 0
    stdin(monkeypatch, "")
    assert main(["-"]) == 2 and "no text" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv, said",
    [
        (["--csv", "table.csv", "--row", "1"], "--model module:function"),
        ([*TABLE], "--row N"),
        ([*TABLE, "--row", "60"], "--row must be between 0 and 59, came: 60"),
        ([*TABLE, "--row", "-1"], "--row must be between 0 and 59, came: -1"),
        ([*TABLE, "--row", "1", "a text"], "not both"),
        ([*TABLE, "--row", "1", "--drop", "tagret"], "no column 'tagret' in table.csv; it has: age, kind, target"),
        (["--row", "1", "a text"], "--row is for rows of a table"),
        (["--drop", "age", "a text"], "--drop is for rows of a table"),
        (["--csv", "none.csv", "--model", "our_models:rich", "--row", "1"], "none.csv"),
        (["a text", "--model", "our_models"], "module:function, came: 'our_models'"),
        (["a text", "--model", "our_models:bad"], "AttributeError.*bad"),
        (["a text", "--model", "no_such_module:f"], "No module named"),
        (["a text", "--model", "our_models:fails"], r"RuntimeError: no \\u001b\[2J network"),
        ([*TABLE[:2], "--model", "our_models:fails", "--row", "1"], "RuntimeError"),
    ],
)
def test_what_does_not_fit_is_told(argv, said, folder, capsys):
    """By the name of the option; code 2, no traceback, no command to the terminal."""
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert re.search(said, err) and err.startswith("grokking-anchors: ") and not out and "\x1b" not in err


def test_an_interrupt_ends_quietly(monkeypatch, capsys):
    """With the code that shells expect, in both commands."""

    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("grokking_anchors.cli.small_model", stop)
    monkeypatch.setattr("grokking_anchors.workshop.copying.copy_notebooks", stop)
    assert main(["a text"]) == 130 and main(["workshop", "x"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("where", ["/dev/null/x", "a\0b", "\x1b[2J/dev/null"])
def test_workshop_in_a_bad_place(where, tmp_path, monkeypatch):
    """A clear line that names the place, and no traceback."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "\x1b[2J").write_text("a file")
    with pytest.raises(SystemExit, match="^grokking-anchors: workshop ") as stop:
        main(["workshop", where, "--no-open"])
    assert "\x1b" not in str(stop.value) and "\0" not in str(stop.value)
