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
from reading import only_imports
from slides import source, tags

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
    return not ("solution" in tags(cell) or text.startswith(("#| default_exp", "#| hide\n")) or only_imports(text))


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
        files[path.relative_to(root)] = dumped(notebook)
    notes = Path("nbs/instructor.md")
    return files | {notes: in_tables((root / notes).read_text(encoding="utf-8"), minutes)}


def dumped(
    notebook: dict,  # as JSON gives it
) -> str:
    """The text of its file."""
    return json.dumps(notebook, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def stale(
    root: Path = ROOT,  # the project
) -> list[str]:  # paths below the root
    """The files whose minutes are not those that are counted."""
    return differing(build(root), root)


# ---- files that a tool writes or checks -----------------------------------------------------------


def differing(
    files: dict[Path, str],  # file below the root -> the text that it should have
    root: Path = ROOT,  # the project
) -> list[str]:  # paths below the root
    """Those that hold another text."""
    return sorted(str(path) for path, text in files.items() if (root / path).read_text(encoding="utf-8") != text)


def settle(
    files: dict[Path, str],  # file below the root -> the text that it should have
    doc: str,  # what the tool's help says
    tool: str,  # its file below the root
    argv: list | None,
) -> int:  # exit code: 1 if a check finds something
    """Write the files that differ; with `--check` only name them."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not current")
    check, wrong = parser.parse_args(argv).check, differing(files)
    if check:
        print("\n".join(f"{path}: run python {tool}" for path in wrong), file=sys.stderr)
        return 1 if wrong else 0
    for path in wrong:
        (ROOT / path).write_text(files[Path(path)], encoding="utf-8")
    return 0


def main(argv=None):
    """Write or check; exit code 1 if the check finds something. README.md follows the index."""
    argv = sys.argv[1:] if argv is None else argv
    return settle(build(), __doc__, "tools/minutes.py", argv) or (0 if "--check" in argv else readme.write())


if __name__ == "__main__":
    sys.exit(main())
