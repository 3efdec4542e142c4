"""The talk: an anchor from nothing, on one page and in half an hour; the rooms grow out of it."""

import ast
import json
import subprocess
import sys

import numpy as np
import pytest

import talk
from conftest import ROOT, read
from grokking_anchors.bandit import Arms, bernoulli_kl, critical_arms, kl_bounds, kl_lucb, upper_bound
from grokking_anchors.beam_search import grow
from grokking_anchors.encoding import all_rules, applies, coverage, precision
from grokking_anchors.sampling import IndependentSampler
from grokking_anchors.workshop.talk import behind, built, defined, poll, race

LIVE = read(ROOT / "nbs" / "live.ipynb")
CODE = [cell for cell in LIVE["cells"] if cell["cell_type"] == "code"]
GIVEN = "from grokking_anchors.words import movie_snippets, sentiment_model"


def tags(cell):
    """Its tags."""
    return set(cell["metadata"].get("tags", []))


def text(cell):
    """Its source."""
    return "".join(cell["source"])


def read_names(node):
    """What a statement reads that it does not make itself."""
    parts = list(ast.walk(node))
    read = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    own = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    own |= {part.arg for part in parts if isinstance(part, ast.arg)}
    return read - own - {part.name for part in parts if isinstance(part, ast.FunctionDef)}


def needed(*roots):
    """The statements without which these functions do not work, in order."""
    wanted, kept = set(roots), []
    for node in reversed(built()):
        if wanted & set(defined(node)):
            kept.append(node)
            wanted |= read_names(node)
    return kept[::-1]


def lines(node):
    """Lines of code, docstrings apart."""
    told = isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None
    return node.end_lineno - node.lineno + 1 - told


ALGORITHM = needed("beam_search", "coverage", "precision")
FUNCTIONS = [node for node in ALGORITHM if isinstance(node, ast.FunctionDef)]


def test_the_algorithm_is_short():
    """At most 75 lines in all, none of its functions over 12; 30 cells; 25 lines to type."""
    names = [node.name for node in FUNCTIONS]
    print(sum(map(lines, ALGORITHM)), "lines:", names)
    assert {"draw", "render", "applies", "kl_bounds", "kl_lucb", "grow", "beam_search"} <= set(names)
    assert sum(map(lines, ALGORITHM)) <= 75
    assert max(node.end_lineno - node.lineno + 1 for node in FUNCTIONS) <= 12
    assert len([cell for cell in CODE if not tags(cell) & {"catch-up", "poll", "widget"}]) <= 30
    assert sum(map(len, talk.blanks().values())) <= 25


def test_it_is_built_from_nothing():
    """Before the last stop nothing of the package is used but the given model, and what draws pictures."""
    before = text_until("from grokking_anchors import AnchorText")
    ours = [line for line in before.splitlines() if "grokking_anchors" in line and "import" in line]
    assert ours[0] == GIVEN and all("grokking_anchors.workshop." in line for line in ours[1:])
    modules = {name.name for node in ALGORITHM if isinstance(node, ast.Import) for name in node.names}
    froms = {node.module for node in ALGORITHM if isinstance(node, ast.ImportFrom)}
    assert modules == {"numpy"} and froms == {"grokking_anchors.words"}


def text_until(line):
    """The code of the page before the cell that begins so."""
    stop = next(i for i, cell in enumerate(CODE) if text(cell).startswith(line))
    return "\n".join(text(cell) for cell in CODE[:stop])


def test_its_text_alone_finds_the_anchor():
    """The statements of the algorithm, in a process of their own, under ten seeds."""
    run = "\nfor seed in range(10):\n    *_, (rules, _, _, found) = beam_search(np.random.default_rng(seed))\n"
    run += "    print(words[rules[found[0]]].tolist())"
    program = "\n".join(map(ast.unparse, ALGORITHM)) + run
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "['best']\n" * 10, done.stderr


def test_every_cell_has_something_to_see():
    """No cell runs without a word or a picture."""
    silent = [text(cell) for cell in CODE if not cell["outputs"] and "widget" not in tags(cell)]
    assert silent == []


@pytest.fixture(scope="module")
def typed():
    """Everything that the talk types."""
    namespace = {}
    behind(namespace, "beam_search")
    return namespace


def test_each_catch_up_is_enough(capsys):
    """Whoever comes late runs that cell alone, and goes on until the next blank."""
    before = CODE[: next(i for i, cell in enumerate(CODE) if "AnchorText" in text(cell))]
    late = [i for i, cell in enumerate(before) if "catch-up" in tags(cell)]
    assert len(late) >= 5
    for i in late:
        namespace = {}
        for cell in before[i:]:
            if "solution" in tags(cell):
                break
            exec(text(cell), namespace)
        assert "open: np, " in capsys.readouterr().out


def test_behind_leaves_alone_what_is_typed(capsys):
    """Blanks are filled in; what the listener typed stays, right or wrong."""
    namespace = {}
    exec("from grokking_anchors.workshop.exercises import TODO\ndef draw(rules, rng):\n    return TODO", namespace)
    exec("def agrees(texts): return 'mine'", namespace)
    behind(namespace, "draw")
    said = capsys.readouterr().out
    assert "draw" in said and "agrees" not in said
    assert namespace["agrees"](()) == "mine"
    assert namespace["draw"](np.ones((1, 6), bool), np.random.default_rng(0)).all()
    assert "render" not in namespace
    behind(namespace, "draw")
    assert capsys.readouterr().out == "✓ nothing is open up to here\n"
    with pytest.raises(ValueError, match="last must be a function that the talk types, came: 'drew'"):
        behind(namespace, "drew")


def test_half_a_statement_is_not_enough():
    """A statement that gives two names is typed when one of them is missing."""
    namespace = {"movie_snippets": lambda: (["good", "bad"] * 40, np.array(["positive", "negative"] * 40))}
    behind(namespace, "agrees")
    assert namespace["agrees"]([namespace["sentence"]]).all()


def test_a_poll_answers_after_the_choice():
    """Its first frame shows each option once and tells nothing; the verdict on each choice tells what is right."""
    asked = poll("Which?", ["one", "two"], right="two", why="Because of 2 > 1.")
    first = asked.still()
    assert "Poll: Which?<" in first and "Because" not in first and not {"✓", "✗"} & set(first)
    assert first.count(">one<") == first.count("one") == first.count(">two<") == first.count("two") == 1
    asked.controls["answer"].value = "one"
    assert "✗ It is: two. Because of 2 &gt; 1." in asked.screen.value
    asked.controls["answer"].value = "two"
    assert "✓ two. Because" in asked.screen.value
    assert [values["answer"] for _, values in asked.states()] == ["not yet", "one", "two"]
    with pytest.raises(ValueError, match="right must be one of the options"):
        poll("Which?", ["one"], right="two", why="")


def test_a_round_says_what_its_picture_shows():
    """Number of the round, gap, questions, who leads; of two rounds, each its own."""
    bounds = np.array([0.2, 0.1, 0.0]), np.array([0.9, 0.8, 0.7])
    rounds = [(np.array([k]), np.ones(3), np.full(3, 10 * k), *bounds, 0.6 / k) for k in (1, 2)]
    said = [race(rounds, k, np.array([0.5, 0.4, 0.3]), 0.15).text for k in (1, 2)]
    assert said[0] == "Round 1 of 2: gap 0.60, 30 questions so far, ahead: arms 1."
    assert said[1] == "Round 2 of 2: gap 0.30, 60 questions so far, ahead: arms 2."


# ---- the rooms grow out of it ---------------------------------------------------------------------


def test_samples_are_the_rooms(typed):
    """`draw` throws the same coins as the sampler of notebook 01."""
    rules = np.random.default_rng(0).random((50, 6)) < 0.3
    held, _ = IndependentSampler(["a word"] * 6).draw(rules, np.random.default_rng(1))
    assert (typed["draw"](rules, np.random.default_rng(1)) == held).all()


def test_sentences_are_those_of_the_package(typed):
    """`render` masks as notebook 07 does."""
    from grokking_anchors.words import MaskedWords, token_spans

    sampler = MaskedWords(typed["sentence"], token_spans(typed["sentence"])[:6])
    held, choices = sampler.draw(np.zeros((40, 6), bool), np.random.default_rng(0))
    assert typed["render"](held) == list(sampler.render(choices))


def test_numbers_are_the_rooms(typed):
    """`applies`, `coverage` and `precision` say of all 64 rules what those of notebook 02 say."""
    rules, held = all_rules(6), typed["draw"](np.zeros((500, 6), bool), np.random.default_rng(2))
    agreed = typed["agrees"](typed["render"](held))
    assert (typed["applies"](rules, held) == applies(rules, held)).all()
    assert np.allclose(typed["coverage"](rules, held), coverage(rules, held))
    assert np.allclose(typed["precision"](rules, held, agreed), precision(rules, held, agreed))


def test_bounds_are_the_rooms(typed):
    """`bernoulli_kl`, `upper_bound`, `kl_bounds` and `critical_arms`, on many arms, against notebook 03."""
    rng = np.random.default_rng(3)
    pulls = rng.integers(1, 400, 200)
    hits = rng.binomial(pulls, rng.random(200))
    p, q = rng.random((2, 200))
    assert np.allclose(typed["bernoulli_kl"](p, q), bernoulli_kl(p, q))
    assert np.allclose(typed["upper_bound"](p, q), upper_bound(p, q), atol=1e-6)
    lower, upper = kl_bounds(hits, pulls, 3.0)
    assert np.allclose(typed["kl_bounds"](hits, pulls, 3.0), (lower, upper), atol=1e-6)
    for beam in (np.array([3]), np.arange(4)):
        some = slice(0, 60)  # the room asks a hundred arms in a round at most
        gap, asked = typed["critical_arms"](lower[some], upper[some], beam, 0.1)
        room_gap, room_asked = critical_arms(lower[some], upper[some], beam, 0.1)
        assert np.isclose(gap, room_gap) and (asked == room_asked).all()


def test_the_race_is_the_rooms(typed):
    """`kl_lucb` asks the same arms, round by round, under the same rate."""
    truth = np.array([0.92, 0.88, 0.80, 0.74, 0.70, 0.55, 0.40, 0.30])

    def world():
        rng = np.random.default_rng(4)
        return lambda counts: (rng.binomial(counts, truth), counts)

    first = np.random.default_rng(5).binomial(20, truth), np.full(8, 20)
    short = list(typed["kl_lucb"](world(), *first, n_top=2, tau=0.1, batch=30))
    arms = Arms(*first, np.zeros(8))
    room = list(kl_lucb(world(), arms, 2, 0.1, rate=lambda t: np.log(10), batch_size=30))
    assert len(short) == len(room) > 2
    for (beam, _, pulls, _, _, gap), state in zip(short, room):
        assert (beam == state.beam).all() and (pulls == state.arms.pulls).all() and np.isclose(gap, state.gap)


def test_growing_is_the_rooms(typed):
    """The same children, in whatever order."""
    for parents in (np.zeros((1, 6), bool), all_rules(6)[all_rules(6).sum(axis=1) == 2][:4]):
        assert {*map(bytes, typed["grow"](parents))} == {*map(bytes, grow(parents))}


# ---- half an hour ---------------------------------------------------------------------------------


def test_minutes_are_counted():
    """live, the slides and the notes for the instructor name the same minutes, those of tools/talk.py."""
    assert talk.stale() == [], "run: python tools/talk.py"
    rows = talk.budget()
    assert talk.starts(rows)[0] == 0 and talk.starts(rows)[-1] == 30 and sum(row["sum"] for row in rows) <= 30


def test_a_longer_talk_is_noticed(tmp_path, monkeypatch):
    """More words, another table."""
    for path in (talk.LIVE, talk.SLIDES, talk.NOTES):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text((ROOT / path).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(talk, "ROOT", tmp_path)
    assert talk.stale() == []
    notebook = json.loads((tmp_path / talk.LIVE).read_text(encoding="utf-8"))
    next(c for c in notebook["cells"] if "Stop 2" in text(c))["source"] += ["word " * 300]
    (tmp_path / talk.LIVE).write_text(json.dumps(notebook), encoding="utf-8")
    assert str(talk.NOTES) in talk.stale()
