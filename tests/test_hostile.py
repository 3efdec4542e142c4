"""Bad and odd input, kind by kind: what is given, and what must come of it.

A case is a name, something that is done, and what is expected: an error of one class whose message holds some words
(the argument, what came, what was expected), or a check of the answer. Nothing hangs: after 20 seconds a case fails.
"""

import datetime
import signal
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from grokking_anchors import (
    AnchorImage,
    AnchorTabular,
    AnchorText,
    Explainer,
    IndependentSampler,
    Settings,
    agreement,
    explain_many,
    find_anchor,
    pick,
)
from grokking_anchors.asking import Queries
from grokking_anchors.explanation import Explanation, explain
from grokking_anchors.segments import relabel
from grokking_anchors.tables import gen_category_map

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")  # an overflow, a division by zero: never silent


class Late(BaseException):
    """No `except Exception` may swallow it."""


@pytest.fixture(autouse=True)
def watchdog():
    """A case that takes 20 seconds fails, wherever it hangs."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(*_):
        raise Late("this case hangs")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


# ---- what is used -----------------------------------------------------------------------

QUICK = dict(max_queries=3000, coverage_samples=300)
RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(60, 3))
FRAME = pd.DataFrame(dict(age=RNG.integers(18, 80, 60), job=RNG.choice(["cook", "king"], 60), pay=RNG.normal(size=60)))
IMAGE = np.arange(36, dtype=np.uint8).reshape(6, 6) * 7


def has_good(texts):
    """1 where there is a 'good'."""
    return np.array(["good" in text for text in texts]).astype(int)


def sign(rows):
    """Is the first column above zero?"""
    return (np.asarray(rows)[:, 0].astype(float) > 0).astype(int)


def old(rows):
    """Is the age above 45?"""
    return (rows["age"] > 45).to_numpy()


def dark(pictures):
    """Is the last pixel bright?"""
    return (pictures.reshape(len(pictures), -1)[:, -1] > 100).astype(int)


def squares(image):
    """Nine squares."""
    return np.arange(6)[:, None] // 2 * 3 + np.arange(6) // 2


def text(words="a good film", predict=has_good, asked=QUICK, **made):
    """An explanation of a text."""
    return AnchorText(predict, seed=0, **made).explain(words, **QUICK | asked)


def table(data=ROWS, X=None, predict=sign, asked=QUICK, fit=None, **made):
    """An explanation of a row, of the first one when none is given."""
    explainer = AnchorTabular(predict, seed=0, **made).fit(data, **fit or {})
    first = data.iloc[[0]] if X is None and hasattr(data, "iloc") else data[0] if X is None else X
    return explainer.explain(first, **QUICK | asked)


def picture(image=IMAGE, predict=dark, asked=QUICK, **made):
    """An explanation of a picture."""
    shape = made.pop("image_shape") if "image_shape" in made else np.shape(image)
    made = dict(image_shape=shape, segmentation_fn=squares, hide_with=0, seed=0) | made
    return AnchorImage(predict, **made).explain(image, **QUICK | asked)


class Bits(IndependentSampler):
    """Four switches, of which the model sees 1 and 0."""

    def __init__(self, **members):
        super().__init__(["a", "b", "c", "d"])
        for name, value in members.items():
            setattr(self, name, value)

    def render(self, choices):
        return choices * 1


def first_on(rows):
    """The first switch alone decides."""
    return np.asarray(rows)[:, 0].astype(float)


def search(sampler=None, judge=first_on, **options):
    """A search among switches."""
    return find_anchor(Bits() if sampler is None else sampler, judge, **dict(seed=0) | QUICK | options)


def judged(outputs, **question):
    """The agreement that a model of one answer has with itself."""
    return agreement(lambda inputs: outputs, ["one"], **question)


class Buffer:
    """A model that writes each answer into the same array and returns a part of it."""

    def __init__(self, dtype=float):
        self.out = np.zeros(10_000, dtype)

    def __call__(self, rows):
        self.out[:] = 0
        self.out[: len(rows)] = first_on(rows)
        return self.out[: len(rows)]


def emptied(texts):
    """A model that takes each text away before it answers."""
    answers = has_good(texts)
    texts.clear()
    return answers


def overwritten(inputs):
    """A model that writes into its rows."""
    answers = sign(inputs)
    inputs[:] = 99
    return answers


def overwritten_frame(rows):
    """A model that writes into its frame, columns and index."""
    answers = old(rows)
    rows["age"], rows["more"], rows.index = 0, 1, rows.index + 5
    return answers


def tired(predict, calls):
    """The same model, which raises StopIteration after some calls."""
    left = iter(range(calls))
    return lambda inputs: (next(left), predict(inputs))[1]


def anchored(*words):
    """A check: these words, certified."""
    return lambda found: found.certified and list(found.anchor) == list(words)


def same_question(found):
    """A check: the first predicate alone, certified, with coverage one half."""
    return found.certified and found.rule.tolist() == [True, False, False, False] and found.coverage == 0.5


def stands(*words):
    """A check: certified, with these words; the anchor holds for its own instance, also after a file."""

    def check(found):
        again = Explanation.from_json(found.to_json())
        own = [found.instance] if not isinstance(found.instance, np.ndarray) else found.instance[None]
        told = list(found.anchor) == list(words) or not words
        return found.certified and told and found.holds(own).all() and again.to_json() == found.to_json()

    return check


def sees(test):
    """A model of tables that looks at what it is given with `test`, and answers by the first column."""

    def model(rows):
        assert test(rows), "the model was given something else than it was trained on"
        return (np.arange(len(rows)) >= 0).astype(int) if not len(rows) else np.array(first_value(rows) > 0, int)

    return model


def first_value(rows):
    """The first column as floats, missing ones as zero."""
    column = rows.iloc[:, 0] if hasattr(rows, "iloc") else pd.Series(np.asarray(rows)[:, 0])
    return pd.to_numeric(column.astype(object), errors="coerce").fillna(0).to_numpy(float)


def frame_of(column, **more):
    """A frame of sixty rows: the column, and noise."""
    return pd.DataFrame(dict(x=column, noise=RNG.normal(size=len(column))) | more)


def columns_named(names):
    """The rows as a frame with these names."""
    frame = pd.DataFrame(ROWS)
    frame.columns = names
    return frame


def asks_model(frame):
    """A check of the search over a frame: the model saw its dtypes and names, the rule holds for its instance."""
    dtypes, names = frame.dtypes.tolist(), list(frame.columns)
    model = sees(lambda rows: rows.dtypes.tolist() == dtypes and list(rows.columns) == names)
    found = table(frame, predict=model, asked=dict(threshold=0.8))
    return stands()(found) and found.holds(frame).any() and len(found.holds(frame)) == len(frame)


T, V = TypeError, ValueError

# ---- the model's answers ----------------------------------------------------------------

SURE = np.array([[0.4, 0.6]])

ANSWERS = {
    "labels as bytes": (lambda: text(predict=lambda t: np.where(has_good(t), b"y", b"n")), anchored("good")),
    "a target of bytes": (lambda: judged([b"yes"], target=b"yes")(["x"]), lambda a: a.tolist() == [1]),
    "numbers as texts are labels": (lambda: text(predict=lambda t: has_good(t).astype(str)), anchored("good")),
    "a target as text, labels as numbers": (lambda: judged([1], target="1"), (V, "says 1 of", "target='1'")),
    "a column of booleans": (lambda: text(predict=lambda t: has_good(t)[:, None] > 0), anchored("good")),
    "a Series with an index of its own": (
        lambda: text(predict=lambda t: pd.Series(has_good(t), index=range(5, 5 + len(t)))), anchored("good")),
    "a Series of categories": (
        lambda: text(predict=lambda t: pd.Series(has_good(t)).map({0: "n", 1: "y"}).astype("category")),
        anchored("good")),
    "a frame of probabilities": (
        lambda: text(predict=lambda t: pd.DataFrame(np.eye(2)[has_good(t)])), anchored("good")),
    "a Series with a missing label": (
        lambda: text(predict=lambda t: pd.Series(has_good(t), dtype=object).mask(has_good(t) == 0, pd.NA)),
        (V, "predict", "NaN")),
    "objects that are numbers": (lambda: text(predict=lambda t: has_good(t).astype(object)), anchored("good")),
    "objects that are probabilities": (
        lambda: text(predict=lambda t: np.eye(2)[has_good(t)].astype(object)), (V, "predict", "table of object")),
    "a sparse table": (lambda: judged(sparse.csr_matrix(SURE)), (V, "predict", "csr_matrix")),
    "a generator": (lambda: judged(i for i in [1]), (V, "predict", "generator")),
    "a dict": (lambda: judged(dict(label=1)), (V, "predict", "dict")),
    "nothing": (lambda: judged(None), (V, "predict", "None")),
    "labels and something else": (lambda: text(predict=lambda t: (has_good(t), "beam")), (V, "predict", "tuple")),
    "probabilities of no class": (lambda: judged(np.zeros((1, 0))), (V, "predict", "(1, 0)")),
    "an infinite label": (lambda: judged([np.inf])(["x"]), lambda a: a.tolist() == [1]),
    "an infinite number with a tolerance": (
        lambda: text(predict=lambda t: np.full(len(t), np.inf), asked=dict(tolerance=1.0)), (V, "predict", "inf")),
    "some infinite numbers with a tolerance": (
        lambda: text(predict=lambda t: np.where(has_good(t), 3.0, -np.inf), asked=dict(tolerance=1.0)),
        anchored("good")),
    "bytes with a tolerance do not wrap": (
        lambda: judged(np.array([250], np.uint8), tolerance=10).judge(np.array([0, 255, 241], np.uint8)),
        lambda a: a.tolist() == [0, 1, 1]),
    "small integers with a tolerance do not wrap": (
        lambda: judged(np.array([-120], np.int8), tolerance=10).judge(np.array([120, -115], np.int8)),
        lambda a: a.tolist() == [0, 1]),
    "booleans with a tolerance": (
        lambda: judged(np.array([True]), tolerance=0.5).judge(np.array([True, False])), lambda a: a.tolist() == [1, 0]),
    "words with a tolerance": (lambda: judged(["yes"], tolerance=1), (V, "tolerance", "number")),
    "a table later, with a tolerance": (
        lambda: text(predict=lambda t: np.ones(1) if len(t) == 1 else np.ones((len(t), 2)), asked=dict(tolerance=1.0)),
        (V, "tolerance", "one number", "2)")),
    "soft and logits": (lambda: judged(SURE * 10, soft=True), (V, "soft", "[0, 1]", "6.0")),
    "soft and labels": (lambda: judged([1], soft=True), (V, "soft", "(1,)")),
    "soft and no bool": (lambda: judged(SURE, soft="no"), (T, "soft", "True or False", "'no'")),
    "the same class in four spellings counts once": (
        lambda: judged(SURE, soft=True, target=[1, 1.0, True, np.int64(1)])(["x"]), lambda a: a.tolist() == [0.6]),
    "a target of no label": (lambda: judged([1], target=[]), (V, "target=[]")),
    "a target in an array": (lambda: judged([1], target=np.array([1, 2]))(["x"]), lambda a: a.tolist() == [1]),
    "a target in an array of no dimension": (
        lambda: judged([1], target=np.array(1))(["x"]), lambda a: a.tolist() == [1]),
    "a target in a set": (lambda: judged(["a"], target={"a", "b"})(["x"]), lambda a: a.tolist() == [1]),
    "a target of lists": (lambda: judged([1], target=[[0, 1]]), (V, "target", "[[0, 1]]")),
    "a tolerance without end": (lambda: judged([1.5], tolerance=np.inf), (V, "tolerance", "inf", "finite")),
    "a negative tolerance": (lambda: judged([1.5], tolerance=-1), (V, "tolerance", "above 0", "-1")),
    "a tolerance of numpy": (lambda: judged([1.5], tolerance=np.float32(1))(["x"]), lambda a: a.tolist() == [1]),
    "a model that empties its list": (lambda: text(predict=emptied), anchored("good")),
    "a model that writes into its rows": (
        lambda: (table(predict=overwritten, fit=dict(bins="tree")), ROWS.max() < 99 and ROWS.min() < -1),
        lambda both: both[1] and both[0].certified and both[0].instance.tolist() == ROWS[0].tolist()),
    "a model that writes into its frame": (
        lambda: (table(FRAME, predict=overwritten_frame, fit=dict(bins="tree")), list(FRAME)),
        lambda both: both[0].certified and both[1] == ["age", "job", "pay"] and both[0].holds(FRAME).any()),
    "a model that writes into the row of a claim": (
        lambda: AnchorTabular(overwritten, seed=0).fit(ROWS).evaluate({"column 0": (0.2, None)}, target=1, **QUICK),
        lambda found: found.certified and found.instance.tolist() in ROWS.tolist()),
    "a model with one array for all answers": (lambda: search(judge=agreement(Buffer(), [[1, 1]])), same_question),
    "the same, as a regression": (lambda: search(judge=agreement(Buffer(), [[1, 1]], tolerance=0.1)), same_question),
    "agreement in one array for many calls": (
        lambda: Queries(Bits(row_bytes=2**22), Buffer(), Settings(deterministic=False)).ask(
            np.zeros((64, 4), bool), np.random.default_rng(0)),
        lambda asked: (asked[2] == asked[0][:, 0]).all()),
    "agreement as booleans": (lambda: search(judge=lambda rows: rows[:, 0] == 1), same_question),
    "agreement as a Series": (lambda: search(judge=lambda rows: pd.Series(first_on(rows))), same_question),
    "agreement as a column": (lambda: search(judge=lambda rows: first_on(rows)[:, None]), (V, "agrees", "shape")),
    "no agreement at all": (lambda: search(judge=lambda rows: None), (V, "agrees", "shape ()")),
    "agreement as a generator": (lambda: search(judge=lambda rows: (1 for _ in rows)), (T, "agrees", "generator")),
    "agreement from a fitted model": (lambda: search(judge=LogisticRegression()), (T, "agrees", "LogisticRegression")),
    "a model that stops like an iterator": (
        lambda: search(judge=tired(first_on, 1), search="beam"), ((StopIteration, RuntimeError), "")),
    "a class, not a model": (lambda: text(predict=LogisticRegression), (T, "predictor", "class")),
    "a model that was never fitted": (lambda: table(predict=LogisticRegression()), (V, "not fitted")),
    "a model that interrupts": (
        lambda: text(predict=lambda t: (_ for _ in ()).throw(KeyboardInterrupt("now"))), (KeyboardInterrupt, "now")),
    "a model of another opinion each time": (
        lambda: text("a b c d e f", predict=lambda t: np.random.default_rng().integers(2, size=len(t)),
                     asked=dict(threshold=0.6, target=[0, 1])), anchored()),
    "a model that rolls dice": (
        lambda: text("a b c d e f", predict=lambda t: np.random.default_rng().integers(2, size=len(t)) | (len(t) == 1)),
        (V, "deterministic=False")),
}  # fmt: skip


# ---- searches and samplers --------------------------------------------------------------

ALL = np.indices((2,) * 4).reshape(4, -1).T == 1


def listing(weights):
    """An `enumerate` with these weights."""
    return lambda: (ALL, ALL, weights)


class Rude(Bits):
    """A draw that writes into the rules it was given, so that held >= rules cannot be seen; the full rule is let be."""

    def draw(self, rules, rng):
        rules &= rules.all(axis=1, keepdims=True) | (rng.random(rules.shape) < 0.5)
        return rules, rules.copy()


class Doors(Explainer[Explanation]):
    """A front door whose sampler is whatever it is told."""

    answer = None

    def sampler(self, instance):
        return self.answer if self.answer is not None else instance


SEARCHES = {
    "every number as a scalar of numpy": (
        lambda: search(threshold=np.float64(0.9), delta=np.float32(0.1), tau=np.float16(0.15), batch_size=np.int64(50),
                       beam_size=np.uint8(2), coverage_samples=np.int16(200), min_samples_start=np.uint16(300),
                       n_covered_ex=np.int8(3), max_queries=np.int64(3000), max_pulls=np.int32(1000),
        stride=np.float64(1),
                       max_anchor_size=np.int64(2), max_seconds=np.float64(9), seed=np.uint64(3), search="beam",
                       stop_on_first=np.bool_(False), deterministic=np.bool_(True), progress=np.bool_(False)),
        same_question),
    "a batch of a small integer": (lambda: search(batch_size=np.int8(100), search="beam"), same_question),
    "a budget without a sign is kept": (
        lambda: search(judge=lambda rows: rows.all(axis=1) * 1.0, max_queries=np.uint16(600), search="beam",
                       batch_size=200, deterministic=False, threshold=0.999),
        lambda found: found.queries["rows"] <= 600),
    "a threshold of sixteen bits is its own number": (
        lambda: Settings(threshold=np.float16(0.95)).threshold,
        lambda t: type(t) is float and t == float(np.float16(0.95))),
    "a fraction as threshold": (lambda: search(threshold=Fraction(9, 10), search="beam"), same_question),
    "a decimal as threshold": (lambda: search(threshold=Decimal("0.9")), (T, "threshold", "number", "Decimal")),
    "a complex threshold": (lambda: search(threshold=0.9 + 0j), (T, "threshold", "number", "0.9+0j")),
    "an array as threshold": (lambda: search(threshold=np.array([0.9])), (T, "threshold", "number", "array")),
    "True as threshold": (lambda: search(threshold=True), (T, "threshold", "number", "True")),
    "an infinite threshold": (lambda: search(threshold=np.inf), (V, "threshold", "between 0 and 1", "inf")),
    "delta is no number": (lambda: search(delta=float("nan")), (V, "delta", "between 0 and 1", "nan")),
    "a delta as text": (lambda: search(delta="0.1"), (T, "delta", "number", "'0.1'")),
    "an infinite tau": (lambda: search(tau=np.inf), (V, "tau", "inf", "finite")),
    "infinite seconds": (lambda: search(max_seconds=np.inf), (V, "max_seconds", "inf", "finite")),
    "seconds as text": (lambda: search(max_seconds="1m"), (T, "max_seconds", "number", "'1m'")),
    "a batch of infinity": (lambda: search(batch_size=np.inf), (T, "batch_size", "whole number", "inf")),
    "a batch of None": (lambda: search(batch_size=None), (T, "batch_size", "whole number", "None")),
    "a negative tax": (lambda: search(short=-1), (V, "short", "-1")),
    "a stride of zero": (lambda: search(stride=0), (V, "stride", "between 0 and 1", "0")),
    "a stride above one": (lambda: search(stride=1.5), (V, "stride", "between 0 and 1", "1.5")),
    "a stride that is True": (lambda: search(stride=True), (T, "stride", "number", "True")),
    "a stride that is no number": (lambda: search(stride=float("nan")), (V, "stride", "nan")),
    "a small stride": (lambda: search(stride=1e-9, search="beam"), same_question),
    "independent as never heard": (lambda: search(independent="both"), (V, "independent", "'row', 'call'", "'both'")),
    "independent as a list": (lambda: search(independent=["row"]), (V, "independent", "'row', 'call'", "['row']")),
    "independent calls of a model without dice": (
        lambda: search(independent="call"), (V, "independent", "deterministic")),
    "a search that is None": (lambda: search(search=None), (V, "search", "'beam'", "None")),
    "a search that is a list": (lambda: search(search=["beam"]), (V, "search", "'beam'", "['beam']")),
    "a rate that is a number": (lambda: search(rate=0.1), (V, "rate", "'practical'", "0.1")),
    "a bandit that cannot be called": (lambda: search(bandit="lucb"), (T, "bandit", "function", "'lucb'")),
    "stop_on_first as a number": (lambda: search(stop_on_first=1), (T, "stop_on_first", "True or False", "1")),
    "progress as None": (lambda: search(progress=None), (T, "progress", "True or False", "None")),
    "deterministic as text": (lambda: search(deterministic="no"), (T, "deterministic", "True or False", "'no'")),
    "a seed that is True": (lambda: search(seed=True), (T, "seed", "whole number", "True")),
    "a seed that is half": (lambda: search(seed=0.5), (T, "seed", "whole number", "0.5")),
    "a seed of a hundred bits": (lambda: search(seed=2**100), same_question),
    "a generator as seed": (lambda: search(seed=np.random.default_rng(0)), (T, "seed", "whole number", "Generator")),
    "more predicates than there are": (lambda: search(max_anchor_size=99, search="beam"), same_question),
    "a class, not a sampler": (lambda: search(Bits), (T, "sampler", "must be a Sampler", "type")),
    "no sampler": (lambda: find_anchor(None, first_on), (T, "sampler", "must be a Sampler", "NoneType")),
    "predicates of None": (lambda: search(Bits(predicates=None)), (V, "Bits.predicates", "readable strings", "None")),
    "predicates as a number": (lambda: search(Bits(predicates=4)), (V, "Bits.predicates", "readable strings", "4")),
    "predicates as bytes": (lambda: search(Bits(predicates=[b"a"] * 4)), (V, "Bits.predicates", "readable strings")),
    "predicates in an array": (lambda: search(Bits(predicates=np.array(list("abcd")))), same_question),
    "predicates in a tuple": (lambda: search(Bits(predicates=tuple("abcd"))), same_question),
    "the same predicate four times": (lambda: search(Bits(predicates=["a"] * 4)), same_question),
    "names of None": (lambda: search(Bits(names=None)), (V, "Bits.names", "4 texts", "None")),
    "an original that is None": (lambda: search(Bits(original=lambda: None)), (V, "Bits.original", "(1, 4)")),
    "an original of two rows": (
        lambda: search(Bits(original=lambda: np.ones((2, 4), bool))), (V, "Bits.original", "(1, 4)", "(2, 4)")),
    "an original that is narrow": (
        lambda: search(Bits(original=lambda: np.ones((1, 3), bool))), (V, "Bits.original", "(1, 4)", "(1, 3)")),
    "an original that is not the instance": (
        lambda: search(Bits(original=lambda: np.zeros((1, 4), bool))), (V, "Bits", "every predicate held")),
    "coverage above one": (lambda: search(Bits(coverage=lambda r: r.sum(axis=1) + 1.0)), (V, "Bits", "coverage", "2.")),
    "negative coverage": (
        lambda: search(Bits(coverage=lambda r: -np.ones(len(r))), search="beam"), (V, "Bits.coverage", "[-1.0]")),
    "coverage as text": (lambda: search(Bits(coverage=lambda r: ["all"] * len(r))), (V, "Bits.coverage", "share")),
    "inputs whose shares sum to three": (
        lambda: search(Bits(enumerate=listing(np.full(16, 3 / 16)))), (V, "Bits.enumerate", "sum to 3")),
    "inputs whose shares are no numbers": (
        lambda: search(Bits(enumerate=listing(np.full(16, np.nan)))), (V, "Bits.enumerate", "nan")),
    "shares as fractions of whole numbers": (
        lambda: search(Bits(enumerate=listing(np.full(16, 1)))), (V, "Bits.enumerate", "shares")),
    "more inputs promised than listed": (
        lambda: search(Bits(n_inputs=17), search="exact"), (V, "Bits.enumerate", "17")),
    "a number of inputs as text": (lambda: search(Bits(n_inputs="16")), (T, "Bits.n_inputs", "'16'")),
    "a draw that writes into the rules": (
        lambda: search(Rude(), search="beam"), (V, "Rude.draw", "held >= rules")),
    "a draw that raises": (
        lambda: search(Bits(draw=lambda rules, rng: 1 / 0), search="beam"), (ZeroDivisionError, "division")),
    "a row too large for a batch": (lambda: search(Bits(row_bytes=2**40), search="beam"), same_question),
    "a row of no bytes": (lambda: search(Bits(row_bytes=0), search="beam"), same_question),
    "nothing ever kept": (lambda: search(type("Never", (Bits,), {})(keep=0.0), search="beam"), lambda f: f.rule.any()),
    "everything always kept": (
        lambda: search(Bits(keep=1.0), search="beam"), lambda f: f.certified and not f.rule.any()),
    "a threshold that nothing reaches": (
        lambda: search(judge=lambda rows: np.full(len(rows), 0.5)),
        lambda f: not f.certified and "no rule" in f.reason),
    "agreement of nobody but the instance": (
        lambda: search(judge=lambda rows: rows.all(axis=1) * 1.0), lambda f: f.certified and f.rule.all()),
    "explain without a judge": (lambda: explain(Bits(), None), (T, "agrees", "function", "None")),
    "an option that explain does not know": (lambda: explain(Bits(), first_on, sede=1), (T, "'sede'", "'seed'")),
    "a door whose sampler is none": (
        lambda: Doors(first_on).explain(3), (T, "sampler", "must be a Sampler", "int")),
    "a door without a model": (lambda: Doors(None), (T, "predictor", "function", "NoneType")),
    "a door that loses its model": (lambda: setattr(Doors(first_on), "predictor", 3), (T, "predictor", "int")),
    "an instance that is not given": (lambda: Doors(first_on).explain(), (T, "instance")),
    "many instances of nothing": (
        lambda: explain_many(Doors(first_on), None), (T, "X", "several instances", "NoneType")),
    "many instances of a generator": (
        lambda: explain_many(AnchorText(has_good), (t for t in ["a good film"]), n_jobs=1),
        lambda found: [one.anchor for one in found] == [["good"]]),
    "many instances of one number": (lambda: explain_many(Doors(first_on), 3), (T, "X", "several instances", "int")),
    "no instances": (lambda: explain_many(AnchorText(has_good), [], n_jobs=1), lambda found: found == []),
    "many instances without an explainer": (
        lambda: explain_many(has_good, ["a good film"], n_jobs=1), (T, "explainer", "function")),
    "a seed of many as text": (
        lambda: explain_many(AnchorText(has_good), ["a good film"], n_jobs=1, seed="x"), (T, "seed", "'x'")),
    "a pick of nothing": (lambda: pick([]), lambda picked: picked == []),
    "a pick of what is no explanation": (lambda: pick([None, 3]), lambda picked: picked == []),
}  # fmt: skip


# ---- texts ------------------------------------------------------------------------------


class Says:
    """A source of words that always gives the same answer."""

    window = 0

    def __init__(self, answer):
        self.answer = answer

    def candidates(self, tokens, mask):
        return [self.answer] * int(mask.sum()) if self.answer is not None else None


def replaced(answer, **options):
    """A text whose words a source replaces."""
    return text("a good film", sampling_strategy="language_model", language_model=Says(answer), **options)


FOUND = AnchorText(has_good, seed=0).explain("a good film", **QUICK)
LONG = "x" * 99_995 + " good"

TEXTS = {
    "only signs": (lambda: text("!!! ... :-)"), stands()),
    "one sign": (lambda: text("."), stands()),
    "only blanks of other widths": (lambda: text("\u2003\u00a0\u3000"), (V, "text", "no words")),
    "only a zero-width space": (lambda: text("\u200b"), lambda found: found.certified),
    "zero-width spaces around": (lambda: text("a\u200bgood\u200bfilm"), stands()),
    "combining marks": (lambda: text("cafe\u0301 good \u0301"), stands("good")),
    "a word with a combining mark is one word": (
        lambda: text("cafe\u0301 good", predict=lambda t: ["cafe\u0301" in one for one in t]), stands("cafe\u0301")),
    "a word of Hindi is one word": (
        lambda: text("हिन्दी good", predict=lambda t: ["हिन्दी" in one for one in t]), stands("हिन्दी")),
    "a family of emoji": (lambda: text("\U0001f468\u200d\U0001f469\u200d\U0001f467 good"), stands("good")),
    "right to left, with its marks": (lambda: text("\u202eسيئ\u202c good \u200f"), stands("good")),
    "a null character": (lambda: text("a\0b good"), stands("good")),
    "half a character": (lambda: text("a \ud800 good"), stands("good")),
    "control characters": (lambda: text("\x1b[31m good \x07"), stands("good")),
    "a hundred thousand characters": (lambda: text(LONG), stands("good")),
    "twenty thousand words, each twice a predicate": (
        lambda: text("x y " * 12_500 + "good", join="repeats"), stands("good")),
    "carriage returns": (lambda: text("a\r\ngood\r\n\r\nfilm\r"), stands("good")),
    "tabs": (lambda: text("\ta\tgood\t"), stands("good")),
    "the word UNK itself": (lambda: text("UNK good UNK"), stands("good")),
    "nothing but UNK": (lambda: text("UNK", predict=lambda t: [1] * len(t)), (V, "text", "UNK", "mask")),
    "one word forty times": (lambda: text("very " * 40 + "good", join="repeats"), stands("good")),
    "one letter": (lambda: text("x"), lambda found: found.certified and found.is_empty),
    "a string of numpy": (lambda: text(np.str_("a good film")), stands("good")),
    "a text in a Series": (lambda: text(pd.Series(["a good film"])), (T, "text", "str", "Series")),
    "a text as a number that is missing": (lambda: text(float("nan")), (T, "text", "str", "float")),
    "unk of nothing": (lambda: text(unk=""), stands("good")),
    "unk of blanks": (lambda: text(unk="  "), stands("good")),
    "unk is the word that counts": (lambda: text(unk="good"), lambda found: found.certified and found.is_empty),
    "unk as bytes": (lambda: text(unk=b"UNK"), (T, "unk", "text", "b'UNK'")),
    "sample_proba is True": (lambda: text(sample_proba=True), (T, "sample_proba", "number", "True")),
    "sample_proba is no number": (lambda: text(sample_proba=float("nan")), (V, "sample_proba", "nan")),
    "sample_proba as a scalar of numpy": (lambda: text(sample_proba=np.float32(0.5)), stands("good")),
    "a strategy in a list": (lambda: text(sampling_strategy=["unknown"]), (V, "sampling_strategy", "['unknown']")),
    "a strategy of None": (lambda: text(sampling_strategy=None), (V, "sampling_strategy", "'unknown'", "None")),
    "nlp that cannot be called": (lambda: text(nlp=3), (T, "nlp", "function", "3")),
    "nlp that returns nothing": (lambda: text(nlp=lambda t: None), (T, "nlp", "(start, end)", "None")),
    "nlp that returns numbers": (lambda: text(nlp=lambda t: [1, 2]), (T, "nlp", "(start, end)", "[1, 2]")),
    "nlp that finds nothing": (lambda: text(nlp=lambda t: []), (V, "text", "no words")),
    "nlp beyond the end": (lambda: text(nlp=lambda t: [(0, 1), (2, 99)]), (V, "nlp", "(2, 99)")),
    "nlp before the beginning": (lambda: text(nlp=lambda t: [(-3, 1), (2, 6)]), (V, "nlp", "order", "overlap")),
    "nlp backwards": (lambda: text(nlp=lambda t: [(2, 6), (0, 1)]), (V, "nlp", "order", "(2, 6)")),
    "nlp that raises": (lambda: text(nlp=lambda t: 1 / 0), (ZeroDivisionError, "division")),
    "nlp that finds empty tokens": (lambda: text(nlp=lambda t: [(0, 0), (2, 6), (6, 6)]), stands("good")),
    "nlp in whole numbers of numpy": (lambda: text(nlp=lambda t: np.array([[0, 1], [2, 6]])), stands("good")),
    "join of a set": (lambda: text(join={"good"}), (V, "join", "'repeats'", "{'good'}")),
    "join of bytes": (lambda: text(join=[b"good"]), (T, "join", "list of phrases", "b'good'")),
    "join of phrases that overlap": (lambda: text(join=["a good", "good film"]), lambda found: found.certified),
    "join of the whole text": (lambda: text(join=["a good film"]), stands("a good film")),
    "stopwords as a number": (lambda: replaced((["x"], [1.0]), stopwords=3), (T, "stopwords", "list of words", "3")),
    "stopwords that are numbers": (lambda: replaced((["x"], [1.0]), stopwords=[1]), (T, "stopwords", "words", "[1]")),
    "every word is a stopword": (
        lambda: replaced((["x"], [1.0]), stopwords=["A", "good", "film"]), (V, "text", "3 are stopwords")),
    "a source that returns nothing": (lambda: replaced(None), ((T, V), "candidates", "3 masked", "None")),
    "a source of shares without end": (lambda: replaced((["x", "y"], [np.inf, 1.0])), (V, "candidates", "inf")),
    "a source of shares that are no numbers": (lambda: replaced((["x", "y"], [np.nan, 1.0])), stands("good")),
    "a source of negative shares": (lambda: replaced((["x", "y"], [-1.0, 1.0])), stands("good")),
    "a source of numbers": (lambda: replaced(([1, 2], [0.5, 0.5])), stands("good")),
    "a source of blanks": (lambda: replaced(([" ", ""], [0.5, 0.5])), (V, "text", "no word that can be replaced")),
    "a source of the word itself": (
        lambda: replaced((["A", "GOOD", "Film"], [0.5] * 3)), lambda found: found.certified),
    "texts of None": (lambda: FOUND.holds(None), (T, "texts", "list of texts", "NoneType")),
    "texts that are numbers": (lambda: FOUND.holds([3]), (T, "texts", "list of texts", "int")),
    "texts with a gap": (lambda: FOUND.holds(["good", None]), (T, "texts", "list of texts", "NoneType")),
    "texts as bytes": (lambda: FOUND.check(b"good"), (T, "texts", "list of texts", "bytes")),
    "texts in a frame": (
        lambda: FOUND.holds(pd.DataFrame(dict(good=["bad"]))), (T, "texts", "list of texts", "DataFrame")),
    "texts in an array": (lambda: FOUND.holds(np.array(["good", "bad"])), lambda a: a.tolist() == [True, False]),
    "texts in a Series": (lambda: FOUND.holds(pd.Series(["bad", "good"])), lambda a: a.tolist() == [False, True]),
    "texts from a generator": (lambda: FOUND.holds(t for t in ["good"]), lambda a: a.tolist() == [True]),
    "no texts": (lambda: (FOUND.holds([]), FOUND.check([])), lambda a: a[0].shape == (0,) and a[1].shape == (0, 3)),
}  # fmt: skip


# ---- tables -----------------------------------------------------------------------------

FITTED = AnchorTabular(sign, ["a", "b", "c"], seed=0).fit(ROWS)
NAMED = AnchorTabular(old, seed=0).fit(FRAME)
TOLD = FITTED.explain(ROWS[0], **QUICK)
EMPTY = AnchorTabular(lambda rows: np.ones(len(rows)), seed=0).fit(ROWS).explain(ROWS[0], **QUICK)
EDGE = NAMED.explain(FRAME.iloc[[0]], **QUICK)
SIXTY = np.arange(60) - 30


def both(X, explainer=FITTED, like=None):
    """The same instance, and the same rule, for one form of a row and for another."""
    found, other = (explainer.explain(one, **QUICK) for one in (X, ROWS[0] if like is None else like))
    own = [str(one.instance) for one in (found, other)]
    return own[0] == own[1] and found.anchor == other.anchor and found.rule.tolist() == other.rule.tolist()


def claim(rule, **options):
    """A claim about the first row."""
    return NAMED.evaluate(rule, FRAME.iloc[[0]], **QUICK | options)


TABLES = {
    "no table": (lambda: AnchorTabular(sign).fit(None), (V, "train_data", "table", "NoneType")),
    "a text as table": (lambda: AnchorTabular(sign).fit("rows"), (V, "train_data", "table", "str")),
    "a table of three dimensions": (lambda: AnchorTabular(sign).fit(ROWS[None]), (V, "train_data", "(1, 60, 3)")),
    "a list of dicts as table": (lambda: AnchorTabular(sign).fit([dict(a=1), dict(a=2)]), (V, "train_data", "list")),
    "a sparse table": (
        lambda: AnchorTabular(sign).fit(sparse.csr_matrix(ROWS)), (T, "train_data", "csr_matrix", ".toarray()")),
    "rows of different lengths": (lambda: AnchorTabular(sign).fit([[1, 2], [3]]), (V, "train_data", "table")),
    "a table without columns": (
        lambda: AnchorTabular(sign).fit(np.zeros((5, 0))), (V, "train_data", "columns", "(5, 0)")),
    "a frame without columns": (
        lambda: AnchorTabular(sign).fit(pd.DataFrame(index=range(5))), (V, "train_data", "columns", "(5, 0)")),
    "a frame without rows": (lambda: AnchorTabular(old).fit(FRAME[:0]), (V, "train_data", "no rows")),
    "one row": (lambda: table(FRAME[:1], predict=old), (V, "training data", "nothing to perturb")),
    "one column": (lambda: table(ROWS[:, :1]), lambda found: found.certified),
    "constant columns": (lambda: table(np.ones((9, 3))), (V, "training data", "nothing to perturb")),
    "a column that is all missing": (lambda: table(np.c_[ROWS, np.full(60, np.nan)]), lambda f: f.certified),
    "a column of None": (lambda: asks_model(frame_of(SIXTY, none=[None] * 60)), bool),
    "a column of mixed types": (lambda: asks_model(frame_of(SIXTY, mix=[1, "a", 2.5, None, True, (1,)] * 10)), bool),
    "a column of numbers and True": (lambda: asks_model(frame_of(SIXTY, mix=[1, True, 0, False, 2, None] * 10)), bool),
    "whole numbers of 63 bits": (lambda: asks_model(frame_of((SIXTY + 31) * 2**56)), bool),
    "whole numbers of a hundred bits": (lambda: asks_model(frame_of([int(i) * 10**30 for i in SIXTY])), bool),
    "large numbers": (lambda: asks_model(frame_of(SIXTY * 1e300)), bool),
    "numbers too far apart for a histogram": (lambda: table(frame_of(SIXTY * 5e306)), (V, "column 'x'", "far apart")),
    "a bool column": (lambda: asks_model(frame_of(SIXTY, yes=SIXTY % 2 == 0)), bool),
    "categories of one value": (lambda: asks_model(frame_of(SIXTY, one=pd.Categorical(["x"] * 60))), bool),
    "categories never used": (
        lambda: asks_model(frame_of(SIXTY, some=pd.Categorical(["x", "y"] * 30, list("zyxw")))), bool),
    "categories in an order": (
        lambda: asks_model(frame_of(SIXTY, size=pd.Categorical(list("SLM") * 20, list("SML"), ordered=True))), bool),
    "categories of intervals": (lambda: asks_model(frame_of(SIXTY, cut=pd.cut(SIXTY, 4))), bool),
    "whole numbers that may be missing": (
        lambda: asks_model(frame_of(pd.array([None, 3, -1, 5, 2, None] * 10, "Int64"))), bool),
    "floats that may be missing": (
        lambda: asks_model(frame_of(pd.array([None, 3.5, -1, 5, 2, None] * 10, "Float64"))), bool),
    "booleans that may be missing": (
        lambda: asks_model(frame_of(SIXTY, yes=pd.array([None, True, False] * 20, "boolean"))), bool),
    "texts that may be missing": (
        lambda: asks_model(frame_of(SIXTY, s=pd.array([None, "a", "b"] * 20, "string"))), bool),
    "decimals are categories": (lambda: asks_model(frame_of(SIXTY, d=[Decimal(i) / 10 for i in range(6)] * 10)), bool),
    "fractions are numbers": (lambda: asks_model(frame_of(SIXTY, f=[Fraction(i, 7) for i in range(6)] * 10)), bool),
    "small floats": (lambda: asks_model(frame_of(SIXTY.astype(np.float16))), bool),
    "texts as objects stay objects": (
        lambda: asks_model(frame_of(SIXTY, s=pd.Series(["a", "b"] * 30, dtype=object))), bool),
    "bytes as categories": (lambda: asks_model(frame_of(SIXTY, b=[b"x", b"y"] * 30)), bool),
    "ten thousand categories": (
        lambda: asks_model(pd.DataFrame(dict(x=np.arange(10_000) - 9_000, s=np.arange(10_000).astype(str)))), bool),
    "names that are numbers": (lambda: asks_model(columns_named([7, 8, 9])), bool),
    "names that read alike": (lambda: table(columns_named([0, "0", 1])), (V, "two columns", "the name 0")),
    "names of two levels": (
        lambda: asks_model(columns_named(pd.MultiIndex.from_tuples([("a", "x"), ("a", "y"), ("b", "x")]))), bool),
    "names that are dates": (lambda: asks_model(columns_named(pd.date_range("2020-01-01", periods=3))), bool),
    "names of nothing": (lambda: asks_model(columns_named(["", " ", None])), bool),
    "names of signs": (lambda: asks_model(columns_named(["<b>", "a <= 3", "{x}"])), bool),
    "an index that says nothing": (lambda: asks_model(columns_named(list("abc")).set_index(np.zeros(60, int))), bool),
    "dates with a zone": (lambda: asks_model(frame_of(SIXTY, d=pd.date_range("2020", periods=60, tz="UTC"))), bool),
    "dates of Python": (lambda: table(frame_of([datetime.date(2020, 1, 1)] * 60)), (T, "column 'x'", "dates")),
    "spans of time": (lambda: asks_model(frame_of(SIXTY, d=pd.to_timedelta(SIXTY, "s"))), bool),
    "complex numbers": (lambda: table(ROWS * 1j), (T, "column 'column 0'", "complex")),
    "sets in a column": (lambda: table(frame_of([{1}] * 60)), (T, "column 'x'", "holds a set")),
    "an array with a missing value of pandas": (
        lambda: table(np.array([[i, pd.NA if i % 2 else 1] for i in range(-9, 9)], object),
                      predict=lambda rows: (first_value(rows) > 0) * 1), lambda f: f.certified),
    "a masked table": (
        lambda: table(np.ma.masked_less(ROWS, 0), predict=lambda r: np.isnan(np.asarray(r)[:, 0]).astype(int)),
        (V, "train_data", "MaskedArray")),
    "a row as a list": (lambda: both(ROWS[0].tolist()), bool),
    "a row as a tuple": (lambda: both(tuple(ROWS[0])), bool),
    "a row as a table of one row": (lambda: both(ROWS[:1]), bool),
    "a row as a dict in another order": (lambda: both(dict(c=ROWS[0, 2], a=ROWS[0, 0], b=ROWS[0, 1])), bool),
    "a row as a Series": (lambda: both(pd.Series(ROWS[0], list("abc"))), bool),
    "a row as a frame": (lambda: both(pd.DataFrame(ROWS[:1], columns=list("abc"))), bool),
    "a row as a list of one dict": (lambda: both([dict(zip("abc", ROWS[0]))]), bool),
    "a row of numbers as whole numbers": (lambda: FITTED.explain([1, 2, 3], **QUICK), lambda f: f.certified),
    "a row as a dict with a wrong name": (
        lambda: FITTED.explain(dict(a=1.0, c=2.0, bb=3.0), **QUICK), (V, "X", "'b'", "'bb'")),
    "a row of texts": (lambda: FITTED.explain(["x", "y", "z"], **QUICK), (V, "column 'a'", "must hold numbers")),
    "a row of None": (lambda: FITTED.explain(None, **QUICK), (V, "X", "3 values")),
    "a row from a generator": (lambda: FITTED.explain((v for v in ROWS[0]), **QUICK), (V, "X", "3 values")),
    "a row of three dimensions": (
        lambda: FITTED.explain(ROWS[None, :1], **QUICK), (V, "X", "one instance", "(1, 1, 3)")),
    "an empty row": (lambda: FITTED.explain([], **QUICK), (V, "X", "3 values", "0")),
    "a row of a frame as a list": (lambda: both(FRAME.iloc[0].tolist(), NAMED, FRAME.iloc[[0]]), bool),
    "a row of a frame as a dict": (lambda: both(dict(FRAME.iloc[0]), NAMED, FRAME.iloc[[0]]), bool),
    "a row of a frame as a Series": (lambda: both(FRAME.iloc[0], NAMED, FRAME.iloc[[0]]), bool),
    "a row of a frame as an array": (lambda: both(FRAME.iloc[0].to_numpy(), NAMED, FRAME.iloc[[0]]), bool),
    "a dict with a name too few": (lambda: NAMED.explain(dict(age=30, job="king")), (V, "X", "lacks column 'pay'")),
    "a dict with a name too many": (
        lambda: NAMED.explain(dict(age=30, job="king", pay=1.0, car=1)), (V, "X", "unknown", "'car'")),
    "a row of a frame, too short": (lambda: NAMED.explain([30, "king"]), (V, "X", "3 values", "(1, 2)")),
    "a category never seen": (
        lambda: NAMED.explain(dict(age=30, job="priest", pay=1.0)), (V, "column 'job'", "'priest'", "'cook'")),
    "a category of another type": (
        lambda: NAMED.explain(dict(age=30, job=3, pay=1.0)), (V, "column 'job'", "3 is", "at fit")),
    "a number as a text": (
        lambda: NAMED.explain(dict(age="30", job="king", pay=1.0)), (V, "column 'age'", "'30'", "int64")),
    "one name for three columns": (
        lambda: AnchorTabular(sign, "abc").fit(ROWS), (V, "feature_names", "3 columns", "1")),
    "names that are a number": (lambda: AnchorTabular(sign, 3).fit(ROWS), (T, "feature_names", "3")),
    "names of other columns than the frame's": (
        lambda: AnchorTabular(old, list("abc")).fit(FRAME), (V, "feature_names", "'age'", "'a'")),
    "names of categories in a list": (
        lambda: AnchorTabular(sign, categorical_names=["a"]).fit(ROWS), (T, "categorical_names", "['a']")),
    "names of categories as a number": (
        lambda: AnchorTabular(sign, categorical_names={0: 2}).fit(ROWS), (T, "categorical_names", "2")),
    "two categories of one name": (
        lambda: AnchorTabular(sign, categorical_names={0: ["x", "x"]}).fit(np.c_[SIXTY % 2, SIXTY]),
        (V, "categorical_names", "'x'", "twice")),
    "ohe as text": (lambda: AnchorTabular(sign, ohe="yes").fit(ROWS), (T, "ohe", "True or False", "'yes'")),
    "one hot, and not": (
        lambda: AnchorTabular(sign, categorical_names={0: ["x", "y"]}, ohe=True).fit(ROWS),
        (V, "ohe=True", "single 1")),
    "percentiles as a number": (lambda: table(fit=dict(disc_perc=25)), (T, "disc_perc", "25")),
    "percentiles as text": (lambda: table(fit=dict(disc_perc="25")), (T, "disc_perc", "number", "'2'")),
    "a percentile that is no number": (lambda: table(fit=dict(disc_perc=[np.nan])), (V, "disc_perc", "nan")),
    "no percentiles": (lambda: table(fit=dict(disc_perc=())), (V, "training data", "nothing to perturb")),
    "bins of an unknown name": (lambda: table(fit=dict(bins="forest")), (V, "bins", "'tree'", "'forest'")),
    "bins as a number": (lambda: table(fit=dict(bins=4)), (T, "bins", "4")),
    "bins as texts": (lambda: table(fit=dict(bins=["low"])), (V, "bins", "'low'")),
    "bins beyond a hundred percent": (lambda: table(fit=dict(bins=(150,))), (V, "bins", "150")),
    "bins of nothing": (lambda: table(fit=dict(bins=[])), (V, "training data", "nothing to perturb")),
    "bins from a function of nothing": (lambda: table(fit=dict(bins=lambda v, a: None)), (V, "bins", "None")),
    "bins with edges that are none": (lambda: table(fit=dict(bins=[np.nan, 0.0, np.inf])), lambda f: f.certified),
    "bins for a column that is not there": (lambda: table(fit=dict(bins=dict(z=[0]))), (V, "column", "'z'")),
    "units for a column that is not there": (lambda: table(fit=dict(units=dict(z="kg"))), (V, "column", "'z'")),
    "units as text": (lambda: table(fit=dict(units="kg")), (T, "units", "'kg'")),
    "formats that are no functions": (
        lambda: table(fit=dict(formats={"column 0": "{:.1f}"})), (T, "formats", "'{:.1f}'")),
    "formats that say nothing": (
        lambda: table(fit=dict(formats={"column 0": lambda edge: ""})), (V, "formats", "'column 0'", "same text")),
    "a question in a list": (lambda: table(asked=dict(distribution=["perturb"])), (V, "distribution", "['perturb']")),
    "a question of None": (lambda: table(asked=dict(distribution=None)), (V, "distribution", "'perturb'", "None")),
    "a claim of nothing": (lambda: claim({}), (V, "rule", "no condition")),
    "a claim of None": (lambda: claim(None), (V, "rule", "no condition")),
    "a claim as a list of columns": (lambda: claim(["age"]), (T, "rule", "list")),
    "a claim about no column": (lambda: claim(dict(ages=(1, 2))), (V, "column", "'ages'", "'age'")),
    "a claim of no interval": (lambda: claim(dict(age=(50, 20))), (V, "'age'", "(50, 20)", "interval")),
    "a claim open on both sides": (lambda: claim(dict(age=(None, None))), (V, "'age'", "interval")),
    "a claim of texts about a number": (lambda: claim(dict(age=("young", None))), (V, "'age'", "'young'")),
    "a claim of what is no number": (lambda: claim(dict(pay=(np.nan, None))), (V, "'pay'", "nan")),
    "a claim of one number": (lambda: claim(dict(age=30)), (V, "'age'", "(low, high)", "30")),
    "a claim of no category": (lambda: claim(dict(job="priest")), (V, "'job'", "'priest'", "cook")),
    "a claim of an empty set": (lambda: claim(dict(job=set())), (V, "does not satisfy", "job in {}")),
    "a claim of categories in lists": (lambda: claim(dict(job=[["king"]])), (V, "'job'", "['king']")),
    "a claim of all categories": (lambda: claim(dict(job={"cook", "king"}), threshold=0.99), lambda f: f.coverage == 1),
    "rows of nothing": (lambda: TOLD.holds(None), (V, "inputs", "3 columns")),
    "rows that are too short": (lambda: TOLD.holds(ROWS[:, :2]), (V, "inputs", "3 columns", "(60, 2)")),
    "rows of texts": (lambda: TOLD.holds([["x", "y", "z"]]), (V, "column 'a'", "must hold numbers")),
    "rows without end": (lambda: TOLD.holds([[np.inf] * 3]), (V, "column 'a'", "infinity")),
    "rows of different lengths in holds": (lambda: TOLD.holds([[1, 2, 3], [1]]), (V, "inputs", "3 columns")),
    "rows of three dimensions": (lambda: TOLD.holds(ROWS[None]), (V, "inputs", "(1, 60, 3)")),
    "a frame without rows in holds": (lambda: EDGE.holds(FRAME[:0]), lambda a: a.shape == (0,)),
    "an array without rows in holds": (lambda: TOLD.holds(ROWS[:0]), lambda a: a.shape == (0,)),
    "rows with a missing number": (lambda: TOLD.holds([[np.nan] * 3]), lambda a: a.tolist() == [False]),
    "one row in holds": (lambda: TOLD.holds(ROWS[0]), lambda a: a.tolist() == [True]),
    "rows that are too short for an empty rule": (
        lambda: EMPTY.holds(ROWS[:, :2]), (V, "inputs", "3 columns", "(60, 2)")),
    "a category map of a list": (lambda: gen_category_map([1, 2]), (T, "gen_category_map", "list", "(2,)")),
    "a category map of nothing": (lambda: gen_category_map(None), (T, "gen_category_map", "NoneType")),
    "a category map of an unknown column": (
        lambda: gen_category_map(FRAME, ["jobs"]), (V, "categorical_columns", "'jobs'", "'job'")),
    "a category map by one name": (lambda: gen_category_map(FRAME, "job"), (V, "categorical_columns", "'job'")),
}  # fmt: skip


# ---- pictures ---------------------------------------------------------------------------

SHOWN = picture()


def labelled(labels, **options):
    """A picture with these segments."""
    return picture(segmentation_fn=lambda image: labels, **options)


def drawn_on(image):
    """A segmentation that writes into the picture."""
    image[:] = 0
    return squares(image)


PICTURES = {
    "whole numbers of 64 bits": (lambda: picture(IMAGE.astype(np.int64)), stands()),
    "whole numbers without a sign": (lambda: picture(IMAGE.astype(np.uint16) * 257), stands()),
    "black and white": (
        lambda: picture(IMAGE > 100, predict=lambda p: p[:, -1, -1] * 1, hide_with="mean"), lambda f: f.certified),
    "floats from -5 to 1000": (lambda: picture(IMAGE.astype(float) * 4.1 - 5, hide_with="mean"), stands()),
    "floats of 16 bits": (lambda: picture((IMAGE / 255).astype(np.float16), hide_with="mean"), stands()),
    "complex pixels": (lambda: picture(IMAGE * 1j), (T, "image", "numbers", "complex128")),
    "pixels that are objects": (lambda: picture(IMAGE.astype(object)), (T, "image", "numbers", "object")),
    "one pixel": (
        lambda: picture(IMAGE[:1, :1], segmentation_fn=lambda i: np.zeros((1, 1), int)), (V, "single segment")),
    "one pixel, by slic": (lambda: picture(IMAGE[:1, :1], segmentation_fn="slic"), (V, "single segment")),
    "one line of pixels": (lambda: picture(IMAGE[:1], segmentation_fn=lambda i: np.arange(6)[None]), stands()),
    "a ragged picture": (
        lambda: picture([[1, 2], [3]], image_shape=(2, 2)), (V, "image")),
    "a batch of no picture": (
        lambda: picture(IMAGE[None][:0], image_shape=(6, 6)), (V, "image", "one picture", "batch of 0")),
    "labels with gaps": (lambda: labelled(squares(0) * 10**6 + 7), lambda f: f.certified and f.rule.shape == (9,)),
    "negative labels": (lambda: labelled(-squares(0)), lambda f: f.certified and f.rule.shape == (9,)),
    "labels as whole floats": (lambda: labelled(squares(0) * 1.0), lambda f: f.certified and f.rule.shape == (9,)),
    "labels as booleans": (lambda: labelled(squares(0) > 7), lambda f: f.certified and f.rule.shape == (2,)),
    "labels of 64 bits": (lambda: labelled(squares(0).astype(np.uint64) + 2**63), lambda f: f.rule.shape == (9,)),
    "labels as nested lists": (lambda: labelled(squares(0).tolist()), lambda f: f.certified),
    "labels that are infinite": (lambda: labelled(np.full((6, 6), np.inf)), (V, "segment labels", "float64")),
    "labels that are complex": (lambda: labelled(squares(0) * 1j), (V, "segment labels", "complex128")),
    "labels that are objects": (lambda: labelled(squares(0).astype(object)), (V, "segment labels", "object")),
    "labels and something else": (lambda: labelled((squares(0), 9)), (V, "segmentation", "(6, 6)", "tuple")),
    "labels of a line": (lambda: labelled(np.arange(36)), (V, "segmentation", "(6, 6)", "(36,)")),
    "labels as text": (lambda: relabel("squares", (6, 6)), (V, "segmentation", "(6, 6)", "came: ()")),
    "a label for each pixel": (
        lambda: labelled(np.arange(36).reshape(6, 6)), lambda f: f.certified and f.rule.sum() == 1),
    "a segmentation that writes into the picture": (
        lambda: (picture(segmentation_fn=drawn_on), int(IMAGE.max())), lambda f: f[0].certified and f[1] == 245),
    "a segmentation that raises": (lambda: picture(segmentation_fn=lambda i: 1 / 0), (ZeroDivisionError, "division")),
    "a segmentation in a list": (lambda: picture(segmentation_fn=["slic"]), (V, "segmentation_fn", "['slic']")),
    "options of a segmentation as text": (
        lambda: picture(segmentation_kwargs="n=3"), (T, "segmentation_kwargs", "'n=3'")),
    "hidden behind what is no number": (lambda: picture(hide_with=np.nan), (V, "hide_with", "nan")),
    "hidden behind a negative number": (lambda: picture(hide_with=-1), (V, "hide_with", "uint8", "-1")),
    "hidden behind two colours": (lambda: picture(hide_with=(0, 255)), (V, "hide_with", "(0, 255)")),
    "hidden behind True": (lambda: picture(hide_with=True), (V, "hide_with", "True")),
    "hidden behind a list of names": (lambda: picture(hide_with=["mean"]), (V, "hide_with", "['mean']")),
    "hidden behind a dict": (lambda: picture(hide_with={}), (V, "hide_with", "{}")),
    "hidden behind a number of numpy": (lambda: picture(hide_with=np.uint8(3)), stands()),
    "noise from a seed that is none": (
        lambda: picture(hide_with="noise", seed="x"), (T, "seed", "whole number", "'x'")),
    "a dtype that is none": (lambda: picture(dtype="nonsense"), (T, "dtype", "'nonsense'")),
    "a dtype of texts": (lambda: picture(dtype=str), (V, "dtype", "str")),
    "a dtype too small for the floats": (lambda: picture(IMAGE * 1e6, dtype=np.float16), (V, "dtype=float16")),
    "a dtype too small for the numbers": (lambda: picture(IMAGE * 200.0, dtype=np.uint8), (V, "dtype=uint8")),
    "no shape": (lambda: picture(image_shape=None), (T, "image_shape", "tuple", "None")),
    "an empty shape": (lambda: picture(image_shape=()), (V, "image_shape", "()")),
    "a shape of zero": (lambda: picture(image_shape=(0, 6)), (V, "image_shape", "above 0", "0")),
    "a shape of True": (lambda: picture(image_shape=(True, 6)), (T, "image_shape", "whole number", "True")),
    "a shape as text": (lambda: picture(image_shape="6x6"), (T, "image_shape", "tuple", "'6x6'")),
    "a shape of two channels": (lambda: picture(image_shape=(6, 6, 2)), (V, "image_shape", "(6, 6, 2)")),
    "a shape of numpy": (lambda: picture(image_shape=np.array([6, 6])), stands()),
    "p_sample is True": (lambda: picture(asked=dict(p_sample=True)), (T, "p_sample", "number", "True")),
    "p_sample of numpy": (lambda: picture(asked=dict(p_sample=np.float32(0.5))), stands()),
    "backgrounds as text": (lambda: picture(images_background="white", hide_with="mean"), (V, "images_background")),
    "backgrounds that are no numbers": (
        lambda: picture(IMAGE * 1.0, images_background=np.full((2, 6, 6), np.nan), hide_with="mean"),
        (V, "images_background", "NaN")),
    "a constant picture and black": (lambda: picture(IMAGE * 0 + 200), lambda f: f.certified),
    "a single picture in holds": (lambda: SHOWN.holds(IMAGE), (V, "batch of pictures", "(6, 6)", "came")),
    "no pictures in holds": (lambda: SHOWN.holds(IMAGE[None][:0]), lambda a: a.shape == (0,)),
    "nothing in holds": (lambda: SHOWN.holds(None), (V, "batch of pictures", "(6, 6)")),
    "pictures as texts in holds": (lambda: SHOWN.holds(["x"]), (V, "batch of pictures", "(6, 6)", "(1,)")),
    "pictures with other channels in holds": (
        lambda: SHOWN.holds(np.zeros((1, 6, 6, 3))), (V, "batch of pictures", "(1, 6, 6, 3)")),
    "the picture as floats in holds": (lambda: SHOWN.holds(IMAGE[None] * 1.0), lambda a: a.tolist() == [True]),
    "a missing pixel in holds": (lambda: SHOWN.holds(IMAGE[None] * np.nan), lambda a: a.tolist() == [False]),
}  # fmt: skip


# ---- files ------------------------------------------------------------------------------

FILES = {
    "nothing": (lambda: Explanation.from_json(None), (T, "text", "JSON of an explanation", "NoneType")),
    "a dict": (lambda: Explanation.from_json(FOUND.to_dict()), (T, "text", "JSON of an explanation", "dict")),
    "an array of bytes": (lambda: Explanation.from_json(bytearray(b"{}")), (T, "text", "bytearray")),
    "bytes that are no text": (lambda: Explanation.from_json(b"\xff\xfe{"), (V, "text", "JSON of an explanation")),
    "bytes of a file": (lambda: Explanation.from_json(FOUND.to_json().encode()).holds(["good"]), lambda a: a.all()),
    "bytes in another code": (
        lambda: Explanation.from_json(FOUND.to_json().encode("utf-16")).holds(["good"]), lambda a: a.all()),
    "a text that was not parsed": (lambda: Explanation.from_dict(FOUND.to_json()), (V, "stored explanation", "str")),
    "an explanation itself": (lambda: Explanation.from_dict(FOUND), (V, "stored explanation", "str")),
    "two explanations": (lambda: Explanation.from_json(f"[{FOUND.to_json()}]"), (V, "stored explanation", "list")),
    "a number without end": (lambda: Explanation.from_json('{"kind": 1e999}'), (V, "stored explanation", "kind")),
    "a key twice": (
        lambda: Explanation.from_json('{"precision": "x", ' + FOUND.to_json()[1:]).to_json() == FOUND.to_json(), bool),
    "a space in front": (lambda: Explanation.from_json("\n " + FOUND.to_json() + "\n").words, lambda w: w == ["good"]),
    "something behind": (lambda: Explanation.from_json(FOUND.to_json() + "{}"), (V, "text", "JSON of an explanation")),
    "a byte order mark": (lambda: Explanation.from_json("\ufeff" + FOUND.to_json()), (V, "text", "JSON", "BOM")),
    "a kind that is a list": (
        lambda: Explanation.from_dict(FOUND.to_dict() | dict(kind=[])), (V, "kind", "a text", "[]")),
    "a rule of nothing": (lambda: Explanation.from_dict(FOUND.to_dict() | dict(rule=[])), (V, "raw.feature", "[1]")),
    "an option that json does not know": (lambda: FOUND.to_json(indnt=2), (T, "indnt")),
}  # fmt: skip

GROUPS = {"answers": ANSWERS, "search": SEARCHES, "text": TEXTS, "table": TABLES, "picture": PICTURES, "file": FILES}
CASES = {f"{group}: {name}": case for group, cases in GROUPS.items() for name, case in cases.items()}
# fmt: skip


def test_there_are_many_cases():
    """At least 150."""
    assert len(CASES) >= 150


@pytest.mark.parametrize("name", CASES)
def test_bad_and_odd_input(name):
    """An error of the right class that names what was wrong, or the sensible answer."""
    done, expected = CASES[name]
    if callable(expected):
        assert expected(done())
        return
    error, *words = expected
    with pytest.raises(error) as raised:
        done()
    missing = [word for word in words if word not in str(raised.value)]
    assert not missing, f"{missing} not in: {raised.value}"
