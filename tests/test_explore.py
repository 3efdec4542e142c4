"""Widgets without a browser: views say what is so, controls move them, searches can be stopped."""

import json
import re
import subprocess
import sys
import threading
from base64 import b64decode
from gzip import decompress

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from conftest import ROOT
from grokking_anchors import AnchorImage, AnchorText, explore
from grokking_anchors.asking import agreement
from grokking_anchors.encoding import all_rules, coverage, precision
from grokking_anchors.plots import CHIPS, TEAL
from grokking_anchors.sampling import toy_model, toy_sampler
from grokking_anchors.workshop import recording
from grokking_anchors.workshop.figures import setting_lines
from grokking_anchors.workshop.knobs import (
    Counted,
    Knob,
    View,
    counted_search,
    live,
    page,
    search_panel,
    words,
)
from grokking_anchors.workshop.views import (
    belief_view,
    bet_view,
    hits_of,
    hold_view,
    race_view,
    record_races,
    searches_of,
    threshold_view,
    tree_steps,
    tree_view,
)
from grokking_anchors.workshop.widgets import (
    compare_view,
    lowest,
    partly,
    record,
    roll_view,
    rolls,
    staircase_view,
    switch,
    two_settings,
)

SENTENCE = "Python is the best programming language."
TRUTH = np.array([0.9, 0.85, 0.5, 0.3])


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
        views = [one.screen.value for one in recording.lives(explore(explanation))]
        assert len(views) == 2 and not any("Error" in view for view in views)
    assert "search" in [one.description for one in below(explore(found, AnchorText(toy_model)), widgets.Button)]


def below(panel, kind):
    """All widgets of a kind in a panel."""
    found = [panel] if isinstance(panel, kind) else []
    return found + [one for child in getattr(panel, "children", ()) for one in below(child, kind)]


# ---- views ----------------------------------------------------------------------------------------


def test_page_escapes_and_describes():
    """The sentence is text, never HTML, and is the picture's alternative text."""
    figure = belief_view(1, 2).picture
    shown = page(View('<b> & "x"', figure))
    assert "<b>" not in shown and shown.count("&lt;b&gt; &amp; &quot;x&quot;") == 2 and 'alt="' in shown


def test_live_follows_every_control():
    """Sliders, lists and boxes; an error takes the place of the view and goes away again."""
    panel = live(lambda n, c, yes: View(f"{6 / n:g} {c} {yes}", ""), n=(0, 3), c=["a", "b"], yes=True, start={"n": 1})
    knobs = panel.controls
    knobs["n"].value, knobs["c"].value, knobs["yes"].value = 2, "b", False
    assert panel.screen.value == '<p role="status">3 b False</p>'
    knobs["n"].value = 0
    assert "ZeroDivisionError" in panel.screen.value
    knobs["n"].value = 3
    assert panel.screen.value == '<p role="status">2 b False</p>'


def shown_of(**values):
    """A view that tells its values, in the sentence and in the picture."""
    return View(str(values), f"<i>{values}</i>")


def test_knob_says_what_it_wants():
    """A wrong range names the control."""
    for wrong in (object(), (3, 1), (1, 2, 0), (), [], 1.5):
        with pytest.raises(TypeError, match="speed must be .* came: "):
            live(shown_of, speed=wrong)


def test_start_must_be_possible():
    """A name that is no knob, and a value that is no choice, are refused by name."""
    with pytest.raises(ValueError, match=r"start names knobs that are not there: \['m'\]"):
        live(shown_of, dict(m=1), n=[1, 2])
    with pytest.raises(ValueError, match="start: n must be one of its choices, came: 3"):
        live(shown_of, dict(n=3), n=[1, 2])


def test_ranges_follow_one_another():
    """The choices of a knob are those that are possible now; what it stands on stays, or goes to what is nearest."""
    panel = live(shown_of, dict(pulls=4, hits=3), pulls=(1, 5), hits=lambda pulls: range(pulls + 1))
    panel.controls["pulls"].value = 2
    assert panel.values == dict(pulls=2, hits=2) and [one for _, one in panel.controls["hits"].options] == [0, 1, 2]
    panel.controls["pulls"].value = 5
    assert panel.values == dict(pulls=5, hits=2) and panel.screen.value == page(shown_of(pulls=5, hits=2))
    states = [values for _, values in panel.states()]
    assert len(states) == 2 + 3 + 4 + 5 + 6 and all(one["hits"] <= one["pulls"] for one in states)


def test_words_are_held_by_clicking():
    """Each word is a button; the value says which are pressed, and all sentences are states."""
    panel = live(shown_of, dict(held=(False, True, False)), held=words(["a", "good", "<b>"]))
    buttons = below(panel, widgets.ToggleButton)
    assert [one.description for one in buttons] == ["a", "good", "<b>"] and panel.values["held"] == (False, True, False)
    buttons[0].value = True
    assert panel.screen.value == page(shown_of(held=(True, True, False))) and len(list(panel.states())) == 8
    assert "&lt;b&gt;</span>" in panel.still()


def test_play_runs_through_the_choices():
    """The play button moves the slider, the slider the button; both end where the choices end."""
    panel = live(shown_of, last=[3, 5], step=Knob(lambda last: range(1, last + 1), play=True))
    (play,), step = below(panel, widgets.Play), panel.controls["step"]
    play.value = 2
    assert step.value == 3 and "'step': 3" in panel.screen.value and play.max == 2
    panel.controls["last"].value = 5
    step.value = 5
    assert play.max == play.value == 4


def test_still_is_the_first_frame():
    """What a notebook stores has the knobs, the sentence, and a picture with the sentence as alternative text."""
    panel = live(belief_view, dict(hits=3), pulls=Knob([5], label="pulls <of one arm>"), hits=(0, 5))
    still = panel._repr_mimebundle_()["text/html"]
    text = belief_view(3, 5).text
    assert "pulls &lt;of one arm&gt;: 5" in still and "hits: 3" in still
    assert f'<p role="status">{text}</p>' in still and f'alt="{text}"' in still and "<img" in still
    grouped = live(shown_of, one=Knob([1, 2], group="A"), on=False).still()
    assert "A, one: 1 " in grouped and "on: no</p>" in grouped


# ---- recorded -------------------------------------------------------------------------------------


def test_recording_has_the_page_of_every_state():
    """Whatever a reader picks without a kernel, the frame is the very page that the widget shows."""
    at = Knob(lambda held: list(range(1, sum(held) + 2)), label="at", play=True, group="A")
    panel = live(shown_of, held=words("ab"), at=at, lost=True, way=["x", "y"])
    told, states = recording.recorded(panel), list(panel.states())
    assert len(told["states"]) == len(states) == (1 + 2 + 2 + 3) * 4
    for numbers, values in states:
        for name, value in values.items():
            panel.controls[name].value = value
        key = ",".join(map(str, numbers))
        assert panel.values == values and told["frames"][told["states"][key]] == panel.screen.value
        assert told["knobs"][1]["texts"][key.split(",")[0]][numbers[1]] == str(values["at"])
    assert [knob["kind"] for knob in told["knobs"]] == ["words", "slider", "switch", "buttons"]
    assert told["knobs"][1]["play"] and told["knobs"][1]["group"] == "A"


def test_too_many_states_are_not_recorded():
    """One more than `MOST` is refused, by the names of the knobs, and soon."""
    n = recording.MOST
    assert len(recording.recorded(live(shown_of, n=(1, n)))["states"]) == n
    with pytest.raises(ValueError, match=f"n, m: more states than the {n} that are recorded"):
        recording.recorded(live(lambda n, m: View(""), n=(1, n), m=(1, n)))


def test_one_script_for_each_view(tmp_path):
    """Every live view of a panel is a file of its mark, whose text is what was recorded."""
    panel = widgets.VBox([live(shown_of, n=[1, 2]), widgets.HTML("-"), live(shown_of, m=[True, False])])
    recording.record(panel, tmp_path)
    ones = recording.lives(panel)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(one.mark for one in ones) and len(ones) == 2
    for one in ones:
        mark, packed = re.findall('"(.*?)"', (tmp_path / f"{one.mark}.js").read_text())
        assert mark == one.mark and json.loads(decompress(b64decode(packed))) == recording.recorded(one)


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


def test_on_the_line_is_not_enough():
    """An anchor exceeds the threshold, in text and picture; only 1 need be reached, for nothing exceeds it."""
    points = np.array([0.5, 0.75, 1]), np.array([1, 0.5, 0.25])
    for threshold, valid in ((0.49, 3), (0.5, 2), (0.75, 1), (1, 1)):
        view = threshold_view(*points, ["{}", "{a}", "{b}"], threshold)
        assert f": {valid} of 3 rules are" in view.text
        grey, teal = view.picture.axes[0].lines[:2]
        assert (len(grey.get_xdata()), len(teal.get_xdata())) == (3 - valid, valid)


@pytest.mark.parametrize("threshold", [0.5, 0.57, 0.61, 0.83, 0.95, 0.99])
def test_labels_of_the_plane_keep_clear(threshold):
    """Of each other, of the line and of the edge; a side without rules has no heading."""
    points = np.array([0.569, 0.611, 0.833, 1]), np.array([1, 0.5, 0.5, 0.25])
    figure = threshold_view(*points, ["{}", "{is}", "{best}", "{programming, best}"], threshold).picture
    figure.draw_without_rendering()
    ax = figure.axes[0]
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts if text.get_text()}
    line = ax.transData.transform((threshold, 1))[0]
    for text, box in boxes.items():
        assert 0 <= box.x0 and box.x1 <= figure.bbox.x1 and not box.x0 < line < box.x1, text
        assert not any(box.overlaps(other) for name, other in boxes.items() if name != text), text
    assert ("not precise enough" in boxes) == (threshold > 0.569) and "anchors" in boxes


def test_belief_view_matches_formulas():
    """Hoeffding by hand; all hits in 50 pulls: KL's lower end is delta^(1/50)."""
    text = belief_view(50, 50, 0.05).text
    assert f"KL, one look {0.05 ** (1 / 50):.3f} to 1.000" in text
    assert f"Hoeffding, one look {1 - np.sqrt(np.log(20) / 100):.3f} to 1.000" in text
    assert belief_view(0, 1).text.startswith("0 hits in 1 pulls")


def test_hits_follow_pulls():
    """Whatever the number of pulls, there are none and all of them among the hits, and never more."""
    for pulls in (1, 2, 7, 50, 500):
        hits = hits_of(pulls)
        assert hits == sorted(set(hits)) and hits[0] == 0 and hits[-1] == pulls and len(hits) <= 13


def test_race_view_tells_its_round():
    """The last round's gap is within tau, the sentence counts what was asked; a larger tau asks less."""
    races = record_races(TRUTH, [0.05, 0.3], repeats=10)
    rounds = races[0.05][0]
    assert rounds[-1].gap <= 0.05
    for step, state in enumerate(rounds, 1):
        text = race_view(races, TRUTH, 0.05, step).text
        assert f"round {step} of {len(rounds)}: gap {state.gap:.2f}" in text
        assert f"{state.arms.pulls.sum():.0f} questions so far" in text
    assert races[0.3][1] < races[0.05][1]


def test_tree_view_counts_rules():
    """A wider beam looks at more; the sentence counts the rules of a size, and then names those that were chosen."""
    searches = searches_of(toy_sampler(), agreement(toy_model, [SENTENCE]), [1, 3])
    name = lambda rule: str(np.flatnonzero(rule).tolist())
    asked = {}
    for beam_size, levels in searches.items():
        steps = tree_steps(levels)
        assert len(steps) == 2 * len(levels)
        texts = [tree_view(searches, name, beam_size, step).text for step in steps]
        for level, before, after in zip(levels, texts[::2], texts[1::2]):
            assert f"{len(level.candidates.rules)} rule" in before and "chosen" not in before
            assert all(name(level.candidates.rules[i]) in after for i in level.beam)
        asked[beam_size] = sum(len(level.candidates.rules) for level in levels)
    assert asked[1] < asked[3]


def test_bet_view_remembers_who_won():
    """A game that once held the goal has won, also when its coins are gone later."""
    games = {0.9: np.array([[1, 25, 0.1], [1, 2, 3]]), 0.99: np.array([[5, 10, 30], [1, 2, 21]])}
    for share, seen, won in ((0.9, 1, 0), (0.9, 2, 1), (0.9, 3, 1), (0.99, 3, 2)):
        text = bet_view(games, share, seen).text
        assert f"after {seen} samples {won} of 2 games" in text
        assert ("at most one in 20" in text) == (share <= 0.95) == ("doubter is right" in text)


def test_two_settings_and_switch():
    """Each knob chooses among recorded explanations; the model is not asked again."""
    asked = []
    model = lambda texts: asked.append(len(texts)) or np.array(["good" in text for text in texts])
    recorded = record(AnchorText(model, seed=0), "a good film", [0.7, 0.95], [0.01, 0.1], [0.15], search="beam")
    before, panel = len(asked), two_settings(recorded)
    panel.controls["threshold A"].value = 0.95
    panel.controls["delta B"].value, panel.controls["delta A"].value = 0.01, 0.1
    e, other = recorded[0.95, 0.01, 0.15], recorded[0.95, 0.1, 0.15]
    assert e.queries["rows"] > other.queries["rows"]
    knobs = panel.knobs.values()  # tau was not varied
    assert [(knob.group, knob.label.split(",")[0]) for knob in knobs] == [
        (which, label) for which in "AB" for label in ("threshold", "delta")
    ]
    for name, found in (("A", other), ("B", e)):
        at = found.meta["params"]
        said = f"{name}, threshold {at['threshold']}, delta {at['delta']}: "
        said += f"anchor good, coverage 0.5, {found.queries['rows']:,} samples asked"
        assert said in panel.screen.value.replace("\xa0", " ")
    other = switch({"few": e, "many": recorded[0.7, 0.1, 0.15]})
    other.controls["B"].value = "few"
    assert "B, few: anchor good" in other.screen.value and len(asked) == before


def texts_of(figure):
    """All that is written in a picture."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_a_rule_is_never_cut():
    """Each predicate stands whole on a line, with its bound; the picture grows with the rule, letters do not touch."""
    rule = " AND ".join(f"a column with a long name {i} > {i}.94" for i in range(9))
    row = dict(precision=0.97, interval=(0.96, 0.98), threshold=0.95, coverage=0.1, asked=12345, certified=True)
    short_row, long_row = row | dict(title="A", anchor="x > 1"), row | dict(title="B", anchor=rule)
    odd = long_row | dict(title="C, a title of some length, longer than its column", certified=False)
    small, figure = setting_lines([short_row] * 2, 0.9), setting_lines([short_row, long_row, odd, short_row], 0.9)
    shown = next(text for text in texts_of(figure) if "column" in text)
    assert " ".join(shown.split()) == rule and all(" > " in line for line in shown.split("\n"))
    assert figure.get_figheight() > small.get_figheight() + 18 * 0.15
    figure.draw_without_rendering()
    letters = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    boxes = [text.get_window_extent() for text in letters]
    for i, box in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1
        assert letters[i].get_fontsize() >= 9.5
        assert not any(box.overlaps(other) for other in boxes[i + 1 :]), letters[i]


def test_the_axis_stands_still():
    """In all states of a widget it begins at one place, below all intervals and thresholds, and not far below."""
    recorded = record(AnchorText(toy_model, seed=0), SENTENCE, [0.7, 0.95], [0.1], [0.15])
    low = lowest(recorded.values())
    assert low == 0.65
    panel = two_settings(recorded)
    assert {panel.view(**values).picture.axes[0].get_xlim()[0] for _, values in panel.states()} == {low}
    assert compare_view({"x": recorded[0.95, 0.1, 0.15]}).picture.axes[0].get_xlim()[0] == 0.9


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
    none = roll_view(always, 1)  # the sentence stays
    assert none.text == "Rule {}: on record is no neighbour for which the model changes its mind."
    assert always.show(always.instance) in none.picture and "neighbour" not in none.picture
    first, second = found.anchor
    whole = roll_view(found, 1, True, 1).picture.partition("neighbour")[0]  # all words, the held ones teal
    assert f'{CHIPS["held"]}">{first}<' in whole and f'{CHIPS["kept"]}">{second}<' in whole
    start = rolls(found, size=1)
    assert start.values["size"] == 1 and start.values["lost"] and start.values["i"] == 1


def test_explore_says_what_its_sliders_say(found):
    """No neighbour above the number on record, no part longer than the rule: in every state the sentence says so."""
    always = AnchorText(lambda texts: ["yes"] * len(texts), seed=0).explain("whatever you say")
    for explanation, most in ((found, 2), (always, 0)):
        stairs, roll = recording.lives(explore(explanation))
        states = [values for _, values in roll.states()]
        assert {values["size"] for values in states} == set(range(1, most + 1) or [0])
        for values in states:
            part = explanation.parts[max(values["size"], 1) - 1]["lost" if values["lost"] else "kept"]
            text = roll.view(**values).text
            assert text.startswith("Rule {" + ", ".join(explanation.anchor[: values["size"]]) + "}")
            assert f"neighbour {values['i']} of {len(part)} " in text if len(part) else values["i"] == 0
        for _, values in stairs.states():
            assert f"Threshold {values['threshold']:g}:" in stairs.view(**values).text
    roll.controls["lost"].value = not roll.controls["lost"].value
    assert "neighbour" in roll.screen.value


def test_explore_starts_from_the_explanations_own_settings():
    """Threshold, delta and tau of the panel are those that the explanation was made with, usual or not."""
    explainer, own = AnchorText(toy_model, seed=0), dict(threshold=0.873, delta=0.07, tau=0.22)
    panel = explore(explainer.explain(SENTENCE, **own), explainer)
    assert recording.lives(panel)[0].values == dict(threshold=0.873)
    sliders = below(panel.children[-1], widgets.SelectionSlider)
    assert [one.value for one in sliders] == list(own.values())
    assert 'data-live="' in panel._repr_mimebundle_()["text/html"]


def test_a_part_marks_its_own_words_only(found):
    """Under the first predicate the second one is not held: not in the headline, and not in the neighbour."""
    first, second = found.anchor
    part = partly(found, 1)
    assert part.anchor == [first] and part.rule.sum() == 1 and part.holds(["A good film"]).tolist() == [True]
    assert f">{first}</span>" in part.headline() and f">{second}</span>" not in part.headline()
    assert roll_view(found, 1, True, 1).text.startswith(f"Rule {{{first}}}")


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
    for threshold, lit in ((shares[0] - 0.01, [0]), (0.9, [1]), (1.01, [])):  # teal is what is named
        bars = staircase_view(found, threshold).picture.axes[0].patches
        assert [i for i, bar in enumerate(bars) if to_hex(bar.get_facecolor()) == TEAL] == lit


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
