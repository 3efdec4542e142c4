"""Notebooks run from top to bottom.

Those with exercises run in test_workshop_copy.py with their blanks, and with their solutions by `nbdev-test`
(part of .ci/run); here are the others.
"""

import signal

import pytest
from nbdev.test import test_nb as run_notebook

from conftest import NOTEBOOKS, ROOT, by_name, read
from grokking_anchors.workshop.exercises import has_solutions
from refresh import machine_paths


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if not has_solutions(read(path))], ids=by_name)
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
