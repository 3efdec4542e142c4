#!/usr/bin/env python3
"""Build the deck from slides/slides.ipynb: slides/index.html, which needs no network, and the PDF beside it.

python tools/slides.py            run the notebook, store its outputs, build both
python tools/slides.py --no-run   build from the stored outputs
python tools/slides.py --check    exit code 1 if the deck was built from something else

The outputs of a cell tagged "frames" replace each other; a cell of the type "fragment" waits for a key. The PDF shows
the last states; Chromium (playwright) prints it. The titles of both hold a digest of what they were built from:
notebook, pictures, style, and this file.
"""

import argparse
import hashlib
import html
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE, DECK, PDF = (ROOT / "slides" / name for name in ("slides.ipynb", "index.html", "grokking-anchors.pdf"))
TITLE = "Grokking Anchors"
SITE = "../docs/_site/"  # the reading copy, from the deck in a checkout
BROWSER = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
BROWSER += "--disable-component-update --disable-sync"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="vendor/reset.css">
<link rel="stylesheet" href="vendor/reveal.css">
<link rel="stylesheet" href="deck.css">
<script>MathJax = {{tex: {{inlineMath: [["$", "$"]]}}, options: {{enableMenu: false}}}};</script>
<script src="vendor/mathjax-tex-svg.js"></script>
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script src="vendor/reveal.js"></script>
<script src="vendor/notes.js"></script>
<script>
MathJax.startup.promise.then(() => Reveal.initialize({{
  width: 1280, height: 720, margin: 0, center: false, transition: "none", hash: true, controls: false,
  slideNumber: "c/t", pdfMaxPagesPerSlide: 1, pdfSeparateFragments: false, plugins: [RevealNotes],
}}));
</script>
</body>
</html>
"""


# ---- cells to slides ------------------------------------------------------------------------------


def slides(
    notebook: dict,  # as JSON gives it
) -> list[list[dict]]:  # cells of each slide
    """The cells, slide by slide; what comes before the first slide, or is to be skipped, is left out."""
    found = []
    for cell in notebook["cells"]:
        kind = slide_type(cell)
        if kind == "slide":
            found.append([])
        if kind != "skip" and found:
            found[-1].append(cell)
    return found


def slide_type(cell):
    """What the slideshow metadata of a cell says: slide, notes, skip, fragment or -."""
    return cell["metadata"].get("slideshow", {}).get("slide_type", "-")


def tags(cell):
    """The tags of a cell."""
    return cell["metadata"].get("tags", [])


def source(cell):
    """The source of a cell as one string."""
    return "".join(cell["source"])


def slide_html(
    cells: list[dict],  # of one slide
) -> str:  # <section>
    """One slide: its title, what lies between title and room, and its notes aside."""
    whole = "\n".join(cell_html(cell) for cell in cells if slide_type(cell) != "notes")
    title, body = re.fullmatch(r"(<h[12].*?</h[12]>)?(.*)", whole, re.DOTALL).groups(default="")
    notes = [f'<aside class="notes">{markdown(source(cell))}</aside>' for cell in cells if slide_type(cell) == "notes"]
    parts = [title, f'<div class="body">{body}\n</div>', *notes]
    return f'<section class="{" ".join(tags(cells[0]))}">\n' + "\n".join(parts) + "\n</section>"


def cell_html(cell):
    """A cell of a slide: prose, or code where it is to be shown and what came out of it."""
    if cell["cell_type"] == "markdown":
        whole = markdown(source(cell))
    else:
        outputs = [output_html(output) for output in cell["outputs"]]
        code = [code_html(source(cell))] if "show" in tags(cell) else []
        whole = "\n".join([*code, *([frames(outputs)] if "frames" in tags(cell) else outputs)])
    return f'<div class="fragment">{whole}</div>' if slide_type(cell) == "fragment" else whole


def frames(
    outputs: list[str],  # HTML of at least two
) -> str:  # HTML
    """Outputs in one place: a key shows the next one instead."""
    last = len(outputs) - 1
    kinds = ["fade-out", *["current-visible"] * (last - 1), ""]
    shown = [
        f'<div class="fragment {kind}" data-fragment-index="{max(i - 1, 0)}">{output}</div>'
        for i, (kind, output) in enumerate(zip(kinds, outputs))
    ]
    return '<div class="r-stack">\n' + "\n".join(shown) + "\n</div>"


def markdown(text):
    """Markdown as HTML; formulas stay for MathJax, and the line that names the room opens the reading copy."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    shown = markdown2html_mistune(text)
    shown = re.sub(r'<a class="anchor-link".*?</a>', "", shown)
    return re.sub(r'<p>Room: <a href="\.\./nbs/(\w+)\.ipynb">(.*?)</a>', room, shown).strip()


def room(
    found: re.Match,  # notebook, and what the link says
) -> str:  # HTML
    """The line that names a room, with a link to its heading in the reading copy, in a tab of its own."""
    heading = html.unescape(re.sub(r"<.*?>", "", found[2])).partition(", ")[2]
    place = f"{SITE}{found[1]}.html" + f"#{slug(heading)}" * bool(heading)
    return f'<p class="room">Room: <a href="{place}" target="_blank" rel="noopener">{found[2]}</a>'


def slug(
    heading: str,
) -> str:
    """A heading as the reading copy names its place: letters and digits, as docutils has it."""
    words = re.sub(r"[^a-z0-9]+", "-", heading.lower())
    return re.sub(r"^[-0-9]+|-+$", "", words)


def code_html(text):
    """Python, coloured."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(text, PythonLexer(), HtmlFormatter(nowrap=False, noclasses=True, style="default")).strip()


def output_html(
    output: dict,  # of a cell
) -> str:  # HTML
    """A picture, a table, or text. ValueError for a picture that says nothing to those who cannot see it."""
    if output["output_type"] == "stream":
        return f"<pre class='out'>{html.escape(''.join(output['text'])).rstrip()}</pre>"
    data = output.get("data", {})
    shown = "".join(data.get("text/html", "")).strip()
    if "image/png" in data or "<img" in shown and 'alt=""' in shown:
        raise ValueError("a picture of the slides needs a text for those who cannot see it: draw(figure, alt)")
    if shown.startswith("<table>"):  # of the package
        return f"<div class='out'>{shown}</div>"
    return shown or f"<pre class='out'>{html.escape(''.join(data.get('text/plain', '')))}</pre>"


def build() -> str:  # HTML
    """The whole deck, from the stored outputs."""
    notebook = json.loads(SOURCE.read_text(encoding="utf-8"))
    return PAGE.format(title=title(), slides="\n\n".join(map(slide_html, slides(notebook))))


def title() -> str:
    """The title, with a digest of everything the deck is built from."""
    beside = [SOURCE.parent / name for name in ("pictures.py", "deck.css")]
    parts = [path.read_bytes() for path in (SOURCE, *beside, Path(__file__))]
    return f"{TITLE} ({hashlib.sha256(b''.join(parts)).hexdigest()[:12]})"


# ---- run, print, check ----------------------------------------------------------------------------


def run():
    """Run the notebook in a fresh kernel and store its cleaned outputs."""
    import refresh

    os.environ.update(refresh.FIXED)
    with tempfile.TemporaryDirectory() as profile:
        os.environ["IPYTHONDIR"] = profile
        if not refresh.refresh(SOURCE):
            raise SystemExit(1)


def chromium() -> str | None:  # path
    """The browser that prints, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def print_pdf():
    """One page per slide."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER.split())
        page = browser.new_page()
        page.goto(f"{DECK.as_uri()}?print-pdf")
        page.wait_for_function("window.Reveal && Reveal.isReady() && document.querySelector('.pdf-page')")
        # on paper a link would name a folder of this machine
        page.evaluate("document.querySelectorAll('a').forEach(a => a.removeAttribute('href'))")
        pages = f"1-{page.locator('.pdf-page').count()}"  # Chromium adds a blank one
        page.pdf(path=PDF, prefer_css_page_size=True, print_background=True, page_ranges=pages)
        browser.close()


def stale() -> list[str]:  # file names
    """The built files that were built from something else."""
    deck = DECK.read_text(encoding="utf-8") if DECK.exists() else ""
    old = [] if f"<title>{title()}</title>" in deck else [DECK.name]
    return old if PDF.exists() and pdf_title(PDF.read_bytes()) == title() else [*old, PDF.name]


def pdf_title(data):
    """The title of a PDF as Chromium writes it."""
    found = re.search(rb"/Title \((.*?[^\\])\)\n", data)
    return found[1].decode().replace("\\(", "(").replace("\\)", ")") if found else None


def main(argv=None):
    """Build, or check; exit code 1 if the deck is not current."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-run", action="store_true", help="build from the stored outputs")
    parser.add_argument("--check", action="store_true", help="only say whether the deck is current")
    args = parser.parse_args(argv)
    if args.check:
        old = stale()
        print(f"not current: {', '.join(old)}; run python tools/slides.py" if old else "the deck is current")
        return int(bool(old))
    if not args.no_run:
        run()
    DECK.write_text(build(), encoding="utf-8")
    print(f"{DECK.stat().st_size / 1e6:.1f} MB  {DECK.relative_to(ROOT)}")
    if chromium() is None:
        print("no chromium found: the PDF stays as it is", file=sys.stderr)
        return 1
    print_pdf()
    print(f"{PDF.stat().st_size / 1e6:.1f} MB  {PDF.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
