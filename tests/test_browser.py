"""In a real browser, by real key presses: JupyterLab with the widgets, and the deck from a file.

Asked for by `python -m pytest --browser`; needs chromium.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
import record

import slides
from conftest import NOTEBOOKS, ROOT, open_page, read

NARROW, WIDE = {"width": 480, "height": 900}, {"width": 1280, "height": 1000}



# ---- the deck -------------------------------------------------------------------------------------

OUTSIDE = """() => {
  const slide = Reveal.getCurrentSlide(), room = slide.querySelector('.room').getBoundingClientRect();
  const title = slide.querySelector('h1, h2').getBoundingClientRect();
  const parts = [...slide.querySelectorAll('h1, h2, p, li, pre, td, img, mjx-container svg')];
  return parts.filter(part => !part.closest('aside') && !part.classList.contains('room')).map(part => {
    const box = part.getBoundingClientRect();
    const fits = box.bottom <= room.top && box.right <= innerWidth && box.left >= 0 && box.top >= 0
      && (box.top >= title.bottom - 1 || part.matches('h1, h2'));
    return fits && (part.tagName != 'IMG' || part.naturalWidth > 100) ? '' : part.outerHTML.slice(0, 80);
  }).filter(Boolean);
}"""
SMALL = """() => {
  const slide = Reveal.getCurrentSlide(), found = [], walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  const number = document.querySelector('.slide-number');
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const part = text.parentElement;
    if (text.data.trim() && !part.closest('aside, mjx-container')) found.push([part, text.data]);
  }
  const size = part => parseFloat(getComputedStyle(part).fontSize);
  const letters = [...found, [number, number.innerText]].map(([part, text]) => [size(part), text]);
  const share = one => one.getBoundingClientRect().width / 1160;
  const pictures = [...slide.querySelectorAll('img')].map(one => [20 * share(one), one.alt]);
  return [...letters, ...pictures].filter(([size]) => size < 19.99);
}"""
PRINTED = "stack => [...stack.children].map(one => getComputedStyle(one).display != 'none' && one.offsetHeight > 0)"


def deck(browser, query=""):
    """The deck, from the file, where nothing else may be asked for."""
    page = open_page(browser, ("file://",), viewport={"width": 1280, "height": 720})
    page.goto(slides.DECK.as_uri() + query)
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    return page


def test_deck_opens_without_network(browser):
    """From a file: no request leaves the machine, no error, formulas are set; all states of all slides fit the page."""
    page = deck(browser)
    total = page.evaluate("Reveal.getTotalSlides()")
    seen, keys = [], 0
    while keys < 200:
        title = page.evaluate("Reveal.getCurrentSlide().querySelector('h1, h2').innerText")
        seen += [title] if title not in seen else []
        assert page.evaluate(OUTSIDE) == [], f"slide {len(seen)} does not fit"
        assert page.evaluate(SMALL) == [], f"slide {len(seen)} has small letters"
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            break
        page.keyboard.press("ArrowRight")
        keys += 1
    assert len(seen) == total > 20 and keys > total + 20
    assert page.locator("mjx-container").count() >= 4 and page.locator("mjx-merror").count() == 0
    assert page.refused == [] and page.failures == []
    page.close()


def test_deck_prints_last_states(browser):
    """On paper a page for each slide, and of frames the last one."""
    page = deck(browser, "?print-pdf")
    page.wait_for_function("document.querySelector('.pdf-page')")
    stacks = page.locator(".r-stack").evaluate_all(f"stacks => stacks.map({PRINTED})")
    assert len(stacks) >= 5 and all(shown[-1] and not any(shown[:-1]) for shown in stacks)
    assert page.locator(".pdf-page").count() == page.locator(".pdf-page section").count() > 20
    page.close()


# ---- JupyterLab -----------------------------------------------------------------------------------


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


MARKS = {path.name: [mark for cell in read(path)["cells"] for mark in record.marks(cell)] for path in NOTEBOOKS}
OTHERS = {name: len(marks) for name, marks in MARKS.items() if marks and not name.startswith("10_")}


def up_to_last_widget(notebook):
    """The notebook without what comes after its last widget."""
    last = max(i for i, cell in enumerate(notebook["cells"]) if record.marks(cell))
    return notebook | {"cells": notebook["cells"][: last + 1]}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab that serves a copy of the notebooks, with nobody's settings and no news prompt."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "nbs", folder / "nbs", ignore=shutil.ignore_patterns(".*"))
    for name in OTHERS:  # what comes after the last widget is run elsewhere
        path = folder / "nbs" / name
        path.write_text(json.dumps(up_to_last_widget(read(path))), encoding="utf-8")
    news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (folder / "config" / "labconfig").mkdir(parents=True)
    (folder / "config" / "labconfig" / "page_config.json").write_text(json.dumps(news))
    tracker = folder / "user" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(json.dumps({"windowingMode": "none"}))  # cells far from the last one stay in the page
    places = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    places |= {"JUPYTER_CONFIG_DIR": str(folder / "config"), "IPYTHONDIR": str(folder / "ipython")}
    places |= {"PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(folder / "user")}
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
    options += ["--LabApp.expose_app_in_browser=True", f"--notebook-dir={folder / 'nbs'}"]
    log = open(folder / "log", "w")
    command = [sys.executable, "-m", "jupyterlab", *options]
    server = subprocess.Popen(command, env=os.environ | places, stdout=log, stderr=log)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{url}/api/status", timeout=2)
                break
            except OSError:
                time.sleep(0.25)
        else:
            pytest.fail("JupyterLab does not start: " + (folder / "log").read_text()[-2000:])
        yield url
    finally:
        server.terminate()
        server.wait(20)
        log.close()


SLIDER = ".noUi-handle"
KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
LEFT = "[...document.querySelectorAll('.jp-InputPrompt')].filter(prompt => prompt.innerText.includes('*')).length"
BEGUN = "[...document.querySelectorAll('.jp-InputPrompt')].some(prompt => /[*0-9]/.test(prompt.innerText))"


def run_notebook(page, url, name):
    """Open a notebook, wait for its kernel, run all cells, wait for the end."""
    page.goto(f"{url}/lab/tree/{name}?reset")
    page.wait_for_function(f"{KERNEL} == 'idle'", timeout=40_000)
    page.wait_for_timeout(1000)  # a kernel that has just started is idle for a moment before it is ready
    page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(BEGUN, timeout=20_000)
    page.wait_for_function(f"{KERNEL} == 'idle' && {LEFT} == 0", timeout=60_000)


@pytest.fixture(scope="module")
def explored(browser, lab):
    """Notebook 10, run from top to bottom in JupyterLab."""
    page = open_page(browser, (lab, lab.replace("http", "ws")), viewport=WIDE)
    run_notebook(page, lab, "10_explore.ipynb")
    yield page
    page.close()


def assert_fine(page, panels):
    """No cell shows an error, no widget fails to load, nothing outside is asked, and there are so many panels."""
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator(".jp-OutputArea-output .widget-vbox").count() >= panels
    assert page.get_by_text("Error displaying widget").count() == 0
    assert [url for url in page.refused if "127.0.0.1" not in url] == []


def panel(page, *labels):
    """The first output with controls of all these labels."""
    found = page.locator(".jp-OutputArea-output .widget-vbox:has(> .widget-html [role=status])")
    for label in labels:
        found = found.filter(has=page.get_by_text(label, exact=True))
    return found.first


def state(part):
    """The sentence and the picture of a live view."""
    html = part.locator(".widget-html-content:has([role=status])").first.inner_html()
    return html.split("</p>")[0], html.split("</p>")[-1]


def moved(page, part, focus, key):
    """Press a key on a focused control; returns text and picture before and after."""
    before = state(part)
    part.locator(focus).first.focus()
    page.keyboard.press(key)
    for _ in range(100):
        page.wait_for_timeout(50)
        if state(part) != before:
            break
    return before, state(part)


def test_notebook_runs_without_error(explored):
    """Notebook 10, from top to bottom."""
    assert_fine(explored, panels=7)


FREE = "button:not(.mod-active):not([title=Play]):not([disabled])"  # a word, or a choice


@pytest.mark.parametrize("name", OTHERS)
def test_other_notebooks_with_widgets(browser, lab, name):
    """Every other notebook that has widgets runs in JupyterLab, too, and its first widget moves."""
    page = open_page(browser, (lab, lab.replace("http", "ws")), viewport=WIDE)
    run_notebook(page, lab, name)
    assert_fine(page, OTHERS[name])
    first = page.locator(".jp-OutputArea-output .widget-vbox:has([role=status])").first
    words = first.locator("button.anchor-word").count()
    focus, key = (FREE, "Space") if words or not first.locator(SLIDER).count() else (SLIDER, "ArrowRight")
    before, after = moved(page, first, focus, key)
    assert before[0] != after[0] and (before[1] != after[1] or "<img" not in before[1])  # a poll has no picture
    page.close()


CHECKBOX = "input[type=checkbox]"
MOVES = {
    "threshold": (("threshold",), SLIDER, "ArrowLeft"),
    "neighbours": (("answer changed",), CHECKBOX, "Space"),
    "settings": (("A", "B", "tau"), SLIDER, "ArrowRight"),
    "perturbation": (("A", "B", "shown"), "button:not(.mod-active)", "Space"),
}


@pytest.mark.parametrize("name", MOVES)
def test_widget_moves_by_keyboard(explored, name):
    """One key press changes the sentence and the picture, and the picture's alternative text is the sentence."""
    labels, focus, key = MOVES[name]
    before, after = moved(explored, panel(explored, *labels), focus, key)
    assert before[0] != after[0] and before[1] != after[1]
    if "<img" in after[1]:
        assert f'alt="{after[0].split(">", 1)[1]}"' in after[1]


def test_search_counts_questions(explored):
    """The button, pressed by keyboard, searches and says how many questions it asked."""
    search = explored.get_by_role("button", name="search")
    part = explored.locator(".jp-OutputArea-output .widget-vbox").filter(has=search).last
    part.get_by_role("button", name="search").focus()
    explored.keyboard.press("Enter")
    part.get_by_text("questions asked").first.wait_for(timeout=20_000)
    part.get_by_text("Promise").first.wait_for(timeout=20_000)


def test_narrow_screen(explored):
    """On a narrow screen the controls wrap and the picture shrinks: nothing is wider than its cell."""
    explored.set_viewport_size(NARROW)
    explored.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    part = panel(explored, "A", "B", "tau")
    part.scroll_into_view_if_needed()
    explored.wait_for_timeout(500)
    box, picture = part.bounding_box(), part.locator("img").first.bounding_box()
    assert picture["width"] <= box["width"] + 1 <= NARROW["width"]
