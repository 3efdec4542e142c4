"""The deck: current, in half an hour, each slide with its room and its notes."""

import html
import re
from urllib.parse import unquote

import pytest

import slides
from conftest import ROOT, read
from grokking_anchors.plots import canvas, svg

DECK = slides.slides(read(slides.SOURCE))
SHOWN = [slides.slide_html(cells) for cells in DECK]


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
    for name in ("deck.css", "pictures.py"):
        (tmp_path / name).write_bytes((ROOT / "slides" / name).read_bytes())
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
    plain = {re.sub(r" \(minute \d+\)|`", "", heading): heading for heading in headings}
    assert label in plain or label.partition(", ")[2] in plain
    if label.partition(", ")[2] in plain:  # the place in the reading copy is that of the heading, as it is there
        assert slides.slug(label.partition(", ")[2]) == slides.slug(plain[label.partition(", ")[2]])


def test_rooms_open_the_reading_copy_in_a_tab_of_its_own():
    """A link for each slide, to the page and the heading of the reading copy."""
    page = r'<a href="\.\./docs/_site/(\w+)\.html(#[a-z0-9-]+)?" target="_blank" rel="noopener">'
    link = '<p class="room">Room: ' + page
    assert all(len(re.findall(link, shown)) == 1 for shown in SHOWN)
    assert ".ipynb" not in slides.DECK.read_text(encoding="utf-8")


@pytest.mark.parametrize("heading", ["4. The race, step by step", "What holds the ship?", "One: make or break"])
def test_places_are_named_as_docutils_names_them(heading):
    """Numbers at the beginning and signs are left out."""
    assert slides.slug(heading) == pytest.importorskip("docutils.nodes").make_id(heading)


# ---- what moves -----------------------------------------------------------------------------------


def states(shown):
    """How many pictures of a slide replace each other, and how many parts wait for a key."""
    return [len(re.findall('data-fragment-index="', shown)), shown.count("fragment")]


@pytest.mark.parametrize("title, least", [("Too many rules", 5), ("LUCB", 5), ("What is an anchor?", 4)])
def test_tree_and_race_move(title, least):
    """In five or six states, each another picture."""
    (shown,) = [shown for shown in SHOWN if title in shown and "r-stack" in shown]
    pictures = re.findall(r'src="([^"]*)"', shown)
    assert least <= len(set(pictures)) == len(pictures) == states(shown)[0] <= 6


def test_frames_replace_each_other():
    """The first goes when the second comes; the last one stays."""
    found = re.findall(r'<div class="fragment ([a-z-]*)" data-fragment-index="(\d)">', slides.frames("abc"))
    assert found == [("fade-out", "0"), ("current-visible", "0"), ("", "1")]


def test_polls_have_a_reveal():
    """What answers a poll waits for a key, on its slide or on the next one."""
    polls = [i for i, shown in enumerate(SHOWN) if "Poll:" in shown.split("<aside")[0]]
    assert len(polls) >= 4
    assert all(max(states(shown)[1] for shown in SHOWN[i : i + 2]) for i in polls)


# ---- pictures -------------------------------------------------------------------------------------

SMALLEST, WIDTH = 20, 1160  # pixels: of a letter, and of a picture


def test_letters_of_pictures_are_large():
    """On a slide of 1280 x 720 no letter of a picture is smaller than 20 pixels."""
    for picture in re.findall(r'src="data:image/svg\+xml,([^"]*)"', slides.DECK.read_text(encoding="utf-8")):
        text = unquote(picture).replace("&#x27;", "'")
        wide = float(re.search(r'viewBox="0 0 ([\d.]+)', text)[1])
        sizes = [float(size) for size in re.findall(r"font(?:-size)?:(?: bold| italic)* ?([\d.]+)px", text)]
        assert len(sizes) >= text.count("<text") and min(sizes, default=99) * WIDTH / wide >= SMALLEST


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


def test_numbers_written_in_pictures_are_whole():
    """A drawing is made shorter where lines run, not in what it says."""
    figure, ax = canvas(2, 1)
    ax.text(0.5, 0.5, "0.59712")
    ax.plot([0, 1], [0.1, 0.7])
    shown = html.unescape(unquote(svg(figure, "a number")))
    assert ">0.59712<" in shown and not re.search(r' d="[^"]*\.\d\d\d', shown)


def test_pictures_have_alternative_text():
    """And none is built without one."""
    deck = slides.DECK.read_text(encoding="utf-8")
    pictures = re.findall(r"<img [^>]*?alt=\"([^\"]*)\"", deck)
    assert len(pictures) == deck.count("<img ") > 8 and all(len(alt) > 20 for alt in pictures)
    for data in ({"image/png": "aGk="}, {"text/html": '<img alt="" src="">'}):
        with pytest.raises(ValueError, match="alt"):
            slides.output_html({"output_type": "display_data", "data": data})


def test_deck_asks_for_local_files_only():
    """Scripts and styles lie in the repository, with the licences of the vendored ones."""
    deck = slides.DECK.read_text(encoding="utf-8")
    wanted = re.findall(r"<(?:script|link)[^>]*(?:src|href)=\"([^\"]*)\"", deck)
    assert len(wanted) == 6 and all((ROOT / "slides" / name).is_file() for name in wanted)
    for name, words in (("reveal", "Permission is hereby granted"), ("mathjax", "Apache License")):
        assert words in (ROOT / "slides" / "vendor" / f"{name}.LICENSE.txt").read_text(encoding="utf-8")
