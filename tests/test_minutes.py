"""How long a notebook takes is counted, found where it is said, and written where it is wrong."""

import json
import shutil

import pytest

import minutes
from conftest import ROOT


def cell(text, *tagged):
    """A cell: prose where the text begins with a mark of prose, code otherwise."""
    kind = "markdown" if text[:2] in ("P ", "**", "##") else "code"
    return {"cell_type": kind, "source": text, "metadata": {"tags": list(tagged)}}


ASK, SOLVED = cell("**Exercise 1.** How many?"), cell("n = 1", "solution")
RUN = cell("print(1)")


@pytest.mark.parametrize(
    "cells, expected",
    [
        ([], 0),
        ([cell("P " * 1000)], 5),
        ([cell("P " * 1001)], 10),
        ([cell("P " * 1001, "engine")], 0),
        ([RUN] * 10, 5),
        ([RUN] * 11, 10),
        ([*[RUN] * 10, cell("print(2)", "engine"), cell("n = 2", "solution"), cell("#| hide\nprint(3)")], 10),
        ([*[RUN] * 10, cell("#| default_exp a\nprint(3)"), cell("import a\nfrom b import (c,\n    d)\n")], 5),
        ([*[RUN] * 10, cell("import a\nprint(a)")], 10),
        ([ASK, SOLVED, RUN, SOLVED], 5),
        ([ASK, SOLVED, cell("**Exercise 2.** And now?"), SOLVED], 10),
        ([SOLVED, SOLVED], 10),
        ([ASK], 5),
    ],
)
def test_minutes_of_cells(cells, expected):
    """Words at 200 a minute, shown code at half a minute, exercises at four; up to the next five."""
    assert minutes.honest({"cells": cells}) == expected


@pytest.mark.parametrize(
    "line, expected",
    [
        ("*5 minutes in the talk, 20 at home.* Afterwards", (5, 20)),
        ("*Skip it in the talk; 25 minutes at home.*", (None, 25)),
        ("*25 minutes at home, not in the talk.*", (None, 25)),
        ("*15 minutes at home; a page to hand on.*", (None, 15)),
        ("*With a mouse or the keyboard, 30 minutes.*", (None, 30)),
        ("Thirty minutes, five stops.", (None, None)),
    ],
)
def test_what_a_notebook_says(line, expected):
    """In the talk, and at home; either may be missing."""
    assert minutes.claimed({"cells": [cell(f"# Title\n\n**Question?**\n\n{line}")]}) == expected


def test_tables_are_summed():
    """Rows that name rooms, in tables with minutes; all else stays."""
    text = "| room | minutes |\n|---|---|\n| 01, [01b](01b_x.ipynb) | 7 |\n| live | 30 |\n\n| 01 | 3 |"
    assert minutes.in_tables(text, {"01": 5, "01b": 10}) == text.replace("| 7 |", "| 15 |")


def test_wrong_minutes_are_written(tmp_path):
    """In the notebook, in the index and in the notes; nothing else changes, and then nothing is stale."""
    nbs = tmp_path / "nbs"
    nbs.mkdir()
    for name in ("00_introduction.ipynb", "index.ipynb", "instructor.md"):
        shutil.copy(ROOT / "nbs" / name, nbs / name)
    index = json.loads((nbs / "index.ipynb").read_text(encoding="utf-8"))
    index["cells"] = [cell("## Rooms\n\n| room | minutes |\n|---|---|\n| 00 | 1 |")]
    (nbs / "index.ipynb").write_text(json.dumps(index), encoding="utf-8")
    (nbs / "instructor.md").write_text("| notebook | minutes |\n|---|---|\n| 00 | 1 |", encoding="utf-8")
    room = nbs / "00_introduction.ipynb"
    text = room.read_text(encoding="utf-8")
    room.write_text(text.replace(" minutes at home.*", "9 minutes at home.*"), encoding="utf-8")
    right = minutes.counted(tmp_path)["00"]
    assert minutes.stale(tmp_path) == ["nbs/00_introduction.ipynb", "nbs/index.ipynb", "nbs/instructor.md"]
    for path, new in minutes.build(tmp_path).items():
        (tmp_path / path).write_text(new, encoding="utf-8")
    assert minutes.stale(tmp_path) == []
    assert f"talk, {right} minutes at home.*" in room.read_text(encoding="utf-8")
    assert (nbs / "instructor.md").read_text(encoding="utf-8").endswith(f"| 00 | {right} |")
