"""The search on a surrogate: what each part of it is for, and what binds it."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from grokking_anchors import AnchorTabular
from grokking_anchors.settings import Settings
from grokking_anchors.surrogate import fit, moves, newton, surrogate_of


@pytest.fixture(scope="module")
def tumours():
    """Thirty measurements, a logistic regression."""
    data = load_breast_cancer()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    return AnchorTabular(model).fit(data.data), data.data


def test_the_longest_rule_is_bound(tumours):
    """Also in what is proposed, not only in what is returned."""
    explainer, X = tumours
    for most in (4, 5):
        found = [explainer.explain(X[i], threshold=0.6, max_anchor_size=most, seed=i) for i in range(8)]
        assert all(one.rule.sum() <= most for one in found) and any(one.certified for one in found)
        assert all(one.meta["search"]["used"] == "surrogate" for one in found)


def model_of(sampler, **options):
    """A fitted surrogate."""
    rng = np.random.default_rng(0)
    model = surrogate_of(sampler, rng, Settings(**options))
    rules = model.states[rng.integers(len(model.states), size=600)]
    fit(model, sampler.draw(rules, rng)[0], rng.random(600))
    return model


def test_long_plans_are_worth_nothing(tumours):
    """A move beyond `max_anchor_size` has precision -1; a tax is taken for each predicate."""
    explainer, X = tumours
    sampler = explainer.sampler(X[0])
    model = model_of(sampler, max_anchor_size=1)
    guess, cover = moves(model, model.free)
    size = model.states.sum(axis=1)
    assert (guess[size > 1] == -1).all() and (guess[size <= 1] >= 0).all()
    model = model_of(sampler)
    cover, model.tax = moves(model, model.free)[1], 0.5
    taxed = moves(model, model.free)[1]
    assert np.allclose(cover - taxed, 0.5 * size)


def test_rungs_save_what_no_proposal_reaches():
    """A regression on ten columns whose rules must be long: the ladder finds one."""
    ill = load_diabetes(scaled=False)
    explainer = AnchorTabular(Ridge().fit(ill.data, ill.target), ill.feature_names).fit(ill.data)
    found = [explainer.explain(ill.data[i], tolerance=60, seed=0) for i in (0, 7, 12, 20, 28)]
    assert sum(one.certified for one in found) >= 4 and found[1].certified


def test_widening_widens(tumours):
    """After the first certified rule it lets go of columns: more coverage on the whole, at more questions."""
    explainer, X = tumours
    whole, first = (
        [explainer.explain(X[i], seed=i, stop_on_first=stop, short=0) for i in range(10)] for stop in (False, True)
    )
    assert all(a.coverage >= b.coverage - 1e-9 for a, b in zip(whole, first) if a.certified)
    assert sum(one.coverage for one in whole) > 1.05 * sum(one.coverage for one in first)
    assert sum(one.queries["rows"] for one in whole) > sum(one.queries["rows"] for one in first)


def test_what_a_surrogate_keeps_grows_with_the_columns_not_with_their_square():
    """Twice the columns, at most 2.6 times the prices; each state is seen in its own column."""
    kept = []
    for d in (30, 60):
        X = np.random.default_rng(0).normal(size=(300, d))
        explainer = AnchorTabular(lambda rows: (rows[:, 0] > 0).astype(int)).fit(X)
        model = model_of(explainer.sampler(X[0]))
        kept.append(sum(held.nbytes for held in model.forced))
        assert [held.shape[2] for held in model.forced] == np.bincount(model.owner).tolist()
    assert kept[1] < 2.6 * kept[0]


@pytest.mark.parametrize("shape", [(1400, 1200), (200, 1200)])
def test_a_newton_step_is_the_same_by_rows_and_by_columns(shape):
    """More weights than rows: a system of rows by rows is solved, to the same step."""
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(shape[0]), rng.random(shape) < 0.3]).astype(np.float32)
    bend, slope = rng.uniform(0.05, 0.25, shape[0]), X.T @ rng.normal(size=shape[0])
    ridge = np.r_[1e-6, np.ones(shape[1])]
    whole = np.linalg.solve(X.T * bend @ X + np.diag(ridge), slope)
    np.testing.assert_allclose(newton(X, bend, slope, ridge), whole, atol=2e-3)
