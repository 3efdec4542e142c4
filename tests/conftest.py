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


DEAR = ("tests/test_browser.py", "tests/test_site.py", "tests/test_reading.py", "tests/test_types.py")


# ---- in a browser ---------------------------------------------------------------------------------

BROWSED = ["test_browser.py", "test_site.py"]


def pytest_addoption(parser):
    """Tests in a browser are asked for, as `.ci/run` does."""
    parser.addoption("--browser", action="store_true", help="run the tests that need chromium and playwright, too")


def pytest_ignore_collect(collection_path, config):
    """Without `--browser` they are not even collected."""
    return True if collection_path.name in BROWSED and not config.getoption("--browser") else None


def pytest_terminal_summary(terminalreporter, config):
    """And this is said in one line."""
    if not config.getoption("--browser") and not config.args_source.name == "ARGS":
        said = f"not run: {' and '.join(BROWSED)}, which need chromium: python -m pytest --browser"
        terminalreporter.write_line(said)


@pytest.fixture(scope="session")
def browser():
    """One headless chromium for all tests of a worker."""
    from playwright.sync_api import sync_playwright

    import slides

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=slides.chromium(), args=slides.BROWSER.split())
        yield launched
        launched.close()


def open_page(browser, allowed, **options):
    """A page that may ask only addresses that begin with `allowed`; the others are noted and refused."""
    page = browser.new_page(**options)
    page.refused, page.failures = [], []

    def gate(route):
        if route.request.url.startswith((*allowed, "data:", "blob:")):
            return route.continue_()
        page.refused.append(route.request.url)
        return route.abort()

    page.route("**/*", gate)
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    return page


# ---- who runs what --------------------------------------------------------------------------------


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
