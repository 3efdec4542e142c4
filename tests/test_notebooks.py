"""Every notebook runs from top to bottom, as `nbdev-test` runs it."""

import signal

import pytest
from nbdev.test import test_nb as run_notebook

from conftest import NOTEBOOKS, ROOT, by_name, read
from refresh import machine_paths


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_runs(path):
    """No cell raises; assertions and `check` are cells."""
    passed, _ = run_notebook(path, skip_flags=["notest"], basepath=ROOT)
    assert passed, f"{path.name} fails; its traceback is above"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_no_machine_path(path):
    """Stored outputs read the same on every machine."""
    assert not machine_paths(read(path))


@pytest.fixture(autouse=True)
def interruptible():
    """Ctrl-C still ends the tests in order: running a notebook takes that signal for itself."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)
