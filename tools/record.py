#!/usr/bin/env python3
"""Draw every state of every widget in the notebooks, for pages without a kernel.

python tools/record.py FOLDER           all notebooks that have a widget
python tools/record.py FOLDER 03 live   only those whose names begin so

A notebook is run up to its last widget; what was drawn is kept in docs/_recorded as long as neither its code nor the
package changes.
"""

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

import refresh

ROOT = refresh.ROOT
KEPT = ROOT / "docs" / "_recorded"
LAST = "Out[max(Out)]"  # what the cell before has shown; not `_`, which a notebook may use
RECORD = f"import grokking_anchors.workshop.recording as of_site\nof_site.record({LAST}, {{folder!r}})"


def marks(
    cell: dict,  # of a notebook
) -> list[str]:  # of the widgets whose stills it shows
    """The names of the widgets that a cell shows."""
    texts = ["".join(out.get("data", {}).get("text/html", "")) for out in cell.get("outputs", [])]
    return [mark for text in texts for mark in re.findall(r'class="anchor-live" data-live="(\w+)"', text)]


def recording(
    path: Path,  # notebook
    code: str,  # what is done with `LAST`, the widget
) -> nbformat.NotebookNode:  # ready to be run
    """The notebook up to its last widget, with some code behind each."""
    notebook, cells = nbformat.read(path, as_version=4), []
    shown = [i for i, cell in enumerate(notebook.cells) if marks(cell)]
    for i, cell in enumerate(notebook.cells[: max(shown, default=-1) + 1]):
        cells.append(cell)
        if i in shown:
            cells.append(nbformat.v4.new_code_cell(code))
    notebook.cells = cells
    return notebook


def unpacked(
    script: str,  # written by `grokking_anchors.workshop.recording`
) -> dict:
    """A recording: knobs, frames, states."""
    return json.loads(gzip.decompress(base64.b64decode(script.split('"')[3])))


def digest(
    notebook: nbformat.NotebookNode,
) -> str:
    """Of the code of a notebook and of the package."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "grokking_anchors").rglob("*.py"))]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def record(
    path: Path,  # notebook
) -> Path:  # folder with a script for each widget
    """Record the widgets of one notebook, unless they are known."""
    known = KEPT / f"{path.stem}-{digest(recording(path, RECORD))}"
    if not known.exists():
        for old in KEPT.glob(f"{path.stem}-*"):
            shutil.rmtree(old)
        with tempfile.TemporaryDirectory() as folder:
            refresh.execute(recording(path, RECORD.format(folder=str(folder))), path)
            shutil.copytree(folder, known)
    return known


def record_all(
    folder: Path,  # gets a script for each widget
    paths: list[Path],  # notebooks
) -> list[str]:  # marks of stills without a recording
    """Record what has a widget. A still without a recording was stored by another version of its notebook."""
    os.environ.update(refresh.FIXED)
    wanted = {path: [mark for cell in json.loads(path.read_text())["cells"] for mark in marks(cell)] for path in paths}
    with tempfile.TemporaryDirectory() as profile, ThreadPoolExecutor(2) as pool:
        os.environ["IPYTHONDIR"] = profile
        found = list(pool.map(record, [path for path, some in wanted.items() if some]))
    folder.mkdir(parents=True, exist_ok=True)
    for script in [script for known in found for script in known.glob("*.js")]:
        shutil.copy(script, folder)
    return [mark for some in wanted.values() for mark in some if not (folder / f"{mark}.js").exists()]


def main(argv=None):
    """Record; exit code 1 if a still has no recording."""
    folder, *names = sys.argv[1:] if argv is None else argv
    missing = record_all(Path(folder), refresh.notebooks(names))
    print(*(f"no recording: {mark}: refresh its notebook" for mark in missing), sep="\n", file=sys.stderr)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
