"""The reading copy: builds offline from stored outputs, and every link leads somewhere."""

import re

import pytest

import reading
from conftest import NOTEBOOKS, read

pytest.importorskip("myst_nb")
pytest.importorskip("furo")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built once, and what Sphinx warned of."""
    folder = tmp_path_factory.mktemp("reading") / "site"
    return folder, reading.build(folder)


def test_every_notebook_is_a_page(site):
    """With pictures, search, and the way from the index to each page."""
    folder, _ = site
    index = (folder / "index.html").read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        assert (folder / f"{path.stem}.html").is_file()
        assert f'href="{path.stem}.html"' in index or path.stem == "index"
    assert (folder / "search.html").is_file() and (folder / "glossary.html").is_file()
    assert len(list((folder / "_images").glob("*.png"))) > 20


def test_no_directive_is_read(site):
    """What only machines need is left out."""
    folder, _ = site
    assert not [path.name for path in folder.glob("*.html") if "#| export" in path.read_text(encoding="utf-8")]


def test_no_broken_link(site):
    """Nor anything that a page would load from a network."""
    assert reading.broken_links(site[0]) == []


def test_no_warning(site):
    """Sphinx has nothing to complain of."""
    assert site[1] == ""


FOLD = re.compile(r'<div class="([^"]*)">\s*<details( open)?')
ENDING = ["import numpy as np", "#| export\nimport numpy as np\nspecial = lazy_loader.load('scipy.special')"]


def folds(page):
    """How often each kind of fold is on a page: (kind, does it begin open) -> count."""
    found = [
        (set(re.findall(r"tag_(\w+)", classes)) & set(reading.FOLDS), bool(o)) for classes, o in FOLD.findall(page)
    ]
    kinds = [(kind, begins) for kinds, begins in found for kind in kinds]
    return {one: kinds.count(one) for one in kinds}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_folded(site, path):
    """Solutions, what stands behind the room, and imports are closed; functions of the package begin open."""
    expected = {}
    for cell in reading.readable(read(path))["cells"]:
        for kind in set(reading.FOLDS) & set(cell["metadata"]["tags"]):
            if "remove-input" not in cell["metadata"]["tags"]:
                expected[kind, kind == "unfolded"] = expected.get((kind, kind == "unfolded"), 0) + 1
    assert folds((site[0] / f"{path.stem}.html").read_text(encoding="utf-8")) == expected


@pytest.mark.parametrize(
    "text, tags, kind",
    [
        *((text, [], "imports") for text in ENDING),
        ("#| export\ndef f(): pass", [], "unfolded"),
        ("#| export\ndef f(): pass", ["engine"], "engine"),
        ("import numpy as np", ["engine"], "engine"),
        ("poll()", ["poll"], "poll"),
        ("n = 6", ["solution"], "solution"),
        ("#| hide_input\nimport numpy as np", [], "remove-input"),
        *((text, [], None) for text in ("n = 6", "import numpy as np\nn = np.pi", "%time n", "# words")),
    ],
)
def test_kind_of_a_fold(text, tags, kind):
    """What a cell is says how it is folded; all of a solution is, of the others only the code."""
    told = reading.folded(text, tags)
    assert set(told["tags"]) - set(tags) - {"hide-input", "hide-cell"} == ({kind} if kind else set()) - set(tags)
    assert ("hide-cell" in told["tags"]) == (kind == "solution")
    assert ("hide-input" in told["tags"]) == (kind in ("imports", "unfolded", "engine", "poll"))


def test_broken_links_are_found(tmp_path):
    """A missing page, a missing heading, a missing picture, and a script from a network."""
    (tmp_path / "a.html").write_text(
        '<h1 id="top"></h1><a href="#top">fine</a><a href="b.html#there">fine</a><a href="https://x.org">fine</a>'
        '<a href="c.html">1</a><a href="b.html#nowhere">2</a><img src="d.png"><script src="https://x.org/y.js"></script>'
    )
    (tmp_path / "b.html").write_text('<h2 id="there"></h2>')
    assert reading.broken_links(tmp_path) == [
        "a.html: b.html#nowhere",
        "a.html: c.html",
        "a.html: d.png",
        "a.html: https://x.org/y.js",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_pictures_have_words(site, path):
    """No picture of a notebook's page is without an alternative text, and none is its file's name."""
    page = (site[0] / f"{path.stem}.html").read_text(encoding="utf-8")
    pictures = re.findall(r"<img [^>]*>", page.partition('role="main"')[2])
    words = [re.search(r'alt="([^"]*)"', picture) for picture in pictures]
    assert all(found and len(found[1]) > 8 and not found[1].endswith((".png", ".gif")) for found in words)
