"""The workshop: a folder of notebooks with blanks to fill, and JupyterLab to open it."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from ..paths import notebooks_path
from .exercises import blank

__all__ = ["copy_notebooks", "open_lab"]

SOLUTIONS = "solutions"
IN_THE_WAY = "these are links, or files in the place of folders, or folders in the place of files"


def copy_notebooks(
    dest: str | Path,  # folder to write to; made if it is missing
    force: bool = False,  # overwrite files that differ?
) -> list[Path]:  # the files of the copy
    """Copy notebooks with blanks, and originals into `solutions`. FileExistsError spares work."""
    files = _plan(notebooks_path(), Path(dest))
    if blocked := sorted(_in_the_way(files, Path(dest))):
        raise FileExistsError(f"{IN_THE_WAY}; nothing was written: {', '.join(blocked)}")
    changed = [str(p) for p, new in files.items() if p.exists() and p.read_bytes() != new]
    if changed and not force:
        told = f"these files hold something else, and stay: {', '.join(changed)}"
        raise FileExistsError(f"{told}\n--force overwrites them; another DIR leaves them alone.")
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(files)


def _in_the_way(files, dest):
    """What would lead out of the folder `dest`, or fail; `dest` itself may be a link."""
    folders = {dest, *(path.parent for path in files)}
    for path in {*folders, *files}:
        right = path.is_dir() if path in folders else path.is_file()
        if path.is_symlink() and path != dest or os.path.lexists(path) and not right:
            yield str(path)


def _plan(source: Path, dest: Path) -> dict[Path, bytes]:
    """What to write where: each notebook twice, blanked and whole; pages of words, and pictures."""
    files = {dest / name: (source / name).read_bytes() for name in ("glossary.md", "settings.md")}
    for path in sorted(source.glob("*.ipynb")):
        files[dest / path.name] = _blanked(path)
        files[dest / SOLUTIONS / path.name] = path.read_bytes()
    for path in sorted((source / "images").glob("*")):
        files[dest / "images" / path.name] = path.read_bytes()
        files[dest / SOLUTIONS / "images" / path.name] = path.read_bytes()
    return files


def _blanked(path: Path) -> bytes:
    """The workshop copy of one notebook, as the bytes of its file."""
    notebook = blank(json.loads(path.read_text(encoding="utf-8")))
    return (json.dumps(notebook, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def open_lab(
    dest: str | Path,  # folder with the copied notebooks
    options: tuple[str, ...] = (),  # passed on to JupyterLab
) -> int:  # JupyterLab's exit code
    """Open JupyterLab in a folder and wait until it ends; SystemExit with advice if it lacks."""
    if find_spec("jupyterlab") is None:
        raise SystemExit(
            "JupyterLab is not installed (it is the extra 'workshop'). Install it with\n"
            f"    {sys.executable} -m pip install jupyterlab\n"
            f"then open {dest} again."
        )
    start = ["index.ipynb"] if (Path(dest) / "index.ipynb").exists() else []
    try:
        return subprocess.call([sys.executable, "-m", "jupyterlab", *start, *options], cwd=dest)
    except KeyboardInterrupt:  # the usual way to stop JupyterLab
        return 0
