"""The reading copy in a real browser, from a file: every recorded widget moves, by mouse, by keyboard, on a phone."""

import statistics

import pytest
import record

import reading
from conftest import NOTEBOOKS, open_page, read

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
MARKS = {path.stem: [mark for cell in read(path)["cells"] for mark in record.marks(cell)] for path in NOTEBOOKS}
PAGES = {name: marks for name, marks in MARKS.items() if marks}
NEEDED = ["00", "01_", "02", "03", "04", "05_", "06_", "live"]  # beginnings of rooms whose pages move


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The whole site, with every state of every widget."""
    folder = tmp_path_factory.mktemp("site") / "site"
    assert reading.main([str(folder)]) == 0
    return folder


def opened(browser, site, name, size):
    """A page of the site whose widgets have come to life."""
    page = open_page(browser, (site.as_uri(),), viewport=size, has_touch=size is PHONE)
    page.goto(f"{site.as_uri()}/{name}.html")
    marks = page.locator(".anchor-live").count()
    page.wait_for_function(f"document.querySelectorAll('.anchor-moves').length == {marks}")
    return page


def seen(widget):
    """The sentence and the picture that a widget shows."""
    screen = widget.locator(".anchor-screen")
    return screen.locator("p").first.inner_text(), screen.inner_html()


def by_pointer(page, widget, pointer, press):
    """Press the first thing that can be moved: a word, a choice, a box, or the far end of a slider."""
    first = widget.locator(".anchor-word:not([aria-pressed=true]), input").first
    first.scroll_into_view_if_needed()
    if first.get_attribute("type") != "range":
        return press(first)
    box, low = first.bounding_box(), first.evaluate("one => one.value == one.min")
    return pointer(box["x"] + box["width"] * (0.97 if low else 0.03), box["y"] + box["height"] / 2)


def by_mouse(page, widget):
    """With a mouse."""
    by_pointer(page, widget, page.mouse.click, lambda one: one.click())


def by_touch(page, widget):
    """With a finger."""
    by_pointer(page, widget, page.touchscreen.tap, lambda one: one.tap())


def by_keyboard(page, widget):
    """Go from the last thing that can be moved to the first, and press a key, until the sentence is another one."""
    before = seen(widget)
    for one in reversed(widget.locator(".anchor-word:not([aria-pressed=true]), input").all()):
        one.focus()
        low = one.evaluate("one => one.type != 'range' || one.value == one.min")
        page.keyboard.press({"range": "ArrowRight" if low else "ArrowLeft"}.get(one.get_attribute("type"), "Space"))
        if seen(widget)[0] != before[0]:
            return


def test_rooms_that_must_move():
    """00 to 06 and live have a widget."""
    assert [one for one in NEEDED if not any(name.startswith(one) for name in PAGES)] == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("move, size", [(by_mouse, WIDE), (by_keyboard, WIDE), (by_touch, PHONE)])
def test_every_widget_moves(browser, site, name, move, size):
    """Its sentence and its picture change; the picture's text says the sentence; nothing asks a network."""
    page = opened(browser, site, name, size)
    for widget in page.locator(".anchor-live").all():
        before = seen(widget)
        move(page, widget)
        after = seen(widget)
        assert before[0] != after[0] and before[1] != after[1]
        for picture in widget.locator(".anchor-screen img").all():
            alt, drawn = picture.get_attribute("alt"), picture.get_attribute("src").startswith("data:image/svg")
            assert alt == after[0] if drawn else alt  # a photograph has words of its own
            assert picture.evaluate("one => one.decode().then(() => true)")
    assert page.refused == page.failures == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.close()


def test_every_state_is_there(site):
    """Each recording leads from every state to a frame, and begins where the notebook's still does."""
    for mark in {mark for marks in PAGES.values() for mark in marks}:
        script = (site / "_static" / "recorded" / f"{mark}.js").read_text(encoding="utf-8")
        one = record.unpacked(script)
        assert set(one["states"].values()) == set(range(len(one["frames"])))
        assert ",".join(str(knob["start"]) for knob in one["knobs"]) in one["states"]


def test_play_runs_to_the_end(browser, site):
    """The play button moves its slider step by step, and stops when pressed again."""
    page = opened(browser, site, next(name for name in PAGES if name.startswith("03")), WIDE)
    button = page.locator(".anchor-play").first
    widget = page.locator(".anchor-live").filter(has=page.locator(".anchor-play")).first
    before = seen(widget)
    button.click()
    page.wait_for_function("document.querySelector('.anchor-play').textContent.includes('stop')")
    page.wait_for_timeout(1000)
    assert seen(widget) != before
    button.click()
    page.wait_for_timeout(100)
    still = seen(widget)
    page.wait_for_timeout(900)
    assert seen(widget) == still
    page.close()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_page_scrolls_sideways(browser, site, path):
    """On a phone it is a table or a picture that scrolls, never the page."""
    page = open_page(browser, (site.as_uri(),), viewport=PHONE)
    page.goto(f"{site.as_uri()}/{path.stem}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.close()


def test_search_shows_excerpts(browser, site):
    """From a file, too."""
    page = open_page(browser, (site.as_uri(),))
    page.goto(f"{site.as_uri()}/search.html?q=coverage")
    page.locator("p.context").nth(5).wait_for()
    texts = page.locator("p.context").all_inner_texts()
    assert all("coverage" in text.lower() and len(text) > 100 for text in texts[:3])
    page.close()


def test_navigation_has_four_groups(browser, site):
    """And the way to the slides, which open; the landing page has the five parts as links, and moves."""
    page = opened(browser, site, "index", WIDE)
    captions = page.locator(".sidebar-tree .caption-text").all_inner_texts()
    assert captions == [name.upper() for name in (*reading.GROUPS, "Beside the pages")]
    assert page.locator("nav.boxes a").count() == 5 and page.locator(".anchor-moves").count() == 1
    page.get_by_text("The slides", exact=True).first.click()
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    room = page.locator(".room a").nth(3).get_attribute("href")
    assert (site / "slides" / room.partition("#")[0]).resolve().is_file()
    assert page.refused == page.failures == []
    page.close()


def test_from_touch_to_picture(browser, site):
    """Printed, not judged: the median milliseconds from a new value to the next frame with its picture decoded."""
    page = opened(browser, site, next(name for name in PAGES if name.startswith("03")), WIDE)
    times = page.evaluate(TOUCH)
    told = f"median of {len(times)}, largest {max(times):.1f}"
    print(f"\n{statistics.median(times):.1f} ms from touch to picture ({told})")
    assert len(times) > 10
    page.close()


TOUCH = """async () => {
  const widget = document.querySelector('.anchor-live'), times = [];
  const slider = [...widget.querySelectorAll('input[type=range]')].pop();
  for (let i = 1; i <= Number(slider.max); i++) {  // each frame is new
    const start = performance.now();
    slider.value = i;
    slider.dispatchEvent(new Event('input'));
    await Promise.all([...widget.querySelectorAll('.anchor-screen img')].map((one) => one.decode()));
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - start);
  }
  return times;
}"""


def test_size(site):
    """At most 20 MB."""
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) <= 20e6
