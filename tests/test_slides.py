"""The deck: current, in half an hour, each slide with its room and its notes."""

import re

import pytest

import slides
from conftest import ROOT, read

DECK = slides.slides(read(slides.SOURCE))


def texts(kind):
    """For each slide the text of its markdown cells: notes, or all others."""
    return [
        "\n".join(
            slides.source(cell)
            for cell in cells
            if cell["cell_type"] == "markdown" and (slides.slide_type(cell) == "notes") == (kind == "notes")
        )
        for cells in DECK
    ]


def test_deck_is_current():
    """slides/index.html and the PDF were built from this notebook, style and script."""
    assert slides.stale() == [], "run: python tools/slides.py"


def test_check_notices_changes(tmp_path, monkeypatch):
    """A changed source, and a PDF of another deck, are noticed."""
    for name in ("SOURCE", "DECK", "PDF"):
        copy = tmp_path / getattr(slides, name).name
        copy.write_bytes(getattr(slides, name).read_bytes())
        monkeypatch.setattr(slides, name, copy)
    (tmp_path / "deck.css").write_bytes((ROOT / "slides" / "deck.css").read_bytes())
    assert slides.stale() == []
    changed = slides.SOURCE.read_text(encoding="utf-8").replace("Take home", "Take away")
    slides.SOURCE.write_text(changed, encoding="utf-8")
    assert slides.stale() == ["index.html", "grokking-anchors.pdf"]
    slides.DECK.write_text(slides.build(), encoding="utf-8")
    assert slides.stale() == ["grokking-anchors.pdf"] and slides.main(["--check"]) == 1


@pytest.mark.parametrize("text", texts("slide"), ids=range(1, len(DECK) + 1))
def test_slide_names_its_room(text):
    """The last line links a notebook that exists, and names a heading that is in it."""
    label, target = re.search(r"^Room: \[(.*)\]\((.*)\)$", text, re.MULTILINE).groups()
    path = (ROOT / "slides" / target).resolve()
    assert path.parent == ROOT / "nbs" and path.exists()
    headings = {
        line.lstrip("#").strip()
        for cell in read(path)["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
        if line.startswith("#")
    }
    plain = {re.sub(r" \(minute \d+\)|`", "", heading) for heading in headings}
    assert label in plain or label.split(", ", 1)[-1] in plain


def test_notes_add_up_to_half_an_hour():
    """Each slide's notes begin with its minutes, and the minutes run from 0 to 30 without a gap."""
    said = [re.match(r"Minutes? (\d+)(?: to (\d+))?\.", text).groups() for text in texts("notes")]
    minutes = [[int(number) for number in numbers if number] for numbers in said]
    assert minutes[0][0] == 0 and minutes[-1][-1] == 30
    assert all(before[-1] == after[0] for before, after in zip(minutes, minutes[1:]))


def test_pdf_has_one_page_per_slide():
    """No slide runs over its page, and no link names a folder of the machine that printed it."""
    data = slides.PDF.read_bytes()
    assert len(re.findall(rb"/Type /Page\b(?!s)", data)) == len(DECK)
    assert b"file:" not in data


def test_pictures_have_alternative_text():
    """And none is built without one."""
    deck = slides.DECK.read_text(encoding="utf-8")
    pictures = re.findall(r"<img alt=\"([^\"]*)\"", deck)
    assert len(pictures) == deck.count("<img ") > 8 and all(len(alt) > 20 for alt in pictures)
    with pytest.raises(ValueError, match="# alt:"):
        slides.output_html({"output_type": "display_data", "data": {"image/png": "aGk="}}, "")


def test_deck_asks_for_local_files_only():
    """Scripts and styles lie in the repository, with the licences of the vendored ones."""
    deck = slides.DECK.read_text(encoding="utf-8")
    wanted = re.findall(r"<(?:script|link)[^>]*(?:src|href)=\"([^\"]*)\"", deck)
    assert len(wanted) == 6 and all((ROOT / "slides" / name).is_file() for name in wanted)
    for name, words in (("reveal", "Permission is hereby granted"), ("mathjax", "Apache License")):
        assert words in (ROOT / "slides" / "vendor" / f"{name}.LICENSE.txt").read_text(encoding="utf-8")
