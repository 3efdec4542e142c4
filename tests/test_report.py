"""A table of explanations, and one page of them that opens anywhere and obeys nobody."""

import builtins
import os
from html.parser import HTMLParser

import numpy as np
import pytest

from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, explain_many, report, to_frame
from grokking_anchors.many import Failure

EVIL = "<script>alert(1)</script><img src=http://x.org/a> good"


def words(texts):
    """Good, or else bad; the label is hostile, too."""
    return np.array(["good" if "good" in text else "<b>bad</b>" for text in texts], object)


@pytest.fixture(scope="module")
def many():
    """Texts: two classes, one that says what it likes to a browser, and one that fails."""
    with pytest.warns(UserWarning, match="1 of 4"):
        return explain_many(AnchorText(words, seed=0), ["a good film", EVIL, "", "dull"], n_jobs=1)


def test_a_line_for_each(many):
    """Values as the explanations have them; a failure has its reason and no numbers."""
    frame = to_frame(many)
    assert frame.index.tolist() == [0, 1, 2, 3] and frame.index.name == "index"
    assert frame.certified.tolist() == [True, True, False, True] and frame.certified.dtype == bool
    one = frame.loc[0]
    assert (one.anchor, one.prediction, one.said, one.queries) == ("good", "good", "good", many[0].queries["rows"])
    assert (one.precision_low, one.precision_high) == many[0].precision_interval and one.coverage == many[0].coverage
    assert frame.reason[2].startswith("ValueError: ") and frame.loc[2].isna().sum() == 8
    assert frame.anchor[3].startswith("(empty") is many[3].is_empty
    assert to_frame([]).empty and list(to_frame([])) == list(frame) and len(to_frame([many[2]] * 2)) == 2


def test_what_is_not_certified_is_not_said_to_be(many, tmp_path):
    """Neither in its line, nor in the count."""
    open_one = AnchorText(words, seed=0).explain("a good film", max_queries=5)
    page = report([many[0], many[2], open_one], tmp_path / "some.html").read_text(encoding="utf-8")
    assert not open_one.certified and "<td>1 of 2 (50%)</td>" in page
    assert page.count("<td>yes</td></tr>") == 1 and page.count("<td>no</td></tr>") == 2


def test_pandas_is_told_to_be_missing(many, monkeypatch):
    """By name, with what to install."""
    real = builtins.__import__

    def without(name, *rest):
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"to_frame needs pandas: pip install 'grokking_anchors\[tables\]'"):
        to_frame(many)


@pytest.mark.parametrize("what", [to_frame, lambda wrong: report(wrong, "never.html")])
@pytest.mark.parametrize("wrong, told", [("abc", "came: str"), (3, "came: int"), ([None], r"explanations\[0\].*None")])
def test_what_is_no_list_of_explanations(what, wrong, told):
    """Is told by name; no file is written."""
    with pytest.raises(TypeError, match=told):
        what(wrong)
    assert not os.path.exists("never.html")


class Page(HTMLParser):
    """Tags, and all that they would load."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.loads = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href")]


def test_a_page_needs_nothing_and_obeys_nobody(many, tmp_path):
    """No script, no link, pictures within; texts and labels are shown as they are."""
    path = report(many, tmp_path / "report.html")
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert path == tmp_path / "report.html" and os.listdir(tmp_path) == ["report.html"]
    assert not {"script", "link", "iframe", "b"} & set(page.tags) and "http://x.org" not in page.loads
    assert page.loads and all(one.startswith("data:image/png;base64,") for one in page.loads)
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'\"" in text and page.tags.count("details") == 3
    assert "4 explanations" in text and "<td>3 of 4</td>" in text and "Failed: ValueError" in text
    assert text.count("&lt;b&gt;bad&lt;/b&gt;") >= 2 and all(chip in text for chip in ("good", "failed: ValueError"))


def test_pictures_are_bounded(many, tmp_path):
    """And the page says so."""
    numbers = [report(many, tmp_path / "a.html", pictures=n).read_text().count("<img") for n in (0, 1, 50)]
    assert np.diff(numbers).tolist() == [1, 2]  # of four, one failed
    assert "Pictures of the first 1 only" in report(many, tmp_path / "a.html", pictures=1).read_text()
    assert "Pictures of" not in report(many, tmp_path / "a.html").read_text()
    with pytest.raises(ValueError, match="pictures must be a whole number, 0 or more, came: -1"):
        report(many, tmp_path / "a.html", pictures=-1)


def test_a_page_is_written_in_one_step(many, tmp_path, monkeypatch):
    """What stood there stays until the new one is whole; nothing is left beside it."""
    path = report(many, tmp_path / "report.html")
    before = path.read_bytes()

    def fails(*names):
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="no space"):
        report(many[:1], path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["report.html"]


def test_every_kind_and_nothing_at_all(tmp_path):
    """Tables and pictures have pages, too; so have no explanations, and failures alone."""
    rows = np.random.default_rng(0).normal(size=(200, 3))
    table = AnchorTabular(lambda X: (np.asarray(X)[:, 0] > 0).astype(int), seed=0).fit(rows)
    picture = AnchorImage(lambda pictures: (np.asarray(pictures)[:, 0, 0] > 0.5).astype(int), (8, 8), seed=0,
                          segmentation_fn=lambda image: np.arange(64).reshape(8, 8) // 32)  # fmt: skip
    image = np.ones((8, 8))
    image[0] = 0.0
    found = [table.explain(rows[0]), picture.explain(image)]
    for one in found:
        text = report([one, one], tmp_path / "a.html").read_text()
        assert text.count("<details>") == 2 and "These anchors cannot" not in text and text.count("<img") >= 2
    assert "These anchors cannot be tried on each other: " in report(found, tmp_path / "a.html").read_text()
    assert to_frame(found).anchor.map(len).gt(0).all()
    for few in ([], [Failure(0, KeyError("a"))]):
        assert "No anchor covers more than its own instance" in report(few, tmp_path / "b.html").read_text()
