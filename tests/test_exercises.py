"""Exercises: right, wrong and open answers, and the blanks of the workshop copy."""

import ast

import numpy as np
import pytest

from grokking_anchors.workshop.exercises import TODO, StillOpen, WrongAnswer, blank, blank_source, check, has_solutions

ARRAY = np.array([0.1, 0.2])

RIGHT = [
    (3, 3), (3.0, 3), (np.int64(3), 3), (np.float64(0.3), 0.1 + 0.2), (0.1 + 0.2, 0.3), (1, 1.0),
    (True, True), (np.bool_(False), False), ("best", "best"), ({"is", "best"}, {"best", "is"}),
    ([1, 2], [1, 2]), ((1, 2), [1, 2]), ([0.1 + 0.2], [0.3]), (np.array([1, 2]), [1, 2]),
    (ARRAY + 1e-9, ARRAY), ([0.1, 0.2], ARRAY), (np.array([True, False]), np.array([True, False])),
    (np.array(["a"]), np.array(["a"])), (4, lambda n: n % 2 == 0), (ARRAY, lambda a: a < 1), (None, None),
]  # fmt: skip

WRONG = [
    (4, 3), (0.31, 0.3), (True, 1), (1, True), (1.0, True), (False, True), ("Best", "best"), ({"is"}, {"is", "best"}),
    ([2, 1], [1, 2]), ([1], [1, 2]), (3, [3]), ("12", ["1", "2"]), (ARRAY[:1], ARRAY), (ARRAY[None], ARRAY),
    (ARRAY + 0.01, ARRAY), (np.array([1, 0]), np.array([True, False])), (np.array(["a", "b"]), ARRAY), (None, 3),
    (None, 0.3), ("three", ARRAY), (3, lambda n: n % 2 == 0), (ARRAY, lambda a: a < 0.15), (None, lambda a: a.sum()),
]  # fmt: skip


@pytest.mark.parametrize("answer, expected", RIGHT)
def test_right(answer, expected, capsys):
    """One short line."""
    check(answer, expected, "Which?")
    assert capsys.readouterr().out == "✓ right\n"


@pytest.mark.parametrize("answer, expected", WRONG)
def test_wrong(answer, expected, capsys):
    """The hint, and no word of praise."""
    with pytest.raises(WrongAnswer, match="Which one has no word in it?"):
        check(answer, expected, "Which one has no word in it?")
    assert capsys.readouterr().out == ""


def test_tolerance_can_be_wide():
    """A guess may be good enough."""
    check(0.33, 1 / 3, tol=0.01)
    with pytest.raises(WrongAnswer):
        check(0.33, 1 / 3)


@pytest.mark.parametrize(
    "answer, expected",
    [
        (TODO, 3), (TODO, ARRAY), (TODO, lambda n: n == 3), ([1, TODO], [1, 2]), ((TODO, TODO), (1, 2)),
        (lambda n: TODO, lambda f: f(2) == 4), (lambda n: TODO, lambda f: f(2) + 1 > 4),
        (lambda n: TODO, lambda f: np.allclose(f(2), ARRAY)), (lambda n: TODO, lambda f: abs(f(2))),
    ],
)  # fmt: skip
def test_open(answer, expected, capsys):
    """What is not answered is open, and not wrong; also if a function of the reader returns TODO."""
    check(answer, expected, "Which?")
    assert capsys.readouterr().out.startswith("open: ")


def test_todo_can_be_shown_but_not_used():
    """A blank prints; to compute with it says that it is open."""
    assert repr(TODO) == "TODO"
    for use in (lambda: TODO + 1, lambda: 1 - TODO, lambda: TODO == 1, lambda: bool(TODO), lambda: TODO[0]):
        with pytest.raises(StillOpen, match="TODO"):
            use()
    for use in (lambda: np.asarray(TODO), lambda: np.ones(2) * TODO, lambda: list(TODO), lambda: TODO(1)):
        with pytest.raises(StillOpen, match="TODO"):
            use()


def test_wrong_answer_shows_one_line_in_a_notebook():
    """IPython prints the hint and no traceback."""
    from execnb.shell import CaptureShell

    shell = CaptureShell()
    shell.run("from grokking_anchors.workshop.exercises import check")
    (error,) = shell.run("check(2, 3, 'What is one more?')")
    assert error["output_type"] == "error"
    assert issubclass(WrongAnswer, AssertionError)
    assert WrongAnswer("✗ not yet. What is one more?")._render_traceback_() == ["✗ not yet. What is one more?"]


BLANKS = {
    "best = words.index('best')": "best = TODO  # your answer",
    "a, (b, *c) = 1, (2, 3)": "a = TODO  # your answer\nb = TODO  # your answer\nc = TODO  # your answer",
    "a = b = 1": "a = TODO  # your answer\nb = TODO  # your answer",
    "n: int = 3": "n = TODO  # your answer",
    "# How many?\n# Count.\n\nn = 2 ** 6  # all of them": "# How many?\n# Count.\nn = TODO  # your answer",
    "n = 1\nn = n + 1\nassert n == 2\nprint(n)": "n = TODO  # your answer",
    "import math\nn = math.pi": "import math\nn = TODO  # your answer",
    "n = 1\ncheck(n, 1, 'Which?')": "n = TODO  # your answer\ncheck(n, 1, 'Which?')",
    "class Rule:\n    size = 1": "Rule = TODO  # your answer",
    "def f(x): return 'é' + x": "def f(x):\n    return TODO  # your answer",
    "def f(x): 'é'; return x": "def f(x):\n    'é'\n    return TODO  # your answer",
    "def f(x):\n    # add one\n    return x + 1": "def f(x):\n    return TODO  # your answer",
    "@cache\ndef f(x):\n    return x": "@cache\ndef f(x):\n    return TODO  # your answer",
}  # fmt: skip


LONG = '''def count(
    x,  # rows (n, d)
) -> int:  # how many
    """Count
    rows."""'''
BLANKS[LONG + "\n\n    # len\n    return len(x)\nassert count([]) == 0"] = LONG + "\n    return TODO  # your answer"


@pytest.mark.parametrize("source, expected", BLANKS.items())
def test_blank_source(source, expected):
    """Names and signatures stay, answers go, and what remains is Python."""
    assert blank_source(source) == expected
    ast.parse(expected)


def test_a_solution_with_magics_is_refused():
    """It cannot be taken apart, so it raises instead of telling the answer."""
    with pytest.raises(ValueError, match="without magics"):
        blank_source("%time n = 1")


def cell(source, *tags, outputs=("shown",), kind="code"):
    """A cell with an output."""
    extra = {"outputs": list(outputs), "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}, **extra}


def test_blank_notebook():
    """Solutions become blanks, all outputs go, all else stays, the original too."""
    notebook = {
        "cells": [
            cell("check(0, 0)"),
            cell("The n of it.", "solution", kind="markdown"),
            cell(["n = 6\n", "assert n"], "solution", "slow"),
            cell("print(2)"),
            cell("check(n, 6, 'How many?')"),
            cell("%time n", "engine"),
        ]
    }
    copy = blank(notebook)
    sources = ["".join(c["source"]) for c in copy["cells"]]
    assert sources[2] == "from grokking_anchors.workshop.exercises import TODO\n\nn = TODO  # your answer"
    assert [c.get("outputs", "prose") for c in copy["cells"]] == [[], "prose", [], [], [], []]
    assert [c["source"] for c in copy["cells"][3:]] == [c["source"] for c in notebook["cells"][3:]]
    assert copy["cells"][5]["metadata"] == {"tags": ["engine"]}
    assert copy["cells"][2]["metadata"]["tags"] == ["exercise", "slow"]
    assert isinstance(copy["cells"][2]["source"], list)
    assert has_solutions(notebook) and not has_solutions(copy)
    assert notebook["cells"][2]["source"] == ["n = 6\n", "assert n"] and notebook["cells"][0]["outputs"]
    assert blank(copy) == copy


def test_todo_is_imported_once():
    """A notebook that imports TODO itself in time, or has it already, gets no second import."""
    cells = [cell("from grokking_anchors.workshop.exercises import TODO, check"), cell("n = 6", "solution")]
    assert blank({"cells": cells})["cells"][1]["source"] == "n = TODO  # your answer"
    late = blank({"cells": cells[::-1]})
    assert late["cells"][0]["source"].startswith("from grokking_anchors.workshop.exercises import TODO")
    said = blank({"cells": [cell("# write TODO where you import nothing"), cell("n = 6", "solution")]})
    assert said["cells"][1]["source"].startswith("from grokking_anchors.workshop.exercises import TODO")
    twice = blank({"cells": [cell("n = 6", "solution"), cell("m = 7", "solution")]})
    assert "import" not in twice["cells"][1]["source"]
