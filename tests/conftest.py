"""What all tests share: the project's folders, its notebooks, and quiet, single-threaded libraries."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small models run faster on one thread
os.environ.setdefault("MPLBACKEND", "Agg")  # no window

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(path for path in (ROOT / "nbs").glob("*.ipynb") if path.name[0] not in "._")
NOT_SOURCE = shutil.ignore_patterns(
    ".git", ".venv", "venv", ".peers", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".ipynb_checkpoints"
)


def pytest_xdist_auto_num_workers(config):
    """One worker more than there are cores: the browser's tests mostly wait."""
    return (os.cpu_count() or 1) + 1


DEAR = ("tests/test_browser.py", "tests/test_reading.py", "tests/test_types.py")


class Together(LoadScopeScheduling):
    """The tests of files that start something dear share a worker, so that it starts once; all others go anywhere."""

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        return file if file in DEAR else nodeid


def pytest_xdist_make_scheduler(config, log):
    """Who gives tests to workers."""
    return Together(config, log)


def read(
    path: Path,  # notebook
) -> dict:  # as JSON gives it
    """A notebook's file."""
    return json.loads(path.read_text(encoding="utf-8"))


def numbered(
    last: int,  # highest number
    first: int = 0,  # lowest number
) -> list[Path]:  # notebooks
    """The notebooks whose names begin with a number from `first` to `last`."""
    return [path for path in NOTEBOOKS if path.name[:2].isdigit() and first <= int(path.name[:2]) <= last]


def rooms() -> dict[str, Path]:  # number, such as "05b" -> notebook, in reading order
    """The numbered notebooks."""
    return {re.match(r"\d\d[a-z]?", path.name)[0]: path for path in numbered(99)}


def by_name(
    path: Path,  # of a notebook
) -> str:
    """How a parametrised test names its notebook."""
    return path.stem


@pytest.fixture
def checkout(tmp_path):
    """A copy of the project without what is built or cached."""
    return Path(shutil.copytree(ROOT, tmp_path / "checkout", ignore=NOT_SOURCE))
