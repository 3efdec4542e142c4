"""What is handed over: whole from the start, frozen, in words, stored and read again; one `Explainer` behind all."""

import base64
import json
from dataclasses import FrozenInstanceError, dataclass, replace

import numpy as np
import pytest
from matplotlib.text import Text
from sklearn.linear_model import LogisticRegression

from conftest import ROOT, read
from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, Explainer, Explanation, agreement, plots
from grokking_anchors.explanation import NOTHING, explain, number_text
from grokking_anchors.sampling import IndependentSampler, toy_model, toy_sampler

SENTENCE = "Python is the best programming language."
IMAGE = np.arange(16, dtype=np.uint8).reshape(4, 4) * 9 + 60


def made():
    """One of each kind: text, table (array), picture, and the plain one."""
    text = AnchorText(lambda texts: np.array(["good" in t for t in texts]), seed=0)
    text = text.explain("a good film", 0.9, search="beam")
    rows = np.random.default_rng(0).normal(size=(80, 3))
    table = AnchorTabular(lambda X: (X[:, 0] > 0).astype(int), list("abc"), seed=0).fit(rows)
    table = table.explain(rows[rows[:, 0] > 0.5][0])
    squares = lambda image: np.arange(4)[:, None] // 2 * 2 + np.arange(4) // 2
    picture = AnchorImage(lambda p: (p[:, 0, 0] > 9).astype(int), (4, 4), segmentation_fn=squares, hide_with=0, seed=0)
    toy = explain(toy_sampler(), agreement(toy_model, [SENTENCE]), SENTENCE, seed=0, search="beam")
    return {"text": text, "table": table, "picture": picture.explain(IMAGE), "toy": toy}


MADE = made()


@pytest.mark.parametrize("kind", MADE)
def test_from_json_and_back(kind):
    """The same kind, the same fields of the same types, and the same file again."""
    one = MADE[kind]
    again = Explanation.from_json(one.to_json())
    assert type(again) is type(one) and again.to_json() == one.to_json() and str(again) == str(one)
    assert again.rule.dtype == bool and again.rule.tolist() == one.rule.tolist()
    for name in ("precision_interval", "coverage_interval"):
        assert isinstance(getattr(again, name), tuple) and getattr(again, name) == getattr(one, name)
    assert again.plot().axes and kind == "table" or again._repr_html_() == one._repr_html_()  # lists for arrays
    state = json.loads(one.to_json())
    assert Explanation.from_dict(state).to_dict() == state


@pytest.mark.parametrize("kind", MADE)
def test_the_anchor_stands_at_the_top_of_a_file(kind):
    """In words: what people read, bounds merged; `raw` has the published keys, one entry for each partial anchor."""
    one = MADE[kind]
    state = one.to_dict()
    assert state["anchor"] == one.words and all(isinstance(word, str) for word in one.words)
    assert kind == "picture" or list(one.anchor) == one.words
    published = {"feature", "names", "mean", "precision", "coverage", "examples", "instance", "prediction"}
    assert published <= set(state["raw"]) and published <= set(one.raw)
    assert len(one.raw["precision"]) == len(one.raw["coverage"]) == len(one.raw["examples"]) == len(one.parts)
    assert {"anchor", "precision", "coverage", "raw"} <= set(one.data)
    if kind == "table":
        assert len(state["anchor"]) <= len(state["raw"]["names"])


@pytest.mark.parametrize("kind", MADE)
def test_whole_from_the_start(kind):
    """No field is set later, none can be; a copy with another field is made by `replace`."""
    one = MADE[kind]
    with pytest.raises(FrozenInstanceError):
        one.certified = False
    with pytest.raises(FrozenInstanceError):
        one.reason = "because"
    other = replace(one, certified=False)
    assert "No anchor" in str(other) and "No anchor" not in str(one)


def test_views_follow_the_parts():
    """`raw` and `data` are made of the fields, not stored beside them."""
    one = MADE["toy"]
    less = replace(one, parts=one.parts[:1], rule=np.arange(6) == one.parts[0]["feature"])
    assert len(less.raw["names"]) == 1 and less.data["raw"]["feature"] == [one.parts[0]["feature"]]
    assert less.anchor == one.anchor[:1]


def test_partial_anchors_tell_what_was_measured():
    """{best} alone .833, {is, best} 1: each share within five standard errors of the truth, new samples counted in."""
    one = MADE["toy"]
    assert sorted(one.anchor) == ["contains 'best'", "contains 'is'"] or sorted(one.anchor) == ["best", "is"]
    truth = {"best": 5 / 6, "is": 0.75}
    first = one.raw["names"][0]
    rows = 500 / 2 + 100  # of the pool those that hold it, and the new ones
    assert abs(one.raw["precision"][0] - truth[first]) < 5 * np.sqrt(truth[first] * (1 - truth[first]) / rows)
    sampler = toy_sampler()
    for part, kept_size in zip(one.parts, (1, 2)):
        held = [sum(word in text for word in one.raw["names"][:kept_size]) for text in part["kept"] + part["lost"]]
        assert min(held) == kept_size
        assert all(toy_model(part["kept"]) == "positive") and not any(toy_model(part["lost"]) == "positive")
    assert len(sampler.predicates) == len(one.rule)


def test_words_for_numbers():
    """Exact, with interval, from the selection, not measured."""
    assert number_text(1.0, (1.0, 1.0)) == "1 (exact)" and number_text(0.5, (0.4, 0.6)) == "0.500 [0.400, 0.600]"
    assert "not tested" in number_text(0.5) and number_text(None) == "not measured"
    sure = AnchorText(lambda texts: np.zeros(len(texts))).explain("one two")
    assert "Precision: 1 (exact)" in str(sure) and NOTHING in str(sure) and sure.is_empty and sure.anchor == []


# ---- the explainer ---------------------------------------------------------------------------


class Bits(IndependentSampler):
    """The simplest kind."""

    def render(self, choices):
        return choices.copy()


class BitsExplainer(Explainer[Explanation]):
    """A kind of one's own: a sampler is enough."""

    def sampler(self, instance, keep=0.5):
        return Bits([f"bit {i}" for i in range(len(instance))], keep)


def test_a_kind_of_ones_own():
    """In one class; its further arguments are arguments of `explain`, and unknown ones are told."""
    explainer = BitsExplainer(lambda rows: np.asarray(rows)[:, 0].astype(int), seed=3)
    found = explainer.explain([1, 1, 1], keep=0.25)
    assert found.certified and found.anchor == ["bit 0"] and found.coverage == 0.25
    with pytest.raises(TypeError, match="unknown argument 'kep'; did you mean 'keep'"):
        explainer.explain([1, 1, 1], kep=0.25)
    with pytest.raises(NotImplementedError, match="must define sampler"):
        Explainer(toy_model).explain("x")
    with pytest.raises(NotImplementedError, match="cannot check new inputs"):
        found.holds([[1, 0, 0]])


def test_seeds():
    """The explainer's own where none is given; another one for a single call."""
    explainer = BitsExplainer(lambda rows: np.asarray(rows)[:, 0].astype(int), seed=3)
    assert explainer.explain([1, 1, 1]).meta["params"]["seed"] == 3
    assert explainer.explain([1, 1, 1], seed=8).meta["params"]["seed"] == 8
    assert explainer.explain([1, 1, 1], seed=0).meta["params"]["seed"] == 0


def test_models_of_every_form():
    """A function, an estimator, a pipeline: one adapter for all kinds, and an error for what is none."""
    X = np.random.default_rng(0).normal(size=(60, 4))
    fitted = LogisticRegression().fit(X, X[:, 0] > 0)
    for model in (fitted, fitted.predict, fitted.predict_proba):
        found = AnchorTabular(model, seed=0).fit(X).explain(X[np.argmax(X[:, 0])], threshold=0.8)
        assert found.anchor[0].startswith("column 0 >")
    pixels = AnchorImage(LogisticRegression().fit(np.zeros((2, 4)) + [[0], [1]], [0, 1]), (2, 2))
    assert callable(pixels.predictor)
    for kind in (AnchorText, AnchorTabular, lambda model: AnchorImage(model, (2, 2)), BitsExplainer):
        with pytest.raises(TypeError, match="predictor must be a function of n inputs or have a predict method"):
            kind("model")


def test_soft_asks_for_probabilities():
    """`soft` counts the probability of the target, of a model that has some."""
    X = np.random.default_rng(0).normal(size=(60, 2))
    fitted = LogisticRegression(C=0.1).fit(X, X[:, 0] > 0)
    found = AnchorTabular(fitted, seed=0).fit(X).explain(X[np.argmax(X[:, 0])], threshold=0.6, soft=True)
    assert 0.6 < found.precision < 0.999 and found.certified


def test_target_and_tolerance_are_looked_at():
    """A column counts once, and must be there; a tolerance is for numbers, and leaves nothing else to say."""
    sure = lambda inputs: np.tile([0.4, 0.6], (len(inputs), 1))
    assert agreement(sure, [0], [1, 1], soft=True)([0]) == agreement(sure, [0], 1, soft=True)([0]) == 0.6
    assert agreement(sure, [0], [0, 1], soft=True)([0]) == 1
    for target in ([1, -1], [1, 7]):
        with pytest.raises(ValueError, match="target must be among the columns 0 to 1, came"):
            agreement(sure, [0], target, soft=True)
    ages = lambda inputs: np.asarray(inputs, float)
    for options in (dict(target=999), dict(soft=True)):
        with pytest.raises(ValueError, match="no target, no soft"):
            agreement(ages, [3.0], tolerance=1, **options)
    for tolerance in (True, "a"):
        with pytest.raises(TypeError, match="tolerance must be a number"):
            agreement(ages, [3.0], tolerance=tolerance)


def test_a_file_of_another_version_is_told():
    """It says what is missing."""
    with pytest.raises(ValueError, match=r"no stored explanation .*has \['anchor'\]"):
        Explanation.from_json('{"anchor": []}')


@dataclass(frozen=True, repr=False, eq=False)
class Scented(Explanation):
    """A kind with fields of its own; one of them stays out of files."""

    scent: str = ""
    nose: object = None

    def stored(self):
        return {name: value for name, value in super().stored().items() if name != "nose"}


def test_a_kind_of_explanation_of_ones_own():
    """Its fields come from the result, and survive a file; the plain kind takes the place of one that is not there."""
    found = explain(Bits(["a", "b"]), agreement(lambda rows: np.asarray(rows)[:, 0] * 1, np.ones((1, 2))), kind=Scented,
                    details=lambda result: dict(scent=f"{result.rule.sum()} roses", nose=object()))  # fmt: skip
    assert found.scent == "1 roses" and found.meta["name"] == "Scented"
    again = Explanation.from_json(found.to_json())
    assert type(again) is Scented and again.scent == "1 roses" and again.nose is None
    lost = found.to_dict() | dict(module="somewhere.else")
    assert type(Explanation.from_dict(lost)) is Explanation


def test_a_tokenizer_stays_out_of_the_file():
    """What cannot be stored is not."""
    words = lambda text: [(m, m + 1) for m in range(len(text)) if text[m] != " "]
    found = AnchorText(lambda texts: np.array(["x" in t for t in texts]), nlp=words, seed=0).explain("x y")
    assert found.nlp is words and "nlp" not in found.to_dict() and Explanation.from_json(found.to_json()).nlp is None


# ---- as people see it -----------------------------------------------------------------------------


def test_a_neighbour_of_the_toy_shows_held_kept_and_changed():
    """Any sentence of as many words as the instance; else it is shown as it is, escaped."""

    class Toy(Explainer):
        def sampler(self, text):
            return toy_sampler()

    found = Toy(toy_model, seed=0).explain("Python is the best programming language.")
    page = found.show("Java is a best programming <tool>.")
    assert page == " ".join(
        plots.chip(word, kind)
        for word, kind in [("Java", "changed"), ("is", "held"), ("a", "changed"), ("best", "held"),
                           ("programming", "kept"), ("<tool>.", "changed")]
    )  # fmt: skip
    assert plots.chip("isn't", "changed") in found.show("Python isn't the best programming language.")
    assert found.show("<too> short") == "&lt;too&gt; short" and found.show(np.array([1, 2])) == "[1 2]"
    assert plots.chip(found.parts[-1]["kept"][0].split()[1]) in found._repr_html_()


LONG = "average number of working hours per week in the main occupation > 41.5 and <= 52.25"


def texts_of(figure):
    """Everything that a picture says, its lines joined."""
    ax = figure.axes[0]
    labels = [*ax.get_yticklabels(), *ax.texts, ax.xaxis.label, ax.title]
    return [" ".join(label.get_text().split()) for label in labels]


def test_no_rule_is_cut_in_a_picture_of_bars():
    """Names are broken into lines, also in the other charts of this kind; the figure is no wider."""
    bars = plots.partial_bars([LONG, "age"], [0.05, 0.98], [0.5, 0.1], 0.95, (0.96, 0.99))
    lost = plots.share_bars([LONG, "age"], [0.05, 0.98], [None, (0.96, 0.99)], [False, True], 0.9)
    few = plots.global_view([f"wealthy if {LONG} AND age > 30", "poor"], [0.4, 0.7], [0.4, 0.6])
    assert f"+ {LONG}" in texts_of(plots.partial_bars(["age", LONG], [0.5, 0.98], [0.5, 0.1]))
    assert LONG in texts_of(bars) and LONG in texts_of(lost) and f"wealthy if {LONG} AND age > 30" in texts_of(few)
    for figure in (bars, lost, few):
        assert figure.get_size_inches()[0] == 7.2
        words = [text for text in figure.findobj(Text) if text.get_text()]
        assert min(text.get_fontsize() for text in words) >= plots.SMALL


def test_numbers_of_bars_are_inside_the_picture():
    """A short bar has its number beside it, a long one within; nothing is cut or lies on another."""
    names, shares = ["a", "b", "c", "d"], [0.0, 0.12, None, 1.0]
    figure = plots.partial_bars(names, shares, [0.5, 0.123456, 0.01, 0.00123], 0.95, (0.9, 1.0))
    figure.canvas.draw()
    ax, whole = figure.axes[0], figure.bbox
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert set(boxes) > {"0.00", "0.12", "not measured", "1.00"}
    assert all(box.x0 >= whole.x0 and box.x1 <= whole.x1 + 1 for box in boxes.values())
    bars = [patch.get_window_extent() for patch in ax.patches]
    assert boxes["0.12"].x0 > bars[1].x1 and boxes["1.00"].x1 < bars[3].x1
    found = list(boxes.values())
    assert not any(one.overlaps(other) for i, one in enumerate(found) for other in found[:i])


def test_stored_pictures_have_two_dots_a_pixel(monkeypatch):
    """As a figure shows itself in a notebook, before any picture of matplotlib's own."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata, raw: shown.append((data, metadata)))
    plots.partial_bars(["best"], [0.9], [0.5])._ipython_display_()
    (data, sizes), *_ = shown
    wide = int.from_bytes(base64.b64decode(data["image/png"])[16:20], "big")
    assert wide == 2 * sizes["image/png"]["width"] == 1296
    for name in ("06_explanation", "index"):
        cells = [cell for cell in read(ROOT / "nbs" / f"{name}.ipynb")["cells"] if cell["cell_type"] == "code"]
        stored = [out for cell in cells for out in cell["outputs"] if "image/png" in out.get("data", {})]
        assert stored
        for out in stored:
            wide = int.from_bytes(base64.b64decode(out["data"]["image/png"])[16:20], "big")
            assert wide == 2 * out["metadata"]["image/png"]["width"]
