#!/usr/bin/env python3
"""Count how long each notebook takes, and say so in its first cell, in nbs/index.ipynb and in nbs/instructor.md.

    python tools/minutes.py            write the minutes, and README.md after them
    python tools/minutes.py --check    write nothing; exit 1 if a number is not what is counted

Prose is read at 200 words a minute, a code cell that is shown takes half a minute, an exercise four.
"""

import argparse
import json
import math
import re
import sys
from pathlib import Path

import readme

ROOT = Path(__file__).resolve().parents[1]
HOME = re.compile(r"^(\*(?:.*?\D)??)(\d+)((?: minutes)? at home|(?<!talk) minutes\.\*)", re.MULTILINE)
TALK = re.compile(r"^\*(\d+) minutes in the talk", re.MULTILINE)
NUMBER = re.compile(r"^\d\d[a-z]?")  # of a room
EXERCISE = re.compile(r"^\*\*Exercise (\d+)", re.MULTILINE)


# ---- one notebook ---------------------------------------------------------------------------------


def honest(
    notebook: dict,  # as JSON gives it
) -> int:  # minutes at home
    """What reading, running and the exercises take, up to the next multiple of five."""
    cells = [cell for cell in notebook["cells"] if "engine" not in tags(cell)]
    words = sum(len(source(cell).split()) for cell in cells if cell["cell_type"] == "markdown")
    half = sum(is_shown(cell) for cell in cells if cell["cell_type"] == "code")
    return 5 * math.ceil((words / 200 + half / 2 + 4 * len(exercises(cells))) / 5)


def is_shown(
    cell: dict,  # a code cell
) -> bool:
    """Does a reader read it: no solution, not hidden, and more than a directive and imports?"""
    text = source(cell)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#|")]
    only_imports = text.startswith("#| default_exp") or all(re.match(r"(from \S+ )?import |\s", line) for line in lines)
    return not ("solution" in tags(cell) or text.startswith("#| hide\n") or only_imports)


def exercises(
    cells: list,  # in reading order
) -> set:  # one entry for each
    """Those with a number, and solutions that stand before any."""
    found, current = set(), None
    for i, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            found.update(numbers := EXERCISE.findall(source(cell)))
            current = numbers[-1] if numbers else current
        elif "solution" in tags(cell):
            found.add(current or i)
    return found


def claimed(
    notebook: dict,  # as JSON gives it
) -> tuple:  # minutes in the talk, minutes at home; None where it does not say
    """What the first cell says."""
    first = source(notebook["cells"][0])
    talk, home = TALK.search(first), HOME.search(first)
    return talk and int(talk[1]), home and int(home[2])


def source(
    cell: dict,  # of a notebook
) -> str:
    """Its text."""
    return "".join(cell["source"])


def tags(
    cell: dict,  # of a notebook
) -> list:
    """Its tags."""
    return cell["metadata"].get("tags", [])


# ---- all of them ----------------------------------------------------------------------------------


def counted(
    root: Path = ROOT,  # the project
) -> dict[str, int]:  # number of a room, such as "05b" -> minutes at home
    """What each numbered notebook takes."""
    paths = sorted(path for path in (root / "nbs").glob("*.ipynb") if NUMBER.match(path.name))
    return {NUMBER.match(path.name)[0]: honest(json.loads(path.read_text(encoding="utf-8"))) for path in paths}


def in_tables(
    text: str,  # markdown
    minutes: dict[str, int],  # as `counted` gives it
) -> str:  # markdown
    """The text; in tables with a column `minutes`, each row has the sum of the rooms that it names."""
    lines, column = text.split("\n"), None
    for i, line in enumerate(lines):
        parts = line.split("|")
        names = [part.strip() for part in parts]
        if not line.startswith("|"):
            column = None
        elif "minutes" in names:
            column = names.index("minutes")
        elif column and (rooms := re.findall(r"\b\d\d[a-z]?\b", parts[1])):
            parts[column] = f" {sum(minutes[room] for room in dict.fromkeys(rooms))} "
            lines[i] = "|".join(parts)
    return "\n".join(lines)


def build(
    root: Path = ROOT,  # the project
) -> dict[Path, str]:  # file below the root -> its text
    """What the notebooks and the notes for the instructor should be."""
    minutes, files = counted(root), {}
    for path in sorted((root / "nbs").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        number = NUMBER.match(path.name)
        if number:
            told = HOME.sub(rf"\g<1>{minutes[number[0]]}\3", source(notebook["cells"][0]), count=1)
            notebook["cells"][0]["source"] = told.splitlines(keepends=True)
        for cell in notebook["cells"] if path.stem == "index" else []:
            if cell["cell_type"] == "markdown":
                cell["source"] = in_tables(source(cell), minutes).splitlines(keepends=True)
        files[path.relative_to(root)] = json.dumps(notebook, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    notes = Path("nbs/instructor.md")
    return files | {notes: in_tables((root / notes).read_text(encoding="utf-8"), minutes)}


def stale(
    root: Path = ROOT,  # the project
) -> list[str]:  # paths below the root
    """The files whose minutes are not those that are counted."""
    return sorted(str(path) for path, text in build(root).items() if (root / path).read_text(encoding="utf-8") != text)


def main(argv=None):
    """Write or check; exit code 1 if the check finds something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a number is not what is counted")
    if parser.parse_args(argv).check:
        wrong = stale()
        print("\n".join(f"{path}: run python tools/minutes.py" for path in wrong), file=sys.stderr)
        return 1 if wrong else 0
    for path, text in build().items():
        if (ROOT / path).read_text(encoding="utf-8") != text:
            (ROOT / path).write_text(text, encoding="utf-8")
    return readme.write()


if __name__ == "__main__":
    sys.exit(main())
