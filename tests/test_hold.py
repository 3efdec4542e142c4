"""Pictures of words, rules and copies: what is held, kept and changed, and how many rules share a dot."""

import re
from html import unescape

import numpy as np
import pytest
from matplotlib.colors import to_hex

from grokking_anchors import AnchorText
from grokking_anchors.asking import agreement
from grokking_anchors.plots import CHIPS, ORANGE, TEAL
from grokking_anchors.sampling import toy_model, toy_sampler
from grokking_anchors.workshop import figures
from grokking_anchors.workshop.knobs import View, live
from grokking_anchors.workshop.views import hold_view, threshold_view

SENTENCE = "Python is the best programming language."


def chips(view):
    """Of each neighbour: its mark, and (kind, word) of its chips."""
    kinds = {style: kind for kind, style in CHIPS.items()}
    lines = re.findall(r"<div><b[^>]*>(.)</b>(.*?)</div>", view.picture[1])
    return [(mark, [(kinds[s], unescape(w)) for s, w in re.findall('<span style="(.*?)">(.*?)</span>', one)])
            for mark, one in lines]  # fmt: skip


@pytest.mark.parametrize(
    "sampler, model",
    [(toy_sampler(), toy_model), (AnchorText(toy_model).sampler(SENTENCE), toy_model)],
    ids=["swapped", "masked"],
)
def test_neighbours_are_chips(sampler, model):
    """Held words are the instance's, kept ones too, changed ones are others; the mark is the model's answer."""
    agrees, names = agreement(model, [SENTENCE]), list(sampler.names)
    rule = np.array([name in ("is", "best") for name in names])
    seen = chips(hold_view(sampler, agrees, rule, 200))
    assert len(seen) == 8 and {kind for _, words in seen for kind, _ in words} == {"held", "kept", "changed"}
    for _, words in seen:
        assert [kind == "held" for kind, _ in words] == rule.tolist() and len(words) == len(names)
        assert [kind != "changed" for kind, _ in words] == [one[1] == name for one, name in zip(words, names)]
    nothing = chips(hold_view(sampler, agrees, ~rule & rule, 200))
    texts = [" ".join(word for _, word in words) for _, words in nothing]
    answers = model([re.sub(r" (\W)$", r"\1", text) for text in texts])
    assert {mark for mark, _ in nothing} == {"✓", "✗"}
    assert [mark == "✓" for mark, _ in nothing] == (answers == "positive").tolist()


@pytest.mark.parametrize("held", [[0] * 6, [0, 0, 0, 1, 0, 0]])
def test_fewer_copies_are_the_first_of_more(held):
    """From 20 copies to 200 the curve goes on, and does not begin anew; the copies below stay."""
    few, many = (hold_view(toy_sampler(), agreement(toy_model, [SENTENCE]), held, n) for n in (20, 200))
    shares = [view.picture[0].axes[0].lines[0].get_ydata() for view in (few, many)]
    assert len(shares[0]) == 20 and (shares[0] == shares[1][:20]).all() and few.picture[1] == many.picture[1]


def test_axes_stand_still():
    """Whatever is held, and for up to 200 copies, the picture has the same axes."""
    sampler, agrees = toy_sampler(), agreement(toy_model, [SENTENCE])
    held = [[0] * 6, [0, 1, 0, 1, 0, 0]]
    axes = {view.picture[0].axes[0].get_xlim() + view.picture[0].axes[0].get_ylim()
            for view in (hold_view(sampler, agrees, rule, n) for rule in held for n in (20, 200))}  # fmt: skip
    assert len(axes) == 1
    points = np.array([0.6, 0.7, 1.0]), np.array([1, 0.5, 0.25])
    axes = {threshold_view(*points, list("abc"), at).picture.axes[0].get_xlim() for at in (0.5, 0.8, 0.99)}
    assert len(axes) == 1 and axes.pop()[1] == 1


def test_a_dot_says_how_many_rules_share_it():
    """Three rules on one dot, one alone: the first has a number; right of the line it is only what it is called."""
    fig = figures.plane([0.6, 0.6, 0.6, 0.97], [0.5, 0.5, 0.5, 0.25], 0.95, {3: "{a}"})
    said = [text.get_text().strip() for text in fig.axes[0].texts]
    assert "3" in said and "1" not in said and {"precise enough", "{a}", "threshold 0.95"} <= set(said)
    assert "anchors" not in said and fig.axes[0].get_legend() is None


def test_bits_stand_beside_their_sentence():
    """Teal is what makes the rule hold, orange what was changed; a 1 on grey is dark."""
    held, rule = np.array([[1, 1, 0], [1, 0, 1]], bool), np.array([1, 1, 0], bool)
    fig = figures.held_grid(held, ["a", "b", "c"], rule, ["a b x.", "a y c."])
    told = {text.get_text(): text for text in fig.axes[0].texts if text.get_text().isalpha()}
    assert list(told) == ["a", "b", "x", "y", "c"]
    assert to_hex(told["x"].get_color()) == to_hex(told["y"].get_color()) == ORANGE
    assert to_hex(told["b"].get_bbox_patch().get_facecolor()) == TEAL
    assert to_hex(told["c"].get_bbox_patch().get_facecolor()) == "#ffffff"
    ones = [text for text in fig.axes[0].texts if text.get_text() == "1"]
    assert [text.get_color() == "white" for text in ones] == [True, True, False, False]


def test_what_is_no_sentence_is_told_as_it_is():
    """A copy without a word for each predicate is shown as text, never cut and never HTML."""
    sampler = toy_sampler()
    sampler.render = lambda choices: [f"<b>{row.sum()}</b> of two rows" for row in choices]
    shown = hold_view(sampler, lambda texts: np.ones(len(texts), bool), [True] * 6, 20).picture[1]
    assert shown.count("&lt;b&gt;0&lt;/b&gt; of two rows") == 8


def test_a_choice_of_one_is_no_switch():
    """The first frame of a number that is 1 says 1; a switch says yes."""
    still = live(lambda step, on: View(""), dict(on=True), step=[1, 2], on=True).still()
    assert "step: 1" in still and "on: yes" in still
