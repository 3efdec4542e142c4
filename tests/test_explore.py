"""Widgets without a browser: views say what is so, controls move them, searches can be stopped."""

import subprocess
import sys
import threading

import ipywidgets as widgets
import numpy as np
import pytest

from conftest import ROOT
from grokking_anchors import AnchorImage, AnchorText, explore
from grokking_anchors.asking import agreement
from grokking_anchors.encoding import all_rules, coverage, precision
from grokking_anchors.sampling import toy_model, toy_sampler
from grokking_anchors.workshop.knobs import Counted, View, control, counted_search, live, page, search_panel
from grokking_anchors.workshop.views import belief_view, hold_view, race_view, record_races, threshold_view
from grokking_anchors.workshop.widgets import compare_view, record, roll_view, staircase_view, switch, two_settings

SENTENCE = "Python is the best programming language."
TRUTH = np.array([0.9, 0.85, 0.5, 0.3])


def controls(panel):
    """The controls of a live view, by their labels."""
    return {made.description: made for made in panel.children[0].children}


@pytest.fixture(scope="module")
def found():
    """An explanation with two words and lost neighbours on record."""
    model = lambda texts: np.array([("good" in text and "film" in text) or hash_of(text) < 2 for text in texts])
    return AnchorText(model, seed=0).explain("A good film by all means", threshold=0.9)


def hash_of(text):
    """A number from 0 to 99 that is the same in every process."""
    return sum(map(ord, text)) % 100


# ---- the callable module --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        "from grokking_anchors import explore",
        "import grokking_anchors.workshop.widgets; from grokking_anchors import explore",
        "import grokking_anchors; explore = grokking_anchors.explore",
        "from grokking_anchors.workshop.widgets import explore",
        "from grokking_anchors import *",
    ],
)
def test_explore_is_callable_whatever_was_imported_first(first):
    """Every spelling gives something that takes an explanation."""
    code = f"{first}\ntry: explore('no')\nexcept TypeError as error: print(error)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "explanation must be an Explanation, came: str"


def test_explore_shows_any_explanation(found):
    """Also an empty rule, one that is not certified, and one that came back from JSON."""
    always = AnchorText(lambda texts: ["yes"] * len(texts), seed=0).explain("whatever you say")
    spent = AnchorText(lambda texts: [len(t) % 2 for t in texts], seed=0).explain("one two three", max_queries=50)
    for explanation in (found, always, spent, type(found).from_json(found.to_json())):
        panel = explore(explanation)
        views = [child.children[1].value for child in panel.children if isinstance(child, widgets.VBox)]
        assert len(views) == 2 and not any("Error" in view for view in views)
    assert len(explore(found, AnchorText(toy_model)).children) == 6


# ---- views ----------------------------------------------------------------------------------------


def test_page_escapes_and_describes():
    """The sentence is text, never HTML, and is the picture's alternative text."""
    figure = belief_view(1, 2).picture
    shown = page(View('<b> & "x"', figure))
    assert "<b>" not in shown and shown.count("&lt;b&gt; &amp; &quot;x&quot;") == 2 and 'alt="' in shown


def test_live_follows_every_control():
    """Sliders, lists and boxes; an error takes the place of the view and goes away again."""
    panel = live(lambda n, c, yes: View(f"{6 / n:g} {c} {yes}", ""), n=(0, 3), c=["a", "b"], yes=True, start={"n": 1})
    knobs = controls(panel)
    knobs["n"].value, knobs["c"].value, knobs["yes"].value = 2, "b", False
    assert panel.children[1].value == '<p role="status">3 b False</p>'
    knobs["n"].value = 0
    assert "ZeroDivisionError" in panel.children[1].value
    knobs["n"].value = 3
    assert panel.children[1].value == '<p role="status">2 b False</p>'


def test_control_says_what_it_wants():
    """A wrong range names the control."""
    with pytest.raises(TypeError, match="speed must be a range"):
        control("speed", object())


def test_hold_view_counts_what_the_model_says():
    """With 'is' and 'best' held everything agrees; with nothing held the share is near the exact .569."""
    agrees = agreement(toy_model, [SENTENCE])
    assert "400 of 400 samples agree" in hold_view(toy_sampler(), agrees, [0, 1, 0, 1, 0, 0], 400).text
    text = hold_view(toy_sampler(), agrees, [0] * 6, 4000).text
    assert "Holding nothing" in text
    assert abs(float(text.split("share ")[1][:5]) - 0.569) < 4 * 0.0079  # standard errors
    assert hold_view(toy_sampler(), agrees, [0] * 6, 1).text.startswith("Holding nothing")


def test_threshold_view_is_the_staircase():
    """The anchors of the toy are known, and so is the place of each step."""
    sampler = toy_sampler()
    held, choices, weights = sampler.enumerate()
    agreed, rules = agreement(toy_model, [SENTENCE])(sampler.render(choices)), all_rules(6)
    exact = precision(rules, held, agreed, weights), coverage(rules, held, weights)
    names = [str(np.flatnonzero(rule).tolist()) for rule in rules]
    for threshold, anchor in ((0.56, "[]"), (0.57, "[3]"), (0.83, "[3]"), (0.84, "[1, 3]"), (1.0, "[1, 3]")):
        assert f"anchor is {anchor}," in threshold_view(*exact, names, threshold).text
    assert "no rule" in threshold_view(exact[0] * 0.5, exact[1], names, 0.9).text


def test_belief_view_matches_formulas():
    """Hoeffding by hand; all hits in 50 pulls: KL's lower end is delta^(1/50)."""
    text = belief_view(50, 50, 0.05).text
    assert f"KL, one look {0.05 ** (1 / 50):.3f} to 1.000" in text
    assert f"Hoeffding, one look {1 - np.sqrt(np.log(20) / 100):.3f} to 1.000" in text
    assert belief_view(99, 50, 0.05).text == text
    assert belief_view(0, 1).text.startswith("0 hits in 1 pulls")


def test_race_view_stops_at_the_end():
    """A step past the end shows the last round, whose gap is within tau; a larger tau asks less."""
    races = record_races(TRUTH, [0.05, 0.3], repeats=10)
    last = races[0.05][0][-1]
    assert last.gap <= 0.05 and race_view(races, TRUTH, 0.05, 999).text == race_view(races, TRUTH, 0.05, last.t).text
    assert f"{last.arms.pulls.sum():.0f} questions so far" in race_view(races, TRUTH, 0.05, 999).text
    assert races[0.3][1] < races[0.05][1] and "round 1 of" in race_view(races, TRUTH, 0.05, 1).text


def test_two_settings_and_switch():
    """Each knob chooses among recorded explanations; the model is not asked again."""
    asked = []
    model = lambda texts: asked.append(len(texts)) or np.array(["good" in text for text in texts])
    recorded = record(AnchorText(model, seed=0), "a good film", [0.7, 0.95], [0.01, 0.1], [0.15], search="beam")
    before, panel = len(asked), two_settings(recorded)
    controls(panel)["threshold A"].value = 0.95
    controls(panel)["delta B"].value, controls(panel)["delta A"].value = 0.01, 0.1
    e, other = recorded[0.95, 0.01, 0.15], recorded[0.95, 0.1, 0.15]
    assert e.queries["rows"] > other.queries["rows"]
    for name, found in (("A", other), ("B", e)):
        said = f"{name}: anchor good, coverage 0.5, {found.queries['rows']:,} samples asked"
        assert said in panel.children[1].value
    other = switch({"few": e, "many": recorded[0.7, 0.1, 0.15]})
    controls(other)["B"].value = "few"
    assert "B, few: anchor good" in other.children[1].value and len(asked) == before


def test_compare_view_says_when_there_is_no_anchor():
    """Without a certificate it is called the closest rule, in text and picture."""
    odd = AnchorText(lambda texts: [len(t) % 2 for t in texts], seed=0)
    e = odd.explain("one two three", max_queries=60, search="beam")
    assert not e.certified and "no anchor, closest rule" in compare_view({"x": e}).text


def test_roll_view(found):
    """Lost neighbours are those on record, the last one stays past the end, and none is said to be none."""
    lost = found.raw["examples"][0]["covered_false"]
    assert len(lost) and found.show(lost[-1]) in roll_view(found, 999, True, 1).picture
    kept = found.raw["examples"][-1]["covered_true"]
    one = roll_view(found, 1, False)
    assert found.show(kept[0]) in one.picture and "keeps its answer" in one.text
    always = AnchorText(lambda texts: ["yes"] * len(texts), seed=0).explain("whatever <b>")
    assert roll_view(always, 1) == View("Rule {}: on record is no neighbour for which the model changes its mind.", "")


def test_roll_of_a_picture():
    """The neighbour is seen, not told as numbers."""
    six = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    grid = lambda image: np.arange(8)[:, None] // 4 * 2 + np.arange(8) // 4
    bright = lambda pictures: (pictures[:, -1, -1] > 200).astype(int)
    seen = AnchorImage(bright, (8, 8), segmentation_fn=grid, hide_with=0, seed=0).explain(six)
    shown = roll_view(seen, 1, False).picture
    assert shown.count("<img") == 1 and "array" not in shown


def test_staircase_view(found):
    """The first part that was measured above the threshold is named; none is said to be none."""
    shares = found.raw["precision"]
    assert shares[0] < 0.9 < shares[-1]
    assert f"measured at {shares[-1]:.3f}" in staircase_view(found, 0.9).text
    assert f"measured at {shares[0]:.3f}" in staircase_view(found, shares[0] - 0.01).text
    assert "no partial anchor" in staircase_view(found, 1.01).text


# ---- a search on a button -------------------------------------------------------------------------


def test_search_counts_and_can_be_stopped():
    """The count grows while it runs, the second click stops it, and buttons change places."""
    waiting, asked = threading.Event(), threading.Event()

    def model(texts):
        asked.set()
        waiting.wait(10)
        return np.array([hash_of(text) % 2 for text in texts])

    explainer = AnchorText(lambda texts: np.array([hash_of(text) % 2 for text in texts]), seed=0)
    panel = search_panel(explainer, "one two three four")
    explainer.predictor = model  # the panel has its own
    *_, go, stop, count = panel.children[0].children
    go.click()
    panel.thread.join(30)
    assert "Asked" in panel.children[1].value and "questions asked" in count.value and stop.disabled

    panel = search_panel(explainer, "one two three four")
    *_, go, stop, count = panel.children[0].children
    go.click()
    assert asked.wait(10) and go.disabled and not stop.disabled
    stop.click()
    waiting.set()
    panel.thread.join(30)
    assert "Stopped" in panel.children[1].value and not go.disabled and stop.disabled


def test_search_shows_errors():
    """A model that fails is told where the answer would be."""
    panel = search_panel(AnchorText(lambda texts: [0], seed=0), "one two")
    panel.children[0].children[3].click()
    panel.thread.join(30)
    assert "ValueError: predict must return one answer" in panel.children[1].value


def test_counted_search_leaves_the_explainer_alone():
    """The count is that of the model's inputs."""
    explainer, seen = AnchorText(toy_model, seed=0), []
    counted = Counted(lambda texts: seen.append(len(texts)) or toy_model(texts))
    assert counted_search(explainer, counted, SENTENCE).certified
    assert counted.asked == sum(seen) and explainer.model is toy_model
