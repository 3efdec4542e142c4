"""The package as a user gets it: light to import, and a wheel that holds what it should and nothing else."""

import ast
import hashlib
import importlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import grokking_anchors
from conftest import NOTEBOOKS, ROOT
from grokking_anchors.paths import data_path, notebooks_path

HEAVY = {"numpy", "scipy", "sklearn", "skimage", "matplotlib", "pandas", "ipywidgets", "joblib", "spacy", "IPython"}
DATA = sorted(path.name for path in (ROOT / "data").iterdir() if path.is_file())


def loaded_by(statement):
    """The top-level packages that a fresh Python holds after a statement."""
    show = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = [sys.executable, "-c", f"{statement}\n{show}"]
    return set(subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def test_import_is_light():
    """`import grokking_anchors` loads none of the large libraries."""
    assert not loaded_by("import grokking_anchors") & HEAVY
    assert not loaded_by("from grokking_anchors import cli, data_path; dir(cli)") & HEAVY
    assert not loaded_by("from grokking_anchors import AnchorText") & (HEAVY - {"numpy", "scipy"})
    assert "numpy" in loaded_by("import grokking_anchors.workshop.exercises")  # so the measurement can fail


STUB = ast.parse((ROOT / "grokking_anchors" / "__init__.pyi").read_text(encoding="utf-8"))
HOME = {one.name: node.module for node in STUB.body if isinstance(node, ast.ImportFrom) for one in node.names}


@pytest.mark.parametrize("name", HOME)
def test_public_name(name):
    """Each name of the one table is public, and is the very thing of its module, where it was made."""
    value, module = getattr(grokking_anchors, name), importlib.import_module(f"grokking_anchors.{HOME[name]}")
    assert value is getattr(module, name) and value.__module__ == module.__name__ and callable(value)
    assert name in dir(grokking_anchors)


def test_public_names_are_those_of_the_table():
    """No more and no fewer, and a star import brings them."""
    names = {}
    exec("from grokking_anchors import *", names)
    assert set(grokking_anchors.__all__) == set(HOME) == set(names) - {"__builtins__"}


def test_unknown_name():
    """A name that is not there raises what Python raises."""
    with pytest.raises(AttributeError, match="attribute anchortext"):
        _ = grokking_anchors.anchortext


@pytest.mark.parametrize("name", ["nothing.csv", "", "..", "licenses", "../settings.ini"])
def test_unknown_data(name):
    """A name that is no data file raises, and the message lists the files there are."""
    with pytest.raises(ValueError, match=r"census\.csv\.gz"):
        data_path(name)


def test_checksums():
    """Data files are those of SHA256SUMS, and none is missing there."""
    rows = dict(reversed(line.split()) for line in data_path("SHA256SUMS").read_text().splitlines())
    assert sorted([*rows, "README.md", "SHA256SUMS"]) == DATA
    assert all(hashlib.sha256(data_path(name).read_bytes()).hexdigest() == digest for name, digest in rows.items())


def test_notebooks_path():
    """The folder holds the notebooks."""
    assert {path.name for path in notebooks_path().glob("*.ipynb")} >= {path.name for path in NOTEBOOKS}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Names and sizes in a wheel, built from a copy of the checkout without a network."""
    import shutil

    from conftest import NOT_SOURCE

    folder = tmp_path_factory.mktemp("wheel")
    source = shutil.copytree(ROOT, folder / "checkout", ignore=NOT_SOURCE)
    (Path(source) / "bench").mkdir(exist_ok=True)
    (Path(source) / "bench" / "planted.py").write_text("")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, source]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_wheel_holds_data_notebooks_and_licences(wheel):
    """Everything a user may ask for is inside."""
    names = set(wheel.namelist())
    assert {f"grokking_anchors/data/{name}" for name in DATA} <= names
    assert {f"grokking_anchors/notebooks/{path.name}" for path in NOTEBOOKS} <= names
    licences = [path.name for path in (ROOT / "data" / "licenses").iterdir()]
    assert {f"grokking_anchors/data/licenses/{name}" for name in licences} <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_package_index_gets_whole_links(wheel):
    """Beside the description there are no files: each link and picture leads to the repository."""
    name = next(name for name in wheel.namelist() if name.endswith("METADATA"))
    text = wheel.read(name).decode()
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    assert len(links) > 20 and all(link.startswith(("https://", "#")) for link in links)
    assert "/raw/main/nbs/images/index" in text and "/blob/main/nbs/01_sampling.ipynb" in text


def test_wheel_holds_nothing_else(wheel):
    """No tests, no benchmarks, no tools, no caches."""
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"grokking_anchors"}
    inside = {name.split("/")[1] for name in wheel.namelist() if name.startswith("grokking_anchors/")}
    modules = {path.name for path in (ROOT / "grokking_anchors").glob("*.py*")}
    assert inside == modules | {"data", "notebooks", "workshop", "py.typed"}
    lessons = {path.name for path in (ROOT / "grokking_anchors" / "workshop").glob("*.py")}
    assert {name.split("/")[2] for name in wheel.namelist() if name.startswith("grokking_anchors/workshop/")} == lessons


def test_wheel_metadata(wheel):
    """Name, licence, extras and the command are those of settings.ini."""
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = wheel.read(name).decode()
    for line in ("License-Expression: Apache-2.0", "Requires-Python: >=3.10", "Requires-Dist: numpy>=2"):
        assert line in metadata
    for extra in ("text", "image", "workshop", "dev"):
        assert f"Provides-Extra: {extra}" in metadata
    assert "grokking_anchors.cli:main" in wheel.read(name.replace("METADATA", "entry_points.txt")).decode()


def test_every_picture_is_returned():
    """A plotting function hands out its figure, so that a notebook shows it and a user can save it."""
    from matplotlib.figure import Figure

    from grokking_anchors.plots import partial_bars
    from grokking_anchors.workshop import figures

    for figure in (figures.harbour(), figures.five_boxes(), partial_bars(["best"], [0.9], [0.5])):
        assert isinstance(figure, Figure) and len(figure.axes) == 1


def test_published_module_names():
    """Published examples import explainers and helpers from `explainers` and `utils`."""
    import grokking_anchors
    from grokking_anchors import explainers, utils

    assert all(getattr(explainers, name) is getattr(grokking_anchors, name) for name in explainers.__all__)
    assert utils.gen_category_map is grokking_anchors.gen_category_map
    with pytest.raises(AttributeError):
        explainers.AnchorAudio  # noqa: B018
