"""The house: arrows lead down, rooms are small, samplers are asked no riddles, and no class is patched."""

import ast
import configparser
import inspect
import re
from dataclasses import fields

import pytest

import house
from conftest import NOTEBOOKS, ROOT, by_name, numbered, read
from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, Explainer, Settings
from grokking_anchors.sampling import Sampler

TEXTS = house.modules()
TREES = {name: ast.parse(text) for name, text in TEXTS.items()}
ENGINE = [name for name in TEXTS if not name.startswith("workshop")]
SIZES = {name: house.size(text) for name, text in TEXTS.items()}

# ---- arrows -----------------------------------------------------------------------------


def test_no_circle_and_nothing_points_up():
    """Imports of modules lead to earlier rooms; so do those that a notebook shows, 00 excepted."""
    assert house.upward() == [] and house.shown_upward() == []


def test_an_arrow_up_is_noticed(monkeypatch):
    """The test above can fail: an import upwards, a circle on the ground, and one that is shown."""
    spoilt = TEXTS | {"bandit": TEXTS["bandit"] + "\nfrom .words import tokens_of\n"}
    spoilt |= {"paths": "from .models import advice\n" + TEXTS["paths"]}
    monkeypatch.setattr(house, "modules", lambda revision="": spoilt)
    assert house.upward() == ["bandit -> words", "models -> paths", "paths -> models"]
    monkeypatch.setattr(house, "code", lambda path: "from grokking_anchors.image import AnchorImage")
    monkeypatch.setattr(house, "rooms", lambda: {"01_sampling": "sampling", "09a_image": "image"})
    assert "01_sampling shows image" in house.shown_upward()
    monkeypatch.setattr(house, "code", lambda path: "from grokking_anchors import AnchorImage")
    assert "01_sampling shows image" in house.shown_upward()


def test_one_pointer_up_is_known():
    """By name the search loads a strategy that a later room builds, and a file its kind; nothing else is loaded so."""
    by_name = [name for name in ENGINE if "import_module(" in TEXTS[name]]
    assert by_name == ["explanation", "search"]


def test_the_engine_needs_no_workshop():
    """Nothing but the command line and the public names looks at figures, knobs or exercises."""
    users = [name for name in ENGINE if any(t.startswith("workshop") for t in house.imports(TEXTS[name], name))]
    assert users == ["cli"]


# ---- small ------------------------------------------------------------------------------


def test_lines_are_short():
    """At most 100 characters; the list of names that nbdev writes is not ours."""
    code = {name: re.sub(r"^__all__ = \[.*?\]", "", text, flags=re.S | re.M) for name, text in TEXTS.items()}
    long = [(name, line) for name, text in code.items() for line in text.splitlines() if len(line) > 100]
    assert long == []


def test_the_house_stays_small():
    """Lines, statements, long functions: what this round reached (tools/house.py prints them)."""
    everything = house.total(SIZES.values())
    engine = house.total(SIZES[name] for name in ENGINE)
    assert everything.lines <= LINES and everything.statements <= STATEMENTS
    assert engine.lines <= ENGINE_LINES
    pictures = ("plots", "workshop.figures")
    assert sum(one.long for name, one in SIZES.items() if name not in pictures) <= LONG


LINES, STATEMENTS, ENGINE_LINES, LONG = 10205, 7189, 8019, 58


def test_few_parameters():
    """More than six only where a published signature says so."""
    wide = {name: house.wide(text) for name, text in TEXTS.items()}
    assert {name: found for name, found in wide.items() if found} == PUBLISHED


PUBLISHED = {"explanation": ["explain"], "image": ["__init__"], "rows": ["__init__"], "text": ["__init__"]}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_forty_cells(path):
    """No notebook has more code cells; polls, and help for those who come late, are not counted."""
    code = [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    assert sum(not {"poll", "catch-up"} & set(cell["metadata"].get("tags", [])) for cell in code) <= 40


@pytest.mark.parametrize("path", numbered(6, first=1), ids=by_name)
def test_twenty_lines(path):
    """No cell of 01 to 06 shows more lines of code."""
    cells = ["".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    assert [cell for cell in cells if len(cell.splitlines()) > 20] == []


# ---- seams ------------------------------------------------------------------------------


def test_nobody_guesses_what_a_sampler_has():
    """No `hasattr` and no `getattr` with a fallback on a sampler, in any module."""
    guesses = [
        ast.unparse(node)
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("hasattr", "getattr")
    ]
    assert len(guesses) > 10 and not [call for call in guesses if "sampler" in call.split(",")[0]]


def test_what_is_asked_of_a_sampler_is_declared():
    """Every attribute of a sampler that the engine of 01 to 06 uses is in the base class, with a default."""
    rooms = ("asking", "beam_search", "certify", "search", "explanation", "surrogate", "many")
    found = {
        name for room in rooms for name in re.findall(r"\bsampler\.([a-z_]+)", TEXTS[room]) if name not in ("sampler",)
    }
    assert found >= {"predicates", "draw", "render", "coverage", "enumerate", "examples"}
    assert found <= set(dir(Sampler))


def test_no_class_is_patched():
    """No attribute of a class is assigned from outside; there is one way to add a method: to write it."""
    patched = []
    for name, tree in TREES.items():
        classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        imported = {one.asname or one.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for one in n.names}
        for node in ast.walk(tree):
            for target in node.targets if isinstance(node, ast.Assign) else ():
                base = getattr(getattr(target, "value", None), "id", "") if isinstance(target, ast.Attribute) else ""
                if base in classes | imported and base[:1].isupper():
                    patched.append(f"{name}: {ast.unparse(target)}")
    assert patched == []


def test_only_one_line_asks_the_model():
    """The model is called in `asking`; elsewhere only where a prediction is looked up, not where rules are judged."""
    calls = {name: len(re.findall(r"\bagrees\((?!self)", TEXTS[name])) for name in ENGINE}
    assert {name: n for name, n in calls.items() if n} == {"asking": 1}


def test_no_strategy_reaches_into_another_object():
    """Strategies assign no attribute but their own; the certifier, the tally and the settings stay as they are."""
    inside = []
    for name in ("search", "surrogate", "beam_search", "tabular"):
        for node in ast.walk(TREES[name]):
            for target in getattr(node, "targets", [getattr(node, "target", None)]):
                base = getattr(getattr(target, "value", None), "id", "") if isinstance(target, ast.Attribute) else ""
                if base in ("certifier", "tally", "settings", "queries", "sampler", "result", "explanation"):
                    inside.append(f"{name}: {ast.unparse(target)}")
    assert inside == []


@pytest.mark.parametrize("door", [AnchorText, AnchorTabular, AnchorImage])
def test_one_explain_for_all(door):
    """Written once, in the base, with the published order and the defaults of `Settings`."""
    assert door.explain is Explainer.explain
    parameters = inspect.signature(door.explain).parameters
    published = ["instance", "threshold", "delta", "tau", "batch_size", "coverage_samples", "beam_size",
                 "stop_on_first", "max_anchor_size", "min_samples_start", "n_covered_ex"]  # fmt: skip
    assert list(parameters)[1:12] == published
    for field in fields(Settings):
        assert parameters[field.name].default == field.default, field.name
    assert all(one.annotation is not inspect.Parameter.empty for name, one in parameters.items() if name != "self")


# ---- what is claimed elsewhere ------------------------------------------------------------


def test_continuous_integration_covers_what_settings_claim():
    """The oldest and the newest Python; the author is the project."""
    settings = configparser.ConfigParser(delimiters=["="], interpolation=None)
    settings.read(ROOT / "settings.ini", encoding="utf-8")
    claimed = settings["DEFAULT"]
    flow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert f'python: ["{claimed["min_python"]}", "{claimed["max_python"]}"]' in flow
    assert "example" not in claimed["author"] and "author_email" not in claimed


def test_changes_are_told():
    """The changelog begins with what is not released yet, and says where names went."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.index("## Unreleased") < text.index("## 0.1.0")
    moved = ("grokking_anchors.pictures", "grokking_anchors.certify", "grokking_anchors.exercises")
    assert all(name in text for name in moved)
