"""Models behind a wire: calls of bounded size, a clock that is kept, failures that lose nothing."""

import pickle
import time
from copy import copy
from types import SimpleNamespace

import numpy as np
import pytest

from grokking_anchors import agreement, find_anchor
from grokking_anchors.audit import audit
from grokking_anchors.explanation import Explainer, Explanation, explain
from grokking_anchors.rows import TableExplainer
from grokking_anchors.sampling import WordSwaps, toy_model, toy_sampler
from grokking_anchors.search import KEPT

SENTENCE = "Python is the best programming language."
SEARCHES = ["beam", "exact", "surrogate"]


class Toy(Explainer):
    """Explains the toy, or a sentence of few words."""

    def sampler(self, text, few=False):
        swaps = [["Java"], ["was"], ["a"], ["worst"]], "Python is the best".split()
        return WordSwaps(swaps[1], swaps[0]) if few else toy_sampler()

    def record(self, inputs):
        return inputs[0]


class Wire:
    """The toy model behind a wire: counts calls, can fail at one, and takes its time."""

    def __init__(self, fail_at=(), error=None, tick=None):
        self.sizes, self.texts, self.fail_at, self.error, self.tick = [], [], fail_at, error, tick

    def __call__(self, texts):
        self.sizes.append(len(texts))
        if self.tick:
            self.tick(len(texts))
        if len(self.sizes) in self.fail_at:
            raise self.error
        self.texts += texts
        return toy_model(texts)


def facts(explanation):
    """All that an explanation says, but what it cost."""
    return {**explanation.to_dict(), "queries": None}


# ---- rows of a call -------------------------------------------------------------------------


@pytest.mark.parametrize("search", SEARCHES)
def test_no_call_has_more_rows(search):
    """Search, tests, partial anchors and audit: 7 rows at most; and the answer is the same as in large calls."""
    few, wire = search == "exact", Wire()
    found = Toy(wire, seed=3).explain(SENTENCE, few=few, search=search, max_rows_per_call=7)
    assert max(wire.sizes) == 7 and found.queries["calls"] == len(wire.sizes) - 1
    free = Toy(Wire(), seed=3).explain(SENTENCE, few=few, search=search)
    cost = {"queries": None, "meta": None}
    assert found.to_dict() | cost == free.to_dict() | cost
    asked = found.queries["distinct"], found.queries["rows"], found.queries["again"]
    assert asked == (free.queries["distinct"], free.queries["rows"], free.queries["again"])
    assert free.queries["calls"] < found.queries["calls"] <= -(-sum(asked[::2]) // 7) + 40
    wire.sizes.clear()
    audit(found, 200, seed=0)
    assert max(wire.sizes) <= 7


def test_dice_and_tables_keep_the_size_of_a_call():
    """Without memory as well, and for the other question of a table and held-out rows."""
    wire = Wire()
    find_anchor(toy_sampler(), agreement(wire, [SENTENCE]), seed=0, deterministic=False, max_rows_per_call=11)
    assert max(wire.sizes) == 11
    X, sizes = np.random.default_rng(0).normal(size=(400, 3)), []
    model = lambda rows: (sizes.append(len(rows)), (rows[:, 0] > 0) * 1)[1]
    explainer = TableExplainer(model, seed=0).fit(X, holdout=0.2)
    sizes.clear()
    found = explainer.explain(X[0], max_rows_per_call=9)
    assert max(sizes) == 9 and len(found.measured) == 2 and found.unseen


def test_the_other_question_is_small_unless_asked_for():
    """A tenth of what was asked and 100 rows at most; a number of rows given by a user wins."""
    X = np.random.default_rng(0).normal(size=(2000, 3))
    explainer = TableExplainer(lambda rows: (rows[:, 0] > 0) * 1, seed=0).fit(X)
    rows = {n: explainer.explain(X[0], max_queries=n).measured.get("observe", (0, 0))[1] for n in (800, 20_000)}
    found = explainer.explain(X[0], max_queries=800)
    assert 0 < rows[800] <= found.queries["rows"] // 10 and rows[20_000] == 100
    assert explainer.explain(X[0], count_rows=300).measured["observe"][1] == 300


# ---- seconds --------------------------------------------------------------------------------


class Clock:
    """A clock that only the model moves."""

    def __init__(self, monkeypatch, per_row, per_call=0.0):
        self.now, self.per_row, self.per_call, self.largest = 0.0, per_row, per_call, 0.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)

    def tick(self, n):
        took = self.per_call + n * self.per_row
        self.now, self.largest = self.now + took, max(self.largest, took)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("per_row, per_call", [(0.002, 0), (0.02, 0), (0.0005, 0.01)])
def test_the_clock_is_kept(search, per_row, per_call, monkeypatch):
    """An explanation ends within one call of its limit, and no call takes longer than a fifth of it."""
    for limit in (0.5, 2):
        clock = Clock(monkeypatch, per_row, per_call)
        wire = Wire(tick=clock.tick)
        Toy(wire, seed=0).explain(SENTENCE, few=search == "exact", search=search, max_seconds=limit)
        assert clock.now <= limit + clock.largest + 2 * (per_row + per_call) and clock.largest <= limit / 5


def test_the_last_tenth_is_for_a_test(monkeypatch):
    """The selection ends after nine tenths, in the middle of an `ask`; then the closest rule is tested."""
    clock = Clock(monkeypatch, 0.001)
    from grokking_anchors import search as module

    began, ended, last = [], [], module.last_chance

    def chance(*arguments, **options):
        began.append(clock.now)
        last(*arguments, **options)
        ended.append(clock.now)

    monkeypatch.setattr(module, "last_chance", chance)
    agrees, sampler = agreement(Wire(tick=clock.tick), [SENTENCE]), toy_sampler()
    hard = dict(seed=0, deterministic=False, search="beam", tau=0.01, threshold=0.99, max_pulls=10)
    found = find_anchor(sampler, agrees, max_seconds=4, **hard)
    assert 3.6 <= began[0] <= 3.6 + clock.largest and began[0] < ended[0] <= 4 + clock.largest
    assert found.tested and "max_seconds" in found.reason


# ---- failures -------------------------------------------------------------------------------

ERRORS = [ConnectionError("gone"), KeyboardInterrupt(), ValueError("bad gateway")]


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_carries_what_was_found(search, error):
    """At any call: the very same error comes out, with an explanation whose reason names it; or it is returned."""
    few, whole = search == "exact", Wire()
    asked = dict(few=few, search=search, max_rows_per_call=5 if few else 60)
    Toy(whole, seed=0).explain(SENTENCE, **asked)
    for at in range(3, len(whole.sizes) + 1, max(1, len(whole.sizes) // 6)):
        wire = Wire([at], error)
        with pytest.raises(type(error)) as caught:
            Toy(wire, seed=0).explain(SENTENCE, **asked)
        assert caught.value is error and len(wire.sizes) == at  # nobody asks after a failure
        found = error.explanation
        told = "Ctrl-C" if isinstance(error, KeyboardInterrupt) else f"{type(error).__name__}: {error}"
        assert isinstance(found, Explanation) and told in found.reason
        assert found.certified or found.outcome in ("interrupted", "exhausted")
        again = Toy(Wire([at], error), seed=0).explain(SENTENCE, on_error="return", **asked)
        cost = dict(queries=None, meta=None)
        assert again.to_dict() | cost == found.to_dict() | cost


def test_what_was_certified_stands():
    """A rule that was certified before the failure is an anchor, and its promise is told."""
    whole = Wire()
    Toy(whole, seed=0).explain(SENTENCE, search="beam")
    found = Toy(Wire([len(whole.sizes)], OSError("gone")), seed=0).explain(SENTENCE, search="beam", on_error="return")
    assert found.certified and found.words == ["best", "is"]
    assert found.reason.startswith("precision exceeds") and "OSError: gone" in found.reason


def test_ctrl_c_between_two_calls_loses_nothing():
    """Pressed while samples are drawn, and not while the model answers: it carries the explanation all the same."""

    class Pressed(WordSwaps):
        def draw(self, rules, rng):
            if len(wire.sizes) == 3 and not pressed:
                pressed.append(1)
                raise KeyboardInterrupt
            return super().draw(rules, rng)

    pressed, sampler, wire = [], Pressed("Python is the best".split(), [["Java"], ["was"], ["a"], ["worst"]]), Wire()
    agrees = agreement(wire, [SENTENCE])
    with pytest.raises(KeyboardInterrupt) as caught:
        explain(sampler, agrees, SENTENCE, seed=0, search="beam")
    found = caught.value.explanation
    assert found.outcome == "interrupted" and found.reason.startswith("Ctrl-C ended the search")
    assert len(wire.sizes) == 3 and pressed


def test_nothing_known_is_no_explanation():
    """If the first call of a search fails, the error comes plain, whatever was asked for."""
    for on_error in ("raise", "return"):
        error = ConnectionError("gone")
        with pytest.raises(ConnectionError) as caught:
            Toy(Wire([2], error), seed=0).explain(SENTENCE, on_error=on_error)
        assert caught.value is error and not hasattr(error, "explanation")


def test_an_error_that_takes_no_notes_is_raised_all_the_same():
    """An exception that forbids attributes comes out as it is."""

    class Strict(Exception):
        def __setattr__(self, name, value):
            if not name.startswith("__"):
                raise AttributeError(name)
            super().__setattr__(name, value)

    with pytest.raises(Strict):
        Toy(Wire([3], Strict("x")), seed=0).explain(SENTENCE, max_rows_per_call=50)


def test_our_own_errors_are_raised_plainly():
    """A model that rolls dice, or says NaN, cannot be believed: nothing is returned, nothing is kept."""
    rng = np.random.default_rng(0)
    dice = lambda texts: np.where([text == SENTENCE for text in texts], 1, rng.random(len(texts)) < 0.6)
    calls = []
    nan = lambda texts: (calls.append(1), np.full(len(texts), np.nan if len(calls) > 3 else 1.0))[1]
    for model, told in ((dice, "rolls dice"), (nan, "NaN")):
        explainer = Toy(model, seed=0)
        with pytest.raises(ValueError, match=told) as caught:
            explainer.explain(SENTENCE, on_error="return", max_rows_per_call=50, search="beam")
        assert not hasattr(caught.value, "explanation") and explainer not in KEPT


def test_find_anchor_carries_its_result():
    """Who asks without an explainer finds the result of the search on the error."""
    wire = Wire()
    agrees = agreement(wire, [SENTENCE])
    wire.fail_at, wire.error = [4], OSError("gone")
    with pytest.raises(OSError) as caught:
        find_anchor(toy_sampler(), agrees, seed=0, max_rows_per_call=50)
    assert caught.value.result.outcome == "interrupted" and caught.value.result.queries["calls"] == 2
    with pytest.raises(ValueError, match="on_error must be one of 'raise', 'return', came: 'stop'"):
        find_anchor(toy_sampler(), agrees, on_error="stop")
    with pytest.raises(ValueError, match="max_rows_per_call must be above 0"):
        find_anchor(toy_sampler(), agrees, max_rows_per_call=0)


# ---- nothing asked is lost ------------------------------------------------------------------


@pytest.mark.parametrize("search", SEARCHES)
def test_the_next_explanation_goes_on(search):
    """After failures the same question asks no sentence twice that was answered, and gives the same explanation."""
    few, whole = search == "exact", Wire()
    asked = dict(few=few, search=search, max_rows_per_call=5 if few else 40)
    smooth = Toy(whole, seed=0).explain(SENTENCE, **asked)
    wire = Wire([4, 7], OSError("gone"))
    explainer = Toy(wire, seed=0)
    for _ in range(2):
        with pytest.raises(OSError):
            explainer.explain(SENTENCE, **asked)
    before, wire.texts = set(wire.texts), []
    found = explainer.explain(SENTENCE, **asked)
    assert before and before.isdisjoint(wire.texts) and facts(found) == facts(smooth)
    assert found.queries["distinct"] == len(set(wire.texts)) and explainer not in KEPT


def test_a_failure_in_between_loses_nothing():
    """Fails, fails again at once with another seed, then goes on: what the first was told is not asked again."""
    wire = Wire([8, 9], OSError("gone"))
    explainer = Toy(wire, seed=0)
    for seed in (0, 1):
        with pytest.raises(OSError):
            explainer.explain(SENTENCE, seed=seed, max_rows_per_call=40, search="beam")
    before, wire.texts = set(wire.texts), []
    explainer.explain(SENTENCE, max_rows_per_call=40, search="beam")
    assert len(before) > 150 and before.isdisjoint(wire.texts)


def test_what_was_remembered_is_not_counted_as_asked():
    """Of a long sentence, which no sample is like: distinct rows are those that the model sees in this call."""

    class Long(Explainer):
        def sampler(self, text):
            return WordSwaps(text.split(), [["x"]] * 30)

    def model(texts):
        sizes.append(texts)
        if len(sizes) == 5:
            raise OSError("gone")
        return ["w0 " in text for text in texts]

    sizes, text, explainer = [], " ".join(f"w{i}" for i in range(30)), Long(model, seed=0)
    with pytest.raises(OSError):
        explainer.explain(text, search="beam", max_rows_per_call=200)
    sizes[:] = [[]] * 5
    found = explainer.explain(text, search="beam", max_rows_per_call=200)
    assert found.queries["distinct"] == len(set(sum(sizes, []))) > 0 and text not in sum(sizes, [])


def test_answers_are_forgotten_when_the_question_changes():
    """Another instance, model, target or sampler starts anew; so does a copy, and a pickle."""

    def broken():
        wire = Wire([5], OSError("gone"))
        explainer = Toy(wire, seed=0)
        with pytest.raises(OSError):
            explainer.explain(SENTENCE, max_rows_per_call=40, search="beam")
        assert len(KEPT[explainer][2]) >= 40
        return explainer, wire

    def rows(explainer, wire, **asked):
        wire.texts = []
        explainer.explain(SENTENCE, max_rows_per_call=40, search="beam", **asked)
        return len(wire.texts)

    explainer, wire = broken()
    all_rows = rows(copy(explainer), wire)
    assert rows(explainer, wire) < all_rows == rows(explainer, wire)  # once, then it is forgotten
    explainer, wire = broken()
    explainer.predictor = other = Wire()
    assert rows(explainer, other) == all_rows
    explainer, wire = broken()
    assert rows(explainer, wire, target=["positive", "unheard of"]) == all_rows
    explainer, wire = broken()
    explainer.explain(SENTENCE, few=True)
    assert explainer not in KEPT and rows(explainer, wire) == all_rows
    explainer, wire = broken()
    assert pickle.dumps(explainer.__getstate__()) and b"KEPT" not in pickle.dumps(explainer.__getstate__()["seed"])
    wire = Wire([5], OSError("gone"))
    explainer = Toy(wire, seed=0)
    with pytest.raises(OSError):
        explainer.explain(SENTENCE, max_rows_per_call=40, search="beam", deterministic=False)
    assert explainer not in KEPT


def test_the_bar_tells_the_best_rule(monkeypatch):
    """Rows, the best rule so far with its coverage, cut to a readable length, and the seconds left."""
    from grokking_anchors import search as module

    told, rows = [], []

    class Bar(module.tqdm):
        def set_postfix_str(self, text, refresh):
            told.append(text)

        def update(self, n):
            rows.append(n)

    monkeypatch.setattr(module, "tqdm", Bar)
    agrees = agreement(toy_model, [SENTENCE])
    found = explain(toy_sampler(), agrees, SENTENCE, seed=0, search="beam", max_seconds=9e9)
    assert told[0].startswith("no anchor yet, ") and told[0].endswith(" s left")
    assert any(text.startswith("best: is AND best, coverage 0.25, ") for text in told)
    assert found.words == ["best", "is"] and sum(rows) == found.queries["rows"]
    told.clear()
    long = WordSwaps(["w" * 30, "v" * 30, "good"], [["a"], ["b"], ["c"]])
    explain(long, lambda texts: np.array(["w" in t and "v" in t for t in texts]), seed=0, search="beam")
    assert told[-1] == f"best: {'w' * 30} AND {'v' * 5}, coverage 0.25"
    best = SimpleNamespace(rule=np.zeros(4, bool), coverage=1.0)
    queries = SimpleNamespace(sampler=toy_sampler(), end=np.inf)
    module.shown(Bar(disable=True), SimpleNamespace(queries=queries, best=best), 1)
    assert told[-1] == "best: (empty), coverage 1"
