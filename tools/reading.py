#!/usr/bin/env python3
"""Build the reading copy: the notebooks as a small site, from their stored outputs, without a network.

python tools/reading.py           draw the states of all widgets, build docs/_site, check its links and widgets
python tools/reading.py FOLDER    build somewhere else
python tools/reading.py --still   without the states of the widgets: pages show the first one

Needs the extra `docs`. Open docs/_site/index.html in a browser; widgets and search work from the file, too.
"""

import ast
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import record

import refresh

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "docs" / "_site"
PAGES = ["CONTRIBUTING.md", "CHANGELOG.md"]  # of the root, beside what lies in nbs/
STATIC = ["reading.css", "live.js", "search.js"]
GROUPS = {  # of the navigation -> beginnings of names, in order
    "Talk": ["live"],
    "Build": ["00", "01", "02", "03", "04", "05", "06_", "06b", "06c", "06d"],
    "Use": ["07", "08", "09"],
    "Explore": ["10", "11", "glossary", "settings", "instructor"],
}


# ---- gather ---------------------------------------------------------------------------------------


def gather(
    folder: Path,  # empty
) -> None:
    """Copy everything the site is made of: notebooks without directives, prose, configuration, MathJax."""
    for name in ("docs/conf.py", "settings.ini", *PAGES):
        shutil.copy(ROOT / name, folder)
    for path in [*ROOT.glob("nbs/*.md"), *map(folder.joinpath, PAGES)]:
        alone = "---\norphan: true\n---\n" * (path.name in PAGES)  # no place in the navigation
        (folder / path.name).write_text(alone + relink(path.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copytree(ROOT / "nbs" / "images", folder / "images")
    (folder / "_static").mkdir()
    (folder / "_static" / "excerpts.js").touch()  # written when the pages are known
    for name in STATIC:
        shutil.copy(ROOT / "docs" / name, folder / "_static")
    shutil.copytree(ROOT / "docs" / "sidebar", folder / "_templates" / "sidebar")
    shutil.copy(ROOT / "slides" / "vendor" / "mathjax-tex-svg.js", folder / "_static" / "mathjax.js")
    paths = sorted(path for path in ROOT.glob("nbs/*.ipynb") if path.name[0] not in "._")
    for path in paths:
        notebook = readable(json.loads(path.read_text(encoding="utf-8")))
        if path.stem == "index":
            notebook["cells"][:] = landing(notebook["cells"], [p.stem for p in [*paths, *ROOT.glob("nbs/*.md")]])
        (folder / path.name).write_text(json.dumps(notebook), encoding="utf-8")


def readable(notebook):
    """The notebook without directive lines, hidden cells, and ids; links as the site has them."""
    cells = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if re.search(r"^#\|\s*(hide|default_exp)\b(?!_input)", text, re.MULTILINE):
            continue
        code, tags = cell["cell_type"] == "code", cell["metadata"].get("tags", [])
        cell["source"] = re.sub(r"^#\|.*\n?", "", text, flags=re.MULTILINE) if code else relink(text)
        cell["metadata"] = folded(text, tags, described(cell)) if code else {"tags": tags}
        cells.append(cell)
    return notebook | {"cells": cells}


def described(cell):
    """The alternative text of the pictures of a cell, where the site looks for it; folds may say more there."""
    alts = [out.get("metadata", {}).get("image/png", {}).get("alt") for out in cell["outputs"]]
    told = next(filter(None, alts), "")
    return {"image": {"alt": told}} if told else {}


FOLDS = {  # tag of the site -> the line that stays; only what is `unfolded` begins open
    "solution": "The solution",
    "engine": "The code",
    "poll": "The poll",
    "imports": "What is imported",
    "unfolded": "In the package",
}


def folded(
    text,  # of a code cell
    tags,
    more=None,  # what else the site is told of it
):
    """The metadata that tell the site whether a code cell is folded, open to be folded, or neither."""
    if re.search(r"^#\|\s*hide_input", text, re.MULTILINE):
        return {"tags": [*tags, "remove-input"], "mystnb": more or {}}
    kind = "imports" if only_imports(text) else "unfolded" if re.match(r"#\|\s*export", text) else ""
    kind = next((tag for tag in ("solution", "engine", "poll") if tag in tags), kind)
    if not kind:
        return {"tags": tags, "mystnb": more or {}}
    prompts = dict.fromkeys(("code_prompt_show", "code_prompt_hide"), FOLDS[kind])
    whole = "hide-cell" if kind == "solution" else "hide-input"
    return {"tags": [*dict.fromkeys([*tags, kind, whole])], "mystnb": prompts | (more or {})}


def only_imports(
    text,  # of a code cell
):
    """Does it import, and do nothing else?"""
    try:
        nodes = ast.parse(text).body
    except SyntaxError:  # magics
        return False
    lazy = [node for node in nodes if isinstance(node, ast.Assign) and "lazy_loader.load" in ast.unparse(node.value)]
    return bool(nodes) and all(isinstance(node, (ast.Import, ast.ImportFrom)) or node in lazy for node in nodes)


def relink(text):
    """Links from nbs/ or the root, as the flat folder of the site has them."""
    text = re.sub(r"\]\(\.\./(CONTRIBUTING|CHANGELOG)\.md", r"](\1.md", text)
    return text.replace("](README.md)", "](index.ipynb)").replace("](nbs/", "](")


# ---- the landing page -----------------------------------------------------------------------------

BOXES = {  # of the talk's last picture -> its room, and the question it answers
    "Rule generator": ("02_encoding", "which words to hold?"),
    "Sample generator": ("01_sampling", "change the others"),
    "Model": ("01b_asking", "what does it say now?"),
    "Evaluation": ("03_bandit", "how often does it agree?"),
    "Search": ("04_beam_search", "which rule next?"),
}


def landing(
    cells,  # of index
    names,  # of all pages
):
    """The index of the site: what it is, a widget to touch at once, the five parts as links, then the rest."""
    first = json.loads((ROOT / "nbs" / "00_introduction.ipynb").read_text(encoding="utf-8"))["cells"]
    touch = [still for cell in first for still in stills(cell)][:1]
    said = "<p><b>Click on the words that shall stay; the others may change.</b> The same sentence as above, but "
    said += "another model (trained on film reviews), and UNK in the place of other words: so another anchor.</p>"
    parts = [said, *touch] if touch else []
    parts.append(boxes())
    raw = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "\n".join(parts)}}
    code = {"cell_type": "code", "id": "touch", "execution_count": None, "source": "touch()", "outputs": [raw]}
    tree = {"cell_type": "markdown", "id": "contents", "metadata": {}, "source": contents(names)}
    return [cells[0], code | {"metadata": {"tags": ["remove-input"]}}, *cells[1:], tree]


def stills(cell):
    """The widgets that a cell shows, as HTML."""
    texts = ["".join(out.get("data", {}).get("text/html", "")) for out in cell.get("outputs", [])]
    return [text for text in texts if "anchor-live" in text]


def boxes():
    """The five parts as links, with their minutes."""
    import minutes  # which imports from here

    links = []
    for name, (room, question) in BOXES.items():
        _, told = minutes.claimed(json.loads((ROOT / "nbs" / f"{room}.ipynb").read_text(encoding="utf-8")))
        links.append(f'<a class="box" href="{room}.html"><b>{name}</b>{question}<small>{told} min</small></a>')
    return f'<nav class="boxes" aria-label="The five parts">{"".join(links)}</nav>'


def contents(names):
    """The navigation: four groups, and what is on no list (the changelog) in none."""
    trees = []
    for group, wanted in GROUPS.items():
        pages = [name for one in wanted for name in sorted(names) if name.startswith(one)]
        trees.append(f"```{{toctree}}\n:hidden:\n:caption: {group}\n\n" + "\n".join(pages) + "\n```")
    return "\n\n".join(trees)


# ---- build and check ------------------------------------------------------------------------------


def build(
    site: Path,  # written anew
) -> str:  # warnings, one per line
    """Run Sphinx on the gathered sources."""
    shutil.rmtree(site, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        gather(source)
        command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-d", f"{folder}/doctrees", source]
        run = subprocess.run([*command, f"{folder}/site"], capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(run.stderr)
        shutil.copytree(f"{folder}/site", site)
        (site / "_static" / "excerpts.js").write_text(excerpts(site), encoding="utf-8")
        deck(site / "slides")
        return run.stderr.replace(f"{source}/", "").strip()


def excerpts(
    site: Path,
) -> str:  # a script
    """The text of each page, for the search."""
    pages = {}
    for path in sorted(site.glob("*.html")):
        main = re.search(r'role="main".*?>(.*?)</article>', path.read_text(encoding="utf-8"), re.DOTALL)
        text = re.sub(r"<(script|style|svg|pre).*?</\1>|<[^>]*>|¶", " ", main[1] if main else "", flags=re.DOTALL)
        pages[path.stem] = html.unescape(" ".join(text.split()))
    return f"const anchorsPages = {json.dumps(pages, ensure_ascii=False)};\nwindow.anchorsPages = anchorsPages;\n"


def deck(
    folder: Path,  # of the site
) -> None:
    """The slides, whose links lead to the pages of this site."""
    shutil.copytree(ROOT / "slides", folder, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
    page = (folder / "index.html").read_text(encoding="utf-8")
    page = re.sub(r'href="\.\./(?:docs/_site|nbs)/(\w+)\.(?:html|ipynb)', r'href="../\1.html', page)
    (folder / "index.html").write_text(page, encoding="utf-8")


class Links(HTMLParser):
    """Everything a page links to, loads, and can be linked at."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag in ("script", "img", "iframe") and found.get("src"):
            self.loads.append(found["src"])
        elif tag == "link" and found.get("rel") != "canonical" and found.get("href"):
            self.loads.append(found["href"])


def broken_links(
    site: Path,
) -> list[str]:  # "page: link"
    """Local links without a target, and everything that a page would load from a network."""
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    broken = []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme == "data" or (parts.scheme and link not in page.loads):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = not parts.netloc and not parts.scheme and target.is_file()
            known = pages[target].ids if target in pages else {unquote(parts.fragment), ""}
            if not there or (parts.fragment and unquote(parts.fragment) not in known and link not in page.loads):
                broken.append(f"{path.relative_to(site)}: {link}")
    return sorted(set(broken))


def main(argv=None):
    """Build and check; exit code 1 if a link is broken, or a widget not recorded."""
    argv = sys.argv[1:] if argv is None else argv
    still = "--still" in argv
    argv = [one for one in argv if one != "--still"]
    site = Path(argv[0]) if argv else SITE
    warnings = build(site)
    missing = [] if still else record.record_all(site / "_static" / "recorded", refresh.notebooks([]))
    broken = [*broken_links(site), *(f"{mark} is not recorded: refresh its notebook" for mark in missing)]
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(*filter(None, [warnings, *(f"broken: {link}" for link in broken)]), sep="\n", file=sys.stderr)
    print(f"{size / 1e6:.1f} MB  {len(list(site.glob('*.html')))} pages in {site.name}; {len(broken)} broken links")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
