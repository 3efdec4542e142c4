"""README.md is current, and what it promises is what continuous integration runs."""

import re
from configparser import ConfigParser

import numpy as np
from matplotlib.colors import to_hex
from PIL import Image

import grokking_anchors
import moving
import readme
from conftest import ROOT
from grokking_anchors import AnchorText, plots
from grokking_anchors.words import movie_snippets, sentiment_model

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands():
    """The bash blocks of README.md, one command each, on one line."""
    return [re.sub(r" \\\n\s*", " ", block).strip() for block in BLOCK.findall(README)]


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


def test_commands_are_not_clipped():
    """No line of a command needs to be moved sideways."""
    assert max(len(line) for block in BLOCK.findall(README) for line in block.splitlines()) <= 90


def settings():
    """What settings.ini says."""
    parser = ConfigParser(delimiters=["="], interpolation=None)
    parser.read(ROOT / "settings.ini", encoding="utf-8")
    return parser["DEFAULT"]


def test_versions_agree():
    """`__version__` is the version of settings.ini."""
    assert grokking_anchors.__version__ == settings()["version"]


def test_what_the_first_screen_says_is_true():
    """The versions, the licence and what is tested; and links that go where something is."""
    said, ours = README[: README.index("## Try it")], settings()
    first, last = ours["min_python"], ours["max_python"]
    assert f"Python {first} to {last}" in said and f"[{ours['license'].replace('-', ' ')}](LICENSE)" in said
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert f'python: ["{first}", "{last}"]' in workflow
    assert readme.FILES == f"{ours['git_url']}/blob/main/" and readme.FILES not in README
    here = [link for link in re.findall(r"\]\(([^)#\s]+)", README) if ":" not in link]
    assert len(here) > 30 and [link for link in here if not (ROOT / link).exists()] == []


def test_binder_opens_the_copy_with_blanks():
    """The page that the link names is made by binder/postBuild."""
    (opened,) = re.findall(r"mybinder\.org/v2/gh/(\S+?)/HEAD\?urlpath=lab/tree/(\w+)/(\w+\.ipynb)", README)
    assert settings()["git_url"].endswith(opened[0]) and (ROOT / "nbs" / opened[2]).exists()
    made = (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    assert f"grokking-anchors workshop {opened[1]} --no-open" in made


def test_the_order_of_the_page():
    """What it is and a picture that moves, how to try it, one result; how to install comes later."""
    assert README.index("images/moving.gif") < 700  # characters
    heads = re.findall(r"^## (.*)", README, re.MULTILINE)
    assert heads[:3] == ["Try it", "One result", "Learn how it works"]
    assert "![png]" not in README


def test_the_one_result_is_no_accident():
    """Ten seeds give the same anchor, and the page shows it."""
    model = sentiment_model(*movie_snippets())
    (sentence,) = re.findall(r'AnchorText\(model, seed=0\)\.explain\("(.*)"\)', README)
    found = [AnchorText(model, seed=seed).explain(sentence) for seed in range(10)]
    assert {" AND ".join(one.anchor) for one in found} == {"lot AND fun"} and all(one.certified for one in found)
    assert f"    Anchor: {' AND '.join(found[0].anchor)}\n" in README and found[0].raw["precision"] == [0.75, 1]


# ---- the picture that moves -----------------------------------------------------------------------


def test_the_moving_picture_is_current(monkeypatch, capsys):
    """It shows what the package says now; another answer of the toy is noticed."""
    assert moving.main(["--check"]) is None and moving.ALT in README
    monkeypatch.setattr(moving, "toy_model", lambda texts: np.repeat("positive", len(texts)))
    assert moving.main(["--check"]) == 1 and "python tools/moving.py" in capsys.readouterr().err
    assert not moving.is_current(ROOT / "nowhere.gif")


def test_the_moving_picture_is_small_calm_and_never_ends():
    """At most 600 kB, 10 to 15 seconds, on a ground of white."""
    assert moving.PATH.stat().st_size <= 600_000
    with Image.open(moving.PATH) as picture:
        pauses = []
        for i in range(picture.n_frames):
            picture.seek(i)
            pauses.append(picture.info["duration"])
            assert picture.convert("RGBA").getpixel((2, 2)) == (255, 255, 255, 255)
        assert picture.info["loop"] == 0 and picture.width >= 1000
    assert 10_000 <= sum(pauses) <= 15_000 and min(pauses) >= 100


def test_the_share_climbs_to_one():
    """As the words are ticked; what is held is in every neighbour, and marks and answers agree."""
    frames = moving.storyboard()
    ends = [frame for frame in frames if frame.pulls == moving.NEIGHBOURS and frame.pause > 300]
    shares = [frame.hits / frame.pulls for frame in ends]
    assert shares == sorted(shares) and shares[0] < 0.7 and shares[-1] == 1
    assert [frame.held for frame in ends] == [(), ("best",), ("best", "is")]
    for frame in frames:
        for words, kinds, same in frame.rows:
            assert (moving.toy_model([" ".join(words) + "."])[0] == "positive") == same
            assert {word for word, kind in zip(words, kinds) if kind == "held"} == set(frame.held)
    assert all(f" {frame.hits} of {frame.pulls}" in moving.ALT for frame in ends)


def test_a_frame_is_drawn():
    """With every word, and a bar that is teal only when enough was asked."""
    last = moving.storyboard()[-1]
    for frame, colour in ((last, plots.TEAL), (last._replace(pulls=3, hits=3), plots.GREY)):
        ax = moving.drawn(frame).axes[0]
        assert {"Python", "best", "40 of 40: 1.00"} - {text.get_text() for text in ax.texts} <= {"40 of 40: 1.00"}
        assert to_hex(ax.patches[-1].get_facecolor()) == colour


GUIDE = re.compile(r"^```python\n(import numpy.*?)^```", re.MULTILINE | re.DOTALL)


def test_what_contributing_shows_runs():
    """A kind of input and a bandit of one's own, as they stand there."""
    blocks = GUIDE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {"__name__": "guide"})
