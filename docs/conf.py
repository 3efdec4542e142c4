"""The reading copy: the notebooks as a site, from stored outputs, offline. Build: `python tools/reading.py`."""

import re
from configparser import ConfigParser
from pathlib import Path

settings = ConfigParser(delimiters=["="], interpolation=None)
settings.read(Path(__file__).parent / "settings.ini", encoding="utf-8")  # tools/reading.py puts it beside this file

project = "Grokking Anchors"
author = settings["DEFAULT"]["author"]
release = settings["DEFAULT"]["version"]

extensions = ["myst_nb"]
exclude_patterns = ["**/.ipynb_checkpoints"]
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type", "myst.header"]

html_theme = "furo"
html_title = project
html_show_sourcelink = html_copy_source = html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["reading.css"]
html_js_files = ["live.js"]
templates_path = ["_templates"]
repository = settings["DEFAULT"]["git_url"]
index = (Path(__file__).parent / "index.ipynb").read_text(encoding="utf-8")  # where README's link is written, too
binder = re.search(r"https://mybinder\.org/[^)\s]+", index)[0]
html_context = dict(repository=repository, binder=binder)
mathjax_path = "mathjax.js"


def setup(app):
    """Functions of the package may be folded, and begin open: they are the lesson."""
    app.connect("html-page-context", unfold)


def unfold(app, page, template, context, doctree):
    """Open what tools/reading.py tagged `unfolded`; the search page gets the text of all pages."""
    if page == "search":
        for name in ("excerpts.js", "search.js"):
            app.add_js_file(name, priority=100)
    opened = re.compile(r'(<div class="[^"]*\btag_unfolded\b[^"]*">\s*<details)')
    if "body" in context:
        context["body"] = opened.sub(r"\1 open", context["body"])
