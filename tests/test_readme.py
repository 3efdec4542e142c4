"""README.md is current, and what it promises is what continuous integration runs."""

import re
from configparser import ConfigParser

import grokking_anchors
import readme
from conftest import ROOT

BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands():
    """The bash blocks of README.md, one command each."""
    return [block.strip() for block in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))]


def test_readme_is_current():
    """README.md and its pictures are those of nbs/index.ipynb."""
    assert not readme.stale(), "run python tools/readme.py"


def test_a_stale_readme_is_noticed(checkout):
    """A changed page, a missing one, and a left-over picture are all found."""
    assert not readme.stale(checkout)
    (checkout / "README.md").write_text("edited by hand")
    left = checkout / f"{readme.PICTURES}_9_9.png"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"")
    assert readme.stale(checkout) == ["README.md", f"{readme.PICTURES}_9_9.png"]
    readme.write(checkout)
    assert not readme.stale(checkout)


def test_links_lead_from_the_root():
    """Relative links move; web links, anchors and code stay."""
    text = '[a](01_x.ipynb) [b](../CONTRIBUTING.md) [c](https://x.org/y) [d](#e) <img src="images/f.png">'
    here = '[a](nbs/01_x.ipynb) [b](CONTRIBUTING.md) [c](https://x.org/y) [d](#e) <img src="nbs/images/f.png">'
    code = "\n```\n[g](h)\n```"
    assert readme.relink(text + code) == here + code


def test_first_two_commands():
    """The first shows an anchor, the second runs the tests; both make their own environment."""
    anchor, tests = commands()[:2]
    assert all(command.startswith("python3 -m venv .venv && .venv/bin/pip install") for command in (anchor, tests))
    assert ".venv/bin/grokking-anchors " in anchor
    assert tests.endswith(".venv/bin/python -m pytest")


def test_continuous_integration_runs_the_same_commands():
    """Every line of .ci/run that makes an environment is a command of README.md, and the test command is there."""
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    ran = [line.strip() for line in lines if "-m venv" in line and not line.lstrip().startswith("#")]
    quoted = {line.split("=", 1)[1].strip('"') if "=" in line.split()[0] else line for line in ran}
    assert commands()[1] in quoted
    assert quoted <= set(commands())


def test_versions_agree():
    """`__version__` is the version of settings.ini."""
    settings = ConfigParser(delimiters=["="], interpolation=None)
    settings.read(ROOT / "settings.ini", encoding="utf-8")
    assert grokking_anchors.__version__ == settings["DEFAULT"]["version"]


GUIDE = re.compile(r"^```python\n(import numpy.*?)^```", re.MULTILINE | re.DOTALL)


def test_what_contributing_shows_runs():
    """A kind of input and a bandit of one's own, as they stand there."""
    blocks = GUIDE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {"__name__": "guide"})
