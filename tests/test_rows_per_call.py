"""Whatever is asked, no call of the model holds more rows than it may."""

import numpy as np
import pytest

from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, Settings, audit, breaks, explain_many
from grokking_anchors.asking import NoLabel, limited

MOST = 100
X = np.random.default_rng(0).normal(size=(400, 4))
PICTURES = np.random.default_rng(1).integers(10, 250, size=(2, 8, 8), dtype=np.uint8)
TEXTS = ["a good film that is long and has no end", "good, and not bad, and not ugly at all"]


class Narrow:
    """A model that cannot bear more than a hundred rows."""

    def __init__(self, function):
        self.function, self.sizes = function, []

    def __call__(self, inputs):
        assert len(inputs) <= MOST, f"{len(inputs)} rows came"
        self.sizes.append(len(inputs))
        return self.function(inputs)


def squares(image):
    """Sixteen of them."""
    return np.arange(8)[:, None] // 2 * 4 + np.arange(8) // 2


def kinds():
    """Model, explainer and two instances of each kind; the limit is given to the explainer."""
    text = Narrow(lambda texts: np.array(["good" in one and "not" not in one for one in texts]))
    table = Narrow(lambda rows: (rows[:, 0] + rows[:, 1] > 0).astype(int))
    picture = Narrow(lambda some: (some[:, 0, 0] > 100).astype(int) + (some[:, 3, 3] > 100))
    yield text, AnchorText(text, seed=0), TEXTS
    yield table, AnchorTabular(table, seed=0).fit(X), [X[0], X[1]]
    yield picture, AnchorImage(picture, (8, 8), segmentation_fn=squares, seed=0), list(PICTURES)


@pytest.mark.parametrize("kind", range(3), ids=["text", "table", "picture"])
def test_no_call_is_larger(kind):
    """Explained, explained again by many, audited, asked what would change it, and predicted."""
    model, explainer, instances = list(kinds())[kind]
    for search in ("beam", "surrogate"):
        found = explainer.explain(instances[0], search=search, max_rows_per_call=MOST)
    audit(found, 500, seed=0)
    breaks(found, n=300)
    assert not [one for one in explain_many(explainer, instances, max_rows_per_call=MOST) if hasattr(one, "error")]
    assert max(model.sizes) == MOST and len(model.sizes) > 10


def test_the_explainer_holds_the_limit_of_what_has_no_options():
    """`fit` with bins of the answers, `predict_fn`, `predictor`; and `explain` where nothing else is said."""
    model = Narrow(lambda rows: (rows[:, 0] + rows[:, 1] > 0).astype(int))
    explainer = AnchorTabular(model, seed=0)
    explainer.max_rows_per_call = MOST
    explainer.fit(X, bins="tree")
    assert model.sizes == [MOST] * 4
    assert (explainer.predict_fn(X) == model.function(X)).all() and len(explainer.predictor(X)) == len(X)
    found = explainer.explain(X[0])
    assert found.meta["params"]["max_rows_per_call"] == MOST
    assert explainer.evaluate({"column 0": (0.5, None)}, target=1).prediction == 1
    explainer.max_rows_per_call = 30
    assert explainer.explain(X[0], max_rows_per_call=7).meta["params"]["max_rows_per_call"] == 7
    with pytest.raises(ValueError, match="max_rows_per_call must be above 0, came: 0"):
        explainer.explain(X[0], max_rows_per_call=0)


def test_evaluate_and_the_first_look_at_numbers():
    """A typical row is looked for, and a tolerance is offered, in calls that are small enough."""
    model = Narrow(lambda rows: (rows[:, 0] + rows[:, 1] > 0).astype(int))
    explainer = AnchorTabular(model, seed=0).fit(X)
    explainer.evaluate({"column 0": (-2, None)}, target=1, max_rows_per_call=MOST)
    assert max(model.sizes) == MOST
    numbers = Narrow(lambda rows: rows[:, 0] * 3.3)
    with pytest.raises(NoLabel, match="tolerance="):
        AnchorTabular(numbers, seed=0).fit(X, disc_perc=(50,)).explain(X[0], max_rows_per_call=MOST)
    assert numbers.sizes[1:] == [MOST] * 3


def test_parts_say_what_the_whole_says():
    """Labels, texts and probabilities; a part that is answered wrongly is an error."""
    for function in (lambda rows: rows[:, 0] > 0, lambda rows: rows[:, :2] ** 2,
                     lambda rows: np.where(rows[:, 0] > 1, "high", "low")):  # fmt: skip
        assert (limited(function, 7)(X) == function(X)).all()
    with pytest.raises(ValueError, match="one answer for each of 7 inputs"):
        limited(lambda rows: [1], 7)(X)
    with pytest.raises(TypeError, match="max_rows_per_call must be a whole number, came: 2.5"):
        limited(lambda rows: rows, 2.5)
    assert Settings().max_rows_per_call is None


def test_a_model_that_fails_is_not_a_budget_that_is_spent():
    """`breaks` and `audit` raise what the model raised, and do not say that nothing was tested."""
    model, explainer, instances = list(kinds())[1]
    found = explainer.explain(instances[0], max_rows_per_call=MOST)
    with pytest.raises(AssertionError, match="rows came"):
        breaks(found, n=300, max_rows_per_call=10 * MOST)
    found.meta["params"]["max_rows_per_call"] = None
    with pytest.raises(AssertionError, match="rows came"):
        audit(found, 500, seed=0)
