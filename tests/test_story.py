"""No reader is lost: terms come when they are explained, minutes are counted, exercises are there, engines are folded.

Read in the order of the numbers, 00 to 11; the index and the talk stand outside.
"""

import re
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pytest

import minutes
from conftest import ROOT, by_name, read, rooms
from minutes import source, tags

GLOSSARY = (ROOT / "nbs" / "glossary.md").read_text(encoding="utf-8")
BEHIND = re.compile(r"^## Behind the room\s*$", re.MULTILINE)
LONGEST = 120  # words of a prose cell
ROOMS = rooms()


# ---- terms: what the glossary says, and where the rooms use it -------------------------------------


class Breach(NamedTuple):
    """A term in the wrong place."""

    room: str
    cell: str  # its id
    what: str
    sentence: str

    def __str__(self):
        return f"{self.room}, cell {self.cell}: {self.what}\n    ... {self.sentence}"


def glossary(text):
    """Its rows and its everyday words: forms of a term -> the room that explains it, and a set of words."""
    table, _, everyday = re.sub(r"[*`]", "", text).partition("## Everyday words")
    rows = [[part.strip() for part in line.strip("| ").split("|")] for line in table.splitlines() if "|" in line]
    terms = {tuple(forms_of(row[0])): row[-1] for row in rows if re.fullmatch(r"\d\d[a-z]?", row[-1])}
    listed = re.findall(r"^[|-] ([^|\n]+)", everyday, re.MULTILINE)  # a table, or a list
    return terms, {word for line in listed for word in forms_of(line)} - {"word"}


def forms_of(text):
    """Several words for one thing, separated by commas."""
    return [form.strip().lower() for form in text.split(",") if form.strip()]


def pattern(form):
    """A term with its endings, as a whole word."""
    words = [re.escape(word) for word in form.split()]
    last = form.split()[-1]
    if last.endswith("e"):
        words[-1] = words[-1][:-1] + "(?:e|es|ed|ing)"
    elif last.endswith("y") and last[-2:-1] not in tuple("aeiou"):
        words[-1] = words[-1][:-1] + "(?:y|ies|ied|ying)"
    else:
        words[-1] += "(?:s|es|ed|ing)?"
    return r"\s+".join(words)


def finder(terms):
    """What finds the forms of terms in text, the longest first; its `lastgroup` says which row."""
    rows = [(pattern(form), i) for i, forms in enumerate(terms) for form in forms]
    rows.sort(key=lambda row: -len(row[0]))
    named = "|".join(f"(?P<t{i}_{k}>{found})" for k, (found, i) in enumerate(rows))
    return re.compile(rf"(?<![\w-])(?:{named})(?!\w|-\w)", re.IGNORECASE)


def prose(text):
    """Markdown without code, formulas, targets of links, and comments."""
    text = re.sub(r"^```.*?^```|<!--.*?-->|\$\$.*?\$\$", " ", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`]*`|\$[^$\n]+\$", " ", text)
    return re.sub(r"\]\([^)]*\)|<[^>]*>|https?://\S+", " ", text)


def vocabulary(cells):
    """Index of the cell with the vocabulary, and the first column of that table; len(cells) and [] without one."""
    for i, cell in enumerate(cells):
        table = [line for line in source(cell).splitlines() if line.startswith("|")]
        if cell["cell_type"] == "markdown" and len(table) > 2:
            first = [line.strip("|").split("|")[0].strip() for line in table]
            return (i, first[2:]) if first[0].lower() in ("word", "term") else (len(cells), [])
    return len(cells), []


def emphasised(text, first_column):
    """What a cell says in bold, or in the first column of the vocabulary."""
    return " ; ".join([*re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL), *first_column])


def breaches(room, cells, terms, order):
    """Terms in one room that are explained later, or here and not where they first come."""
    explained, find, seen, found = list(terms.values()), finder(terms), {}, []
    table, column = vocabulary(cells)
    for i, cell in enumerate(cells):
        if cell["cell_type"] != "markdown":
            continue
        text = prose(source(cell))
        opening = [source(one) for one in cells[: table + 1]] if i <= table < len(cells) else [source(cell)]
        bold = emphasised(prose("\n".join(opening)), [re.sub("`", "", word) for word in column if i <= table])
        told = {row_of(match) for match in find.finditer(bold)}
        for match in find.finditer(text):
            row = row_of(match)
            if row in seen:
                continue
            seen[row], word = i, " ".join(match[0].split())
            if order.index(explained[row]) > order.index(room):
                what = f"'{word}' is explained only in {explained[row]}"
            elif explained[row] == room and row not in told:
                what = f"'{word}' is explained here, and is not in bold where it first comes"
            else:
                continue
            found.append(Breach(room, cell["id"], what, around(text, match)))
    missing = [forms for i, forms in enumerate(terms) if explained[i] == room and i not in seen]
    return found + [
        Breach(room, "-", f"'{', '.join(m)}' should be explained here, and is not met", "") for m in missing
    ]


def row_of(match):
    """Which row of the glossary was met."""
    return int(match.lastgroup[1:].split("_")[0])


def around(text, match):
    """The sentence in which it stands, on one line."""
    start = max(text.rfind(end, 0, match.start()) for end in (". ", "\n\n", "|", ": ")) + 1
    return " ".join(text[start : match.end() + 60].split())


TERMS, EVERYDAY = glossary(GLOSSARY)


@pytest.mark.parametrize("path", ROOMS.values(), ids=by_name)
def test_terms_are_explained_where_they_first_come(path):
    """In bold or in the table of words, and not met in an earlier room."""
    room = number(path)
    found = breaches(room, read(path)["cells"], TERMS, list(ROOMS))
    assert not found, "\n".join(map(str, ["", *found]))


@pytest.mark.parametrize("path", ROOMS.values(), ids=by_name)
def test_vocabulary_is_in_the_glossary(path):
    """Each word of the table at the beginning, but names of code."""
    words = [form for cell in vocabulary(read(path)["cells"])[1] if "`" not in cell for form in forms_of(cell)]
    find = finder(TERMS)
    assert [word for word in words if not find.fullmatch(word) and word not in EVERYDAY] == []


def test_the_glossary_can_be_read():
    """It has terms, each from a room that exists, none twice."""
    forms = [form for row in TERMS for form in row]
    assert len(TERMS) > 30 and set(TERMS.values()) <= set(ROOMS)
    assert sorted(set(forms)) == sorted(forms) and not EVERYDAY & set(forms)


# ---- these tests can fail ---------------------------------------------------------------------------

PLANTED = {("anchor",): "00", ("arm", "pull"): "01", ("beam search",): "02", ("search", "searches"): "03"}


def told(room, *texts):
    """What is found in a room of these cells."""
    cells = [{"cell_type": "markdown", "id": str(i), "source": text} for i, text in enumerate(texts)]
    return [
        (one.cell, re.findall("'(.*?)'", one.what)[0])
        for one in breaches(room, cells, PLANTED, ["00", "01", "02", "03"])
    ]


@pytest.mark.parametrize(
    "room, texts, expected",
    [
        ("00", ["An **anchor** holds."], []),
        ("00", ["An anchor holds.", "An **anchor** holds."], [("0", "anchor")]),
        ("00", ["Two **anchors**. They anchor."], []),
        ("00", ["Nothing."], [("-", "anchor")]),
        ("00", ["An **anchor**.", "An armed `pull`; [see](search.html) $search$ harm-arm army"], [("1", "armed")]),
        ("00", ["An **anchor** and pulling it, and a beam\nsearch."], [("0", "pulling"), ("0", "beam search")]),
        ("01", ["Afterwards you know an arm.", "| word | meaning |\n|---|---|\n| arm, pull | x |", "An arm."], []),
        ("01", ["Later.", "| n | k |\n|---|---|\n| arm | x |", "x"], [("1", "arm")]),
        ("02", ["**Beam searches** are it."], []),
        ("03", ["**Search**, an arm, a beam search."], []),
    ],
)  # fmt: skip
def test_planted_terms_are_found(room, texts, expected):
    """Early, plain or missing ones; endings, code, links and longer terms are told apart."""
    assert told(room, *texts) == expected


def test_a_glossary_is_taken_apart():
    """Several forms, the room at the end, and the words that everybody knows."""
    table = "| word | meaning | from |\n|---|---|---|\n| arm, *pull* | x | 03 |"
    plain = "Used plainly, too.\n\n- model, sample\n\n| word | x |\n|---|---|\n| row | x |"
    text = f"{table}\n\n## Everyday words\n\n{plain}"
    assert glossary(text) == ({("arm", "pull"): "03"}, {"model", "sample", "row"})


def test_early_terms_in_a_real_room():
    """The first room with a sentence of the third: it is named, with its cell and the sentence."""
    cells = read(ROOMS["00"])["cells"]
    planted = [
        *cells,
        {"cell_type": "markdown", "id": "new", "source": "Read on. We use KL-LUCB here, as everybody does."},
    ]
    terms = {("KL-LUCB".lower(),): "03"}
    assert breaches("00", cells, terms, list(ROOMS)) == []
    (found,) = breaches("00", planted, terms, list(ROOMS))
    assert "KL-LUCB" in str(found) and "cell new" in str(found) and "We use KL-LUCB here" in str(found)


# ---- minutes ---------------------------------------------------------------------------------------

COUNTED = {room: minutes.honest(read(path)) for room, path in ROOMS.items()}


@pytest.mark.parametrize("path", ROOMS.values(), ids=by_name)
def test_minutes_are_counted(path):
    """The first cell says what reading, running and the exercises take."""
    assert minutes.claimed(read(path))[1] == COUNTED[number(path)], "run python tools/minutes.py"


@pytest.mark.parametrize("name", ["index.ipynb", "instructor.md"])
def test_minutes_are_quoted(name):
    """The map and the notes for the instructor name every room, with the sum of the minutes of each row."""
    path = ROOT / "nbs" / name
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(source(cell) for cell in read(path)["cells"] if cell["cell_type"] == "markdown")
    rows = quoted(text)
    assert sorted(room for names, _ in rows for room in names) == sorted(ROOMS)
    assert [(names, told) for names, told in rows if told != sum(map(COUNTED.get, names))] == []


def quoted(text):
    """Rows of the tables with a column of minutes: the rooms, and what is said of them."""
    rows = []
    for told, lines in groupby(text.splitlines(), key=lambda line: line.startswith("|")):
        table = [[part.strip() for part in line.strip("|").split("|")] for line in lines] if told else [[""]]
        if "minutes" in table[0]:
            column = table[0].index("minutes")
            named = [(re.findall(r"\b\d\d[a-z]?\b", row[0]), row[column]) for row in table[2:]]
            rows += [(list(dict.fromkeys(names)), told) for names, told in named if names]
    return [(names, sum(map(int, re.findall(r"\d+", told)))) for names, told in rows]


def test_wrong_minutes_are_found():
    """The two tests above can fail."""
    assert quoted("| room | minutes |\n|---|---|\n| 08, 08a | 60 |\n| the end | 3 |\n\n| 01 | 3 |") == [
        (["08", "08a"], 60)
    ]
    cells = [{"cell_type": "markdown", "source": "*5 minutes at home.*" + " word" * 1200, "metadata": {}}]
    assert minutes.claimed({"cells": cells})[1] == 5 and minutes.honest({"cells": cells}) == 10


# ---- exercises -------------------------------------------------------------------------------------

WITH_CODE = [path for path in ROOMS.values() if any(cell["cell_type"] == "code" for cell in read(path)["cells"])]


def exercises(cells):
    """The exercises of a notebook: each with its cells, up to the next one or the next heading."""
    found, current = [], None
    for cell in cells:
        begins = cell["cell_type"] == "markdown" and re.search(r"^\*\*Exercise \d", source(cell), re.MULTILINE)
        if begins:
            found.append(current := [cell])
        elif current and cell["cell_type"] == "markdown" and re.match("#", source(cell)):
            current = None
        elif current:
            current.append(cell)
    return found


def is_answered(cells):
    """Is there a solution, or prose after the question that says it?"""
    return any("solution" in tags(cell) or cell["cell_type"] == "markdown" for cell in cells[1:])


@pytest.mark.parametrize("path", WITH_CODE, ids=by_name)
def test_two_exercises_with_their_answers(path):
    """Something to do in every room, and nobody is left with a riddle."""
    found = exercises(read(path)["cells"])
    assert len(found) >= 2
    assert [source(one[0])[:60] for one in found if not is_answered(one)] == []


@pytest.mark.parametrize("room", ["03", "05", "08"])
def test_a_bug_to_find(room):
    """Bandits, certificates and tables each have one."""
    wing = [one for name, path in ROOMS.items() if name[:2] == room for one in exercises(read(path)["cells"])]
    assert any(re.search(r"find the (bug|mistake)", source(cell), re.IGNORECASE) for one in wing for cell in one)


def test_unanswered_exercises_are_found():
    """A riddle, an answer in prose, a solution."""
    ask = {"cell_type": "markdown", "metadata": {}, "source": "**Exercise 1.** Why?"}
    say = {"cell_type": "markdown", "metadata": {}, "source": "Because."}
    code = {"cell_type": "code", "metadata": {}, "source": "n = 1"}
    end = {"cell_type": "markdown", "metadata": {}, "source": "## The answer"}
    solved = code | {"metadata": {"tags": ["solution"]}}
    found = exercises([ask, code, ask, code, say, ask, solved, end, say])
    assert list(map(len, found)) == [2, 3, 2] and list(map(is_answered, found)) == [False, True, True]


# ---- story first, engine behind ----------------------------------------------------------------------


def misplaced(cells):
    """What breaks the order: engine in the story, story among the engine, prose too long, code without a word."""
    found, behind, row = [], False, 0
    for cell in cells:
        text, engine = source(cell), "engine" in tags(cell)
        code = cell["cell_type"] == "code"
        behind = behind or not code and bool(BEHIND.search(text))
        row = row + (not engine and minutes.is_shown(cell)) if code else 0
        words = [word for line in text.splitlines() if not line.startswith("|") for word in line.split()]
        told = {
            "engine, and not behind the room": engine and not behind,
            "behind the room, and not tagged engine": code and behind and not engine,
            "engine, and not folded": code and engine and not cell["metadata"].get("jupyter", {}).get("source_hidden"),
            "an exercise behind the room": behind and ("solution" in tags(cell) or "**Exercise" in text),
            f"{len(words)} words": not code and len(words) > LONGEST,
            "a third code cell without a word": row == 3 and code and minutes.is_shown(cell),
        }
        found += [f"cell {cell['id']}: {what}: {text[:50]!r}" for what, so in told.items() if so]
    return found


@pytest.mark.parametrize("path", ROOMS.values(), ids=by_name)
def test_story_first_engine_behind(path):
    """What only an engineer needs stands folded at the end; what is read has prose between its code, in short cells."""
    assert misplaced(read(path)["cells"]) == []


def cell(text, *tagged, kind="code", **metadata):
    """A cell."""
    return {"cell_type": kind, "id": "a", "source": text, "metadata": {"tags": list(tagged), **metadata}}


FOLDED = {"jupyter": {"source_hidden": True}}
PROSE = cell("And then?", kind="markdown")
DOOR = cell("## Behind the room\n\nFor engineers.", kind="markdown")


@pytest.mark.parametrize(
    "cells, expected",
    [
        ([cell("1"), cell("2"), DOOR, *[cell("3", "engine", **FOLDED)] * 4], []),
        ([cell("1", "engine", **FOLDED)], ["engine, and not behind the room"]),
        ([DOOR, cell("1", "engine")], ["engine, and not folded"]),
        ([DOOR, cell("1")], ["behind the room, and not tagged engine"]),
        ([DOOR, cell("1", "engine", "solution", **FOLDED)], ["an exercise behind the room"]),
        ([cell("1"), cell("2"), cell("3"), cell("import a"), cell("4")], ["a third code cell without a word"]),
        ([cell("1"), cell("import a"), cell("2", "solution"), cell("3"), PROSE, cell("4")], []),
        ([cell("word " * 121, kind="markdown")], ["121 words"]),
    ],
)
def test_misplaced_cells_are_found(cells, expected):
    """The test above can fail, for each of its reasons."""
    assert [one.split(": ")[1] for one in misplaced(cells)] == expected


def number(path: Path) -> str:
    """The number of a room, as the glossary and the map write it."""
    return re.match(r"\d\d[a-z]?", path.name)[0]
