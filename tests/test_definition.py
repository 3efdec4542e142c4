"""One definition, one table of knobs, one page of settings: the same words wherever they stand."""

import re
from dataclasses import fields

import pytest

import options
from conftest import ROOT, read
from grokking_anchors import AnchorText, Settings
from grokking_anchors.search import STRATEGIES
from grokking_anchors.settings import meanings
from grokking_anchors.workshop.copying import copy_notebooks

STEM = "An **anchor** is a rule that is enough: as long as it holds, the model keeps its answer "
INFORMAL = f"{STEM}nearly always, whatever becomes of the rest."
EXACT = (
    f"{STEM}in more than a share `threshold` of the changed copies of the instance; "
    "and at most a share `delta` of explanations makes this claim falsely."
)
KNOBS = """\
| knob | default | what it changes | what it costs | what it promises |
|---|---|---|---|---|
| `threshold` | .95 | which rule you get: a higher one asks for more words and covers less | a rule whose precision \
lies near it takes many samples | the precision of a certified rule exceeds it |
| `delta` | .1 | how sure the claim is | samples roughly in proportion to log(1/`delta`): 2.3 at .1, 4.6 at .01 | at \
most this share of explanations makes a false claim |
| `tau` | .15 | how carefully the search chooses which rules may grow | a smaller one asks more questions | a chosen \
rule is at most `tau` less precise than the best of its size (with `rate="theory"`); nothing about the threshold |"""
EXACT_IN = ["02_encoding", "05_certify", "index"]


def prose(name):
    """The prose cells of a notebook, as one text."""
    cells = read(ROOT / "nbs" / f"{name}.ipynb")["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("name", EXACT_IN)
def test_one_exact_definition(name):
    """Word for word, once."""
    assert prose(name).count(EXACT) == 1


def test_the_informal_definition_begins_the_same():
    """In the introduction, once; the exact one is not there yet."""
    assert prose("00_introduction").count(INFORMAL) == prose("00_introduction").count(STEM) == 1


@pytest.mark.parametrize("name", EXACT_IN)
def test_one_table_of_knobs(name):
    """Word for word, once."""
    assert prose(name).count(KNOBS) == 1


def test_the_table_of_knobs_tells_the_defaults():
    """Those of `Settings`."""
    told = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", KNOBS, re.MULTILINE))
    assert {name: float(value) for name, value in told.items()} == {
        name: getattr(Settings(), name) for name in ("threshold", "delta", "tau")
    }


def test_the_readme_shows_both():
    """What `index` says, README.md says."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert EXACT in text and KNOBS in text and "](nbs/settings.md)" in text and "](nbs/glossary.md)" in text


def test_the_workshop_copy_brings_the_pages_that_it_links_to(tmp_path):
    """Words and options can be looked up there, too."""
    copy_notebooks(tmp_path)
    text = (tmp_path / "index.ipynb").read_text(encoding="utf-8")
    for name in ("glossary.md", "settings.md"):
        assert f"]({name})" in text and (tmp_path / name).read_bytes() == (ROOT / "nbs" / name).read_bytes()


def test_the_page_of_settings_is_current():
    """nbs/settings.md is built from the source."""
    assert options.PAGE.read_text(encoding="utf-8") == options.page(), "run python tools/options.py"


def test_the_page_of_settings_tells_all():
    """Every option with its default, its meaning and who reads it; and what one kind alone knows."""
    page = options.page()
    for field in fields(Settings):
        readers = [name for name, one in STRATEGIES.items() if field.name in one.reads]
        row = f"| `{field.name}` | `{field.default!r}` | {meanings()[field.name]} | {', '.join(readers) or 'all'} |"
        assert row in page
    assert {name for name, *_ in options.own_options()} == set(options.OWN)


def test_the_exact_search_has_no_use_for_some_settings():
    """As the page says: the same answer for the same questions."""
    explainer = AnchorText(lambda texts: ["good" in t and "film" in t for t in texts], seed=0)
    found = [
        explainer.explain("a good old film", search="exact", **changed)
        for changed in ({}, dict(delta=1e-6), dict(coverage_samples=7), dict(max_pulls=3))
    ]
    facts = {(tuple(e.anchor), e.precision, e.coverage, e.certified, e.queries["rows"]) for e in found}
    assert len(facts) == 1 and found[0].words == ["good", "film"]
