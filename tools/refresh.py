#!/usr/bin/env python3
"""Run the notebooks, store their outputs, export their modules, and rebuild README.md.

    python tools/refresh.py              all notebooks, from top to bottom, each in a fresh kernel
    python tools/refresh.py 03 live      only those whose names begin so
    python tools/refresh.py --no-run     keep the stored outputs; export, clean and rebuild README.md

A notebook that fails is not written.  Run twice, it leaves the same bytes.
"""

import argparse
import ast
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from fastcore.nbio import write_nb
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbdev.clean import clean_nb
from nbdev.config import get_config
from nbdev.doclinks import nbdev_export

import readme

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT = 600  # seconds a cell may take
SKIP = "skip-execution"  # the tag that nbclient passes over
NO_EVAL = re.compile(r"^#\|\s*eval:\s*false", re.MULTILINE)
WIDGET = "application/vnd.jupyter.widget-view+json"
FIXED = {  # what makes two runs give the same bytes
    "PYTHONPATH": str(ROOT),  # the package of this checkout, installed or not
    "OMP_NUM_THREADS": "1",  # the order of sums, and speed of small models
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",  # the order in which sets print
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a warning of the kernel's debugger
}


# ---- run ------------------------------------------------------------------------------------------


def run(
    path: Path,  # notebook
) -> dict:  # the notebook with new outputs, as JSON gives it
    """Run a notebook from top to bottom in a fresh kernel; the file stays as it is."""
    notebook = nbformat.read(path, as_version=4)
    skipped = [cell for cell in notebook.cells if cell.cell_type == "code" and NO_EVAL.search(cell.source)]
    for cell in skipped:
        cell.metadata.setdefault("tags", []).append(SKIP)
    execute(notebook, path)
    for cell in skipped:
        cell.metadata.tags.remove(SKIP)
    return json.loads(nbformat.writes(notebook))


def execute(
    notebook: nbformat.NotebookNode,  # gets its outputs
    path: Path,  # where it lies
) -> None:
    """Run the cells in a fresh kernel."""
    NotebookClient(
        notebook,
        timeout=TIMEOUT,
        record_timing=False,
        coalesce_streams=True,
        skip_cells_with_tag=SKIP,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()


def refresh(
    path: Path,  # notebook
) -> bool:  # did it run to its end
    """Run a notebook and store its cleaned outputs; print how long it took, and what went to stderr."""
    start = time.perf_counter()
    try:
        notebook = run(path)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f"{path.name}: FAILED, not written\n{error}", file=sys.stderr)
        return False
    print(f"{time.perf_counter() - start:6.1f} s  {path.name}", flush=True)
    for text in stderr_of(notebook):
        print(f"    stderr, not stored: {text.strip()}")
    write_nb(clean(notebook), path)
    return True


def stderr_of(
    notebook: dict,  # as JSON gives it
) -> list[str]:  # texts
    """What the cells wrote to stderr."""
    return ["".join(out["text"]) for cell in code_cells(notebook) for out in cell["outputs"] if is_stderr(out)]


# ---- clean ----------------------------------------------------------------------------------------


def clean(
    notebook: dict,  # as JSON gives it; changed in place
) -> dict:  # the same notebook
    """Strip what differs from run to run: counts, times, ids, stderr; fold `engine` and `poll` cells.

    Of a widget its still remains, if it has one.
    """
    kept = dict(allowed_cell_metadata_keys=get_config(ROOT).allowed_cell_metadata_keys)
    clean_nb(notebook, allowed_out_metadata_keys=["image/png"], **kept)
    notebook["metadata"].pop("widgets", None)
    for cell in code_cells(notebook):
        cell["outputs"] = [out for out in cell["outputs"] if not is_stderr(out) and (not is_widget(out) or still(out))]
        cell["metadata"].pop("jupyter", None)
        if {"engine", "poll"} & set(cell["metadata"].get("tags", [])):  # a poll holds its answer
            cell["metadata"]["jupyter"] = {"source_hidden": True}
    describe_pictures(notebook)
    return notebook


def describe_pictures(
    notebook: dict,  # as JSON gives it; changed in place
) -> None:
    """Give every stored picture an alternative text: what its plotting function says of it, and the prose before."""
    said, prose = plotting_functions(), ""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            prose = re.sub(r"[*_`#|$]|\]\([^)]*\)|\[", "", " ".join(source.split()))
        called = [said[name] for name in re.findall(r"\b(\w+)\(", source) if name in said]
        for out in cell.get("outputs", []):
            if "image/png" in out.get("data", {}):
                alt = " ".join([*called[-1:], prose[:300]]).strip()
                out.setdefault("metadata", {}).setdefault("image/png", {})["alt"] = alt


def plotting_functions() -> dict[str, str]:  # name -> docstring
    """The functions that make a picture, and what each says of it."""
    package, modules = ROOT / "grokking_anchors", ("plots.py", "workshop/figures.py", "workshop/views.py")
    trees = [ast.parse((package / name).read_text(encoding="utf-8")) for name in modules]
    functions = [one for tree in trees for one in tree.body if isinstance(one, ast.FunctionDef)]
    return {one.name: ast.get_docstring(one) or "" for one in functions}


def clean_file(
    path: Path,  # notebook
) -> None:
    """Clean a notebook's file."""
    write_nb(clean(json.loads(path.read_text(encoding="utf-8"))), path)


def code_cells(
    notebook: dict,  # as JSON gives it
) -> list[dict]:  # cells
    """The code cells of a notebook."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def is_stderr(
    output: dict,  # an output of a cell
) -> bool:
    """Is it text on stderr (warnings, progress bars)?"""
    return output.get("name") == "stderr"


def is_widget(
    output: dict,  # an output of a cell
) -> bool:
    """Is it the view of a widget? It shows nothing without a kernel, and its id is new in each run."""
    return WIDGET in output.get("data", {})


def still(
    output: dict,  # of a widget; changed in place
) -> bool:
    """Keep of it what can be seen without a kernel, and say whether there is anything."""
    html = output["data"].get("text/html")
    output["data"] = {"text/html": html} if html else {}
    return bool(html)


def machine_paths(
    notebook: dict,  # as JSON gives it
) -> list[str]:  # lines of stored output that name a folder of this machine
    """Stored text that would read differently on another machine."""
    here = [folder for folder in map(str, (ROOT, Path.home(), tempfile.gettempdir(), sys.prefix)) if len(folder) > 1]
    lines = [line for cell in code_cells(notebook) for out in cell["outputs"] for line in text_lines(out)]
    return [line.strip() for line in lines if any(f"{folder}/" in line for folder in here)]


def text_lines(
    output: dict,  # an output of a cell
) -> list[str]:  # lines
    """The text of an output: of a stream, an error, or the text types of a display."""
    texts = [output.get("text", []), output.get("traceback", [])]
    texts += [value for kind, value in output.get("data", {}).items() if kind.startswith("text/")]
    return [line for text in texts for line in "".join(text).splitlines()]


# ---- all of it ------------------------------------------------------------------------------------


def notebooks(
    names: list[str],  # beginnings of names; none means all
    root: Path = ROOT,  # the project
) -> list[Path]:  # paths
    """The notebooks whose names begin so; SystemExit if one of the names fits none."""
    paths = sorted(path for path in (root / "nbs").glob("*.ipynb") if path.name[0] not in "._")
    unknown = [name for name in names if not any(path.name.startswith(name) for path in paths)]
    if unknown:
        raise SystemExit(f"no notebook begins with: {', '.join(unknown)}")
    return [path for path in paths if not names or path.name.startswith(tuple(names))]


def export(
    root: Path = ROOT,  # the project
) -> None:
    """Write the modules of all notebooks, as `nbdev-export` does."""
    nbdev_export(path=str(root / "nbs"))


def main(argv=None):
    """Refresh what the command line names; exit code 1 if a notebook failed or names a folder of this machine."""
    args = parser().parse_args(argv)
    os.environ.update(FIXED)
    chosen = notebooks(args.names)
    export()  # a notebook imports the modules of the earlier ones
    with tempfile.TemporaryDirectory() as profile:
        os.environ["IPYTHONDIR"] = profile  # nobody's own settings
        passed = args.no_run or all([refresh(path) for path in chosen])
    for path in chosen:
        clean_file(path)
    readme.write()
    return 0 if report_paths(chosen) and passed else 1


def report_paths(
    paths: list[Path],  # notebooks
) -> bool:  # is all well
    """Print each stored line that names a folder of this machine."""
    found = [(path, line) for path in paths for line in machine_paths(json.loads(path.read_text(encoding="utf-8")))]
    for path, line in found:
        print(f"{path.name}: names a folder of this machine: {line}", file=sys.stderr)
    return not found


def parser():
    """The arguments."""
    result = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("names", nargs="*", help="beginnings of notebook names (default: all)")
    result.add_argument("--no-run", action="store_true", help="do not run; keep the stored outputs")
    return result


if __name__ == "__main__":
    sys.exit(main())
