#!/usr/bin/env python3
"""Time the talk: what the speaker says, what listeners type, and polls; say it where the stops are listed.

    python tools/talk.py            write the minutes into live, the slides' table and nbs/instructor.md
    python tools/talk.py --check    write nothing; exit 1 if a number is not what is counted

The speaker says the prose of `live` and the notes of the slides, at 130 words a minute. Blanks are typed at 40 words
of five characters a minute. A poll takes a minute. What is left of the half hour is shared by the five stops, for
looking and for questions.
"""

import ast
import json
import re
import sys
from pathlib import Path

from minutes import differing, dumped, settle
from slides import slide_type, source, tags

ROOT = Path(__file__).resolve().parents[1]
LIVE, SLIDES, NOTES = (Path(name) for name in ("nbs/live.ipynb", "slides/slides.ipynb", "nbs/instructor.md"))
WHOLE, SPOKEN, TYPED, POLL = 30, 130, 40, 1  # minutes; words a minute, twice; minutes
STOP = re.compile(r"^## Stop (\d)|^# (\d) ", re.MULTILINE)  # in live, in the slides


def read(path):
    """A notebook below the root."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def by_stop(
    notebook: dict,  # as JSON gives it
) -> list:  # (stop from 1 to 5, cell, text); a cell of prose is cut where a stop begins
    """What belongs to which stop; what comes before the first belongs to it."""
    found, stop = [], 1
    for cell in notebook["cells"]:
        for part in re.split(r"(?=^## Stop )", source(cell), flags=re.MULTILINE):
            stop = max([stop, *(int(a or b) for a, b in STOP.findall(part) if cell["cell_type"] == "markdown")])
            found.append((stop, cell, part))
    return found


WHEN = re.compile(r"^Minutes? \d+( to \d+)?\.")  # a note begins with it


def said(text):
    """Number of words, tables and minutes apart."""
    return sum(len(line.split()) for line in WHEN.sub("", text).splitlines() if not line.startswith("|"))


def bodies(text) -> dict:  # name -> lines of the function's body, without its docstring
    """What is to be typed in a cell."""
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {node.name: text.splitlines()[node.body[1].lineno - 1 : node.end_lineno] for node in functions}


def blanks() -> dict:  # name -> lines
    """All that listeners type."""
    cells = [cell for cell in read(LIVE)["cells"] if "solution" in tags(cell)]
    return {name: lines for cell in cells for name, lines in bodies(source(cell)).items()}


def budget() -> list[dict]:  # of each stop: words, typed (words), polls, sum (minutes)
    """What the talk takes, stop by stop."""
    rows = [dict(stop=stop, words=0, typed=0.0, polls=0) for stop in range(1, 6)]
    for stop, cell, text in by_stop(read(LIVE)):
        row = rows[stop - 1]
        row["words"] += said(text) if cell["cell_type"] == "markdown" else 0
        if "solution" in tags(cell):
            row["typed"] += sum(len("".join(line.split())) for lines in bodies(text).values() for line in lines) / 5
        row["polls"] += "poll" in tags(cell)
    for stop, cell, text in by_stop(read(SLIDES)):
        if is_note(cell):
            rows[stop - 1]["words"] += said(text)
    return [row | dict(sum=row["words"] / SPOKEN + row["typed"] / TYPED + row["polls"] * POLL) for row in rows]


def starts(rows) -> list[int]:  # six minutes: of five stops, and the end
    """When each stop begins, and the last one ends."""
    sums = [row["sum"] for row in rows]
    left = (WHOLE - sum(sums)) / len(sums)
    return [round(sum(sums[:i]) + i * left) for i in range(len(sums) + 1)]


def table(rows) -> str:  # markdown
    """The sums, and what is typed, for the instructor."""
    lines = ["| stop | minutes | words said | words typed | polls | sum in minutes |", "|---|---|---|---|---|---|"]
    at = starts(rows)
    for row, begin, end in zip(rows, at, at[1:]):
        numbers = f"{row['words']} | {row['typed']:.0f} | {row['polls']} | {row['sum']:.1f}"
        lines.append(f"| {row['stop']} | {begin} to {end} | {numbers} |")
    total = sum(row["sum"] for row in rows)
    typed = {name: len(body) for name, body in blanks().items()}
    names = ", ".join(f"`{name}` ({n})" for name, n in typed.items())
    return "\n".join(
        [
            *lines,
            "",
            f"In all {total:.1f} minutes; the {WHOLE - total:.1f} that are left are shared by the stops, for looking",
            f"and for questions. The blanks have {sum(typed.values())} lines: {names}.",
        ]
    )


# ---- where it is said -----------------------------------------------------------------------------


def is_note(cell):
    """Is this what the speaker says of a slide?"""
    return slide_type(cell) == "notes"


def in_table(text, at):
    """The text; in each row of minutes that names a stop, they are those of the stop."""

    def row(found):
        stop = int(found[1])
        return f"| {at[stop - 1]} to {at[stop]} | {stop} "

    return re.sub(r"^\| \d+ to \d+ \| (\d) ", row, text, flags=re.MULTILINE)


def timed(notebook, at):
    """The slides; each note begins with its minutes, shared by the slides of a stop as their words are."""
    notes = [(stop, cell) for stop, cell, _ in by_stop(notebook) if is_note(cell)]
    for stop in range(1, 6):
        mine = [cell for of, cell in notes if of == stop]
        weights = [20 + said(source(cell)) for cell in mine]
        minutes = [round(at[stop - 1] + (at[stop] - at[stop - 1]) * sum(weights[:i]) / sum(weights))
                   for i in range(len(mine) + 1)]  # fmt: skip
        for cell, begin, end in zip(mine, minutes, minutes[1:]):
            when = f"Minutes {begin} to {end}." if end > begin else f"Minute {begin}."
            cell["source"] = WHEN.sub(when, source(cell)).splitlines(keepends=True)
    return notebook


def build() -> dict[Path, str]:  # file below the root -> its text
    """The files that name minutes, as they should be."""
    rows = budget()
    at, files = starts(rows), {}
    for path in (LIVE, SLIDES):
        notebook = timed(read(path), at) if path == SLIDES else read(path)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown" and not is_note(cell):
                cell["source"] = in_table(source(cell), at).splitlines(keepends=True)
        files[path] = dumped(notebook)
    notes = (ROOT / NOTES).read_text(encoding="utf-8")
    between = re.compile(r"(<!-- talk -->\n).*?(<!-- /talk -->)", re.DOTALL)
    return files | {NOTES: between.sub(lambda found: f"{found[1]}{table(rows)}\n{found[2]}", notes)}


def stale() -> list[str]:  # paths below the root
    """Files that name other minutes than those that are counted."""
    return differing(build(), ROOT)


def main(argv=None):
    """Show the sums, and write or check; exit code 1 if the check finds something."""
    print(table(budget()))
    return settle(build(), __doc__, "tools/talk.py", argv)


if __name__ == "__main__":
    sys.exit(main())
