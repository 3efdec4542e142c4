"""The type checker passes on the package, and sees its attributes and signatures from a user's script."""

import re
import subprocess
import sys

import pytest

from conftest import ROOT

SCRIPT = ROOT / "tests" / "user_script.py"


def mypy(*arguments):
    """What mypy prints."""
    command = [sys.executable, "-m", "mypy", "--no-color-output", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


def test_the_package_is_typed():
    """No complaint, with the settings of pyproject.toml."""
    assert "Success: no issues found" in mypy()


@pytest.fixture(scope="module")
def complaints():
    """Line -> message, for the script."""
    found = re.findall(r"user_script\.py:(\d+): error: (.*)", mypy(str(SCRIPT)))
    return {int(line): message for line, message in found}


def test_right_lines_pass_and_wrong_lines_do_not(complaints):
    """Each line marked WRONG is a mistake that the checker finds; there is no other."""
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    wrong = [i for i, line in enumerate(lines, 1) if line.endswith("# WRONG")]
    assert len(wrong) == 8 and sorted(complaints) == wrong


def test_complaints_name_the_argument(complaints):
    """What a user reads."""
    said = " ".join(complaints.values())
    parts = ('"threshold" to "explain"', 'no attribute "explane"', 'no attribute "covrage"', '"treshold" for')
    assert all(part in said for part in parts)
