"""The workshop copy: blanks instead of solutions, and still it runs to its end."""

import json
import re
import sys

import pytest
from nbdev.test import test_nb as run_notebook

from conftest import NOTEBOOKS, ROOT, by_name, read
from grokking_anchors.cli import main
from grokking_anchors.workshop.copying import copy_notebooks
from grokking_anchors.workshop.exercises import blank, has_solutions

DEVELOPER = re.compile(r"^\s*(import|from)\s+(nbdev|fastcore|pytest|nbclient|nbconvert)\b", re.MULTILINE)
CHECK = re.compile(r"^check\(", re.MULTILINE)
WITH_SOLUTIONS = [path for path in NOTEBOOKS if has_solutions(read(path))]


@pytest.mark.parametrize("path", WITH_SOLUTIONS, ids=by_name)
def test_blanked_copy_runs_and_says_open(path, tmp_path, monkeypatch):
    """A reader who fills in nothing, and has no extra, reaches the end; each `check` says that it is open."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # what `find_spec` and `import` see then: nothing
    copy = tmp_path / path.name
    copy.write_text(json.dumps(blank(read(path))), encoding="utf-8")
    passed, _ = run_notebook(copy, skip_flags=["notest"], basepath=ROOT, save=True)
    assert passed, f"the workshop copy of {path.name} does not run to its end"
    told = printed(read(copy))
    for source, lines in told.items():
        still_open = [line for line in lines if line.startswith("open: ")]
        assert "✓ right" not in lines and len(still_open) >= len(CHECK.findall(source)), source
    assert any(line.startswith("open: ") for lines in told.values() for line in lines)
    assert ("skipped: pip install" in "".join(map("".join, told.values()))) == (path.stem == "09a_image")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_needs_no_developer_tools(path):
    """A notebook runs for someone who has installed the package without the extra `dev`."""
    sources = ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    assert not [source for source in sources if DEVELOPER.search(source)], "tools/refresh.py exports; no cell needs to"


def printed(notebook):
    """The lines that each code cell wrote to stdout, by its source."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    texts = ["".join("".join(out["text"]) for out in cell["outputs"] if out.get("name") == "stdout") for cell in cells]
    return {"".join(cell["source"]): text.splitlines() for cell, text in zip(cells, texts)}


@pytest.mark.parametrize("path", WITH_SOLUTIONS, ids=by_name)
def test_blanking_changes_solutions_only(path):
    """Prose and all other code stay as they are, folded where they were."""
    for before, after in zip(read(path)["cells"], blank(read(path))["cells"], strict=True):
        if "solution" not in before["metadata"].get("tags", []):
            assert (before["source"], before["metadata"]) == (after["source"], after["metadata"])


def test_copy_holds_blanked_notebooks_and_solutions(tmp_path):
    """One file of each notebook to work in, without an output that tells an answer, and a whole one to look up."""
    copy_notebooks(tmp_path / "here")
    assert {path.name for path in (tmp_path / "here").glob("*.ipynb")} == {path.name for path in NOTEBOOKS}
    for path in NOTEBOOKS:
        assert (tmp_path / "here" / "solutions" / path.name).read_bytes() == path.read_bytes()
        copy = read(tmp_path / "here" / path.name)
        assert copy == blank(read(path)) and not has_solutions(copy)
        assert not any(cell.get("outputs") for cell in copy["cells"])


def test_copying_again_keeps_your_work(tmp_path):
    """Unchanged files may be written again; a changed one stops it, and nothing is lost without `force`."""
    copy_notebooks(tmp_path)
    copy_notebooks(tmp_path)
    mine = tmp_path / NOTEBOOKS[0].name
    mine.write_text("my answers")
    with pytest.raises(FileExistsError, match=mine.name):
        copy_notebooks(tmp_path)
    assert mine.read_text() == "my answers"
    copy_notebooks(tmp_path, force=True)
    assert read(mine) == blank(read(NOTEBOOKS[0]))


def in_the_way(where, way):
    """Put something there that is no file of the copy; what must be told."""
    where.mkdir()
    outside = where.parent / "outside"
    if way == "a link that leads nowhere":
        (where / "index.ipynb").symlink_to(outside)
        return "index.ipynb"
    if way == "a folder that is a link":
        outside.mkdir()
        (where / "images").symlink_to(outside)
        return "images"
    if way == "a file named like a folder":
        (where / "solutions").write_text("mine")
        return "solutions"
    (where / "index.ipynb").mkdir()
    return "index.ipynb"


WAYS = [
    "a link that leads nowhere",
    "a folder that is a link",
    "a file named like a folder",
    "a folder named like a file",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("force", [False, True])
def test_what_is_in_the_way_is_told_first(way, force, tmp_path):
    """A clear error, nothing written, neither in the folder nor outside; `--force` is no way around it."""
    name = in_the_way(tmp_path / "here", way)
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    with pytest.raises(SystemExit, match=f"nothing was written: .*{name}"):
        main(["workshop", str(tmp_path / "here"), "--no-open", *["--force"] * force])
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


def test_the_folder_itself(tmp_path):
    """It may be a link to a folder; a file, or a folder below a file, is told without a traceback."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    copy_notebooks(tmp_path / "link")
    assert (tmp_path / "real" / "solutions" / NOTEBOOKS[0].name).is_file()
    (tmp_path / "file").write_text("mine")
    for where in ("file", "file/below"):
        with pytest.raises(SystemExit, match="grokking-anchors: .*file"):
            main(["workshop", str(tmp_path / where), "--no-open"])
    assert (tmp_path / "file").read_text() == "mine"


def test_command_copies(tmp_path, capsys):
    """`grokking-anchors workshop DIR --no-open` says where the notebooks are, and why it stops."""
    where = tmp_path / "workshop"
    assert main(["workshop", str(where), "--no-open"]) == 0
    assert str(where) in capsys.readouterr().out
    (where / NOTEBOOKS[0].name).write_text("my answers")
    with pytest.raises(SystemExit, match="--force"):
        main(["workshop", str(where), "--no-open"])


def test_missing_jupyterlab_is_explained(tmp_path, monkeypatch):
    """Without JupyterLab the command says how to install it."""
    monkeypatch.setattr("grokking_anchors.workshop.copying.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="pip install jupyterlab"):
        main(["workshop", str(tmp_path)])
    assert (tmp_path / "solutions").is_dir()
