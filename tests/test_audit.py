"""An audit finds out what is false, says so only when it is sure, and works from the explanation and the predictor."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, audit
from grokking_anchors.audit import Audit, Measured, acceptance, exact_interval, measured, record
from grokking_anchors.explanation import Explanation, explain
from grokking_anchors.sampling import IndependentSampler

TEXT = "a good film about a bad day"


def good(texts):
    """Is *good* there?"""
    return np.array(["good" in text.split() for text in texts]).astype(int)


def kinds():
    """An explainer and an instance of each kind; what decides is known."""
    train = np.random.default_rng(0).normal(size=(500, 4))
    squares = lambda image: np.arange(8)[:, None] // 2 * 4 + np.arange(8) // 2
    bright = lambda pictures: (pictures[:, 0, 0] > 0.5).astype(int)
    picture = np.random.default_rng(1).random((8, 8)) / 2 + 0.5
    return {
        "text": (AnchorText(good, seed=0), TEXT),
        "table": (
            AnchorTabular(lambda rows: (rows[:, 0] > 0).astype(int), seed=0).fit(train),
            train[train[:, 0] > 1][0],
        ),
        "picture": (AnchorImage(bright, (8, 8), segmentation_fn=squares, hide_with=0, seed=0), picture),
    }


KINDS = kinds()


@pytest.mark.parametrize("kind", KINDS)
def test_a_true_claim_is_kept_and_a_planted_one_is_broken(kind):
    """For each kind, also from a file, and after a journey through pickle, with the explainer handed over."""
    explainer, instance = KINDS[kind]
    found = explainer.explain(instance)
    false = replace(found, rule=np.zeros_like(found.rule))
    assert found.certified and audit(found, 2000, seed=0).verdict == "kept"
    assert audit(false, 2000, seed=0).verdict == "broken"
    for again in (Explanation.from_json(found.to_json()), pickle.loads(pickle.dumps(found))):
        assert str(audit(again, 2000, explainer, seed=3)) == str(audit(found, 2000, seed=3))
        with pytest.raises(TypeError, match="give explainer="):
            audit(again)


def test_what_was_asked_is_asked_again():
    """target, soft, and what only one kind knows."""
    explainer, row = KINDS["table"]
    observed = explainer.explain(row, distribution="observe")
    assert audit(observed, 1000, seed=0).verdict == "kept"
    prob = lambda texts: np.column_stack([1 - 0.97 * good(texts), 0.97 * good(texts)])
    found = AnchorText(prob, seed=0).explain(TEXT, soft=True, target=1, threshold=0.96)
    again = audit(Explanation.from_json(found.to_json()), 500, AnchorText(prob))
    assert again.precision.share == pytest.approx(0.97) and again.verdict in ("kept", "open")


def test_another_model_takes_the_place():
    """The rule of yesterday's model, asked of today's; and of an estimator."""
    found = KINDS["text"][0].explain(TEXT)
    worse = lambda texts: good(texts) * (np.array([len(text) for text in texts]) % 2)
    checked = (
        audit(found, 2000, worse, seed=0) if worse([TEXT])[0] else audit(found, 2000, lambda t: 1 - worse(t), seed=0)
    )
    assert checked.verdict == "broken" and found.asked_of.model is good


def test_another_explainer_is_refused():
    """It would measure another rule."""
    train = np.random.default_rng(5).normal(size=(100, 4)) * 9
    explainer, row = KINDS["table"]
    other = AnchorTabular(explainer.model).fit(train)
    with pytest.raises(ValueError, match="other predicates"):
        audit(explainer.explain(row), 100, other)


def test_open_and_no_claim():
    """A verdict only when the whole interval lies on one side."""

    class Bits(IndependentSampler):
        def render(self, choices):
            return choices

    table = np.arange(2**12) % 100 < 95.05
    agrees = lambda rows: (table[rows @ 2 ** np.arange(12)] | rows.all(axis=1)).astype(float)
    found = explain(Bits([str(i) for i in range(12)]), agrees, seed=0, search="exact", max_queries=10_000)
    assert audit(replace(found, rule=np.zeros(12, bool), certified=True), 200, seed=0).verdict == "open"
    assert audit(replace(found, certified=False), 200, seed=0).verdict == "no claim"
    assert record([audit(replace(found, certified=False), 200, seed=0)] * 3)[:4] == (0, 0, 0, 0)
    with pytest.raises(TypeError, match="explainer must be the Explainer"):
        audit(found, 10, agrees)


@pytest.mark.parametrize("n", [0, -5, 2.5, "many", True])
def test_n_is_checked(n):
    """By name."""
    found = KINDS["text"][0].explain(TEXT)
    with pytest.raises((TypeError, ValueError), match="n must be"):
        audit(found, n)
    with pytest.raises((TypeError, ValueError), match="n must be"):
        measured(lambda k: np.ones(k), n)


def test_a_record_counts_explanations():
    """The share is one of explanations, also of those that claim nothing."""
    found = KINDS["text"][0].explain(TEXT)
    kept = Audit(found, Measured(1000, 1000), Measured(500, 1000))
    broken, none = (
        replace(kept, precision=Measured(900, 1000)),
        replace(kept, explanation=replace(found, certified=False)),
    )
    counted = record([kept, kept, broken, none])
    assert counted == (3, 2, 1, 0, exact_interval(1, 4)) and "3 claims: 2 kept, 1 broken" in str(counted)
    with pytest.raises(ValueError, match="at least one"):
        record([])


def test_models_with_dice_are_audited_as_they_are():
    """Nothing is remembered then: two audits see other throws."""
    rng = np.random.default_rng(0)
    dice = lambda texts: (good(texts) | (rng.random(len(texts)) < 0.5)).astype(int)
    found = AnchorText(dice).explain(TEXT, deterministic=False, seed=0)
    assert found.certified and audit(found, 1000, seed=0).verdict == "kept"
    free = replace(found, rule=np.zeros_like(found.rule))
    shares = {audit(free, 300, seed=0).precision.share for _ in range(5)}
    assert len(shares) > 1 and all(0.6 < share < 0.9 for share in shares)


def test_acceptance_rises():
    """Next to nothing below, all far above; a smaller delta accepts less."""
    low, middle, high = acceptance([0.94, 0.96, 0.99], runs=60)
    assert low <= 0.1 and low <= middle <= high == 1
    assert acceptance([0.962], delta=1e-6, runs=60)[0] < acceptance([0.962], delta=0.2, runs=60)[0]


def test_a_picture_of_an_audit():
    """Claim and truth, two lines; HTML has the verdict."""
    checked = audit(KINDS["text"][0].explain(TEXT), 200, seed=0)
    axes = checked.plot().axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["claimed", "found"]
    assert "kept" in checked._repr_html_() or "open" in checked._repr_html_()
