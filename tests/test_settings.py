"""Every setting, for every strategy and kind: read with an effect that is seen here, or refused by name."""

import time
from dataclasses import fields

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, Explainer, Settings, agreement, find_anchor
from grokking_anchors.explanation import Explanation
from grokking_anchors.sampling import IndependentSampler, toy_model, toy_sampler
from grokking_anchors.search import STRATEGIES

# ---- kinds: each has an instance whose anchor needs several predicates ----------------------


class Bits(IndependentSampler):
    """Seven bits, of which coverage is counted on samples: no formula is told."""

    def __init__(self):
        super().__init__([f"bit {i} is on" for i in range(7)])

    def render(self, choices):
        return choices.copy()

    def coverage(self, rules):
        return None


class BitsExplainer(Explainer[Explanation]):
    """A kind of one's own."""

    def sampler(self, instance):
        return Bits()


def bits():
    """Two of the first three bits, and one of the others now and then."""
    votes = lambda rows: np.asarray(rows)[:, :3].sum(axis=1) + 0.3 * np.asarray(rows)[:, 3:].sum(axis=1)
    return BitsExplainer(lambda rows: (votes(rows) > 1.7).astype(int)), np.ones(7)


def text():
    """Eight words; four of them vote."""
    sentence = "good film with fine cast and nice end"
    weights = dict(good=3, fine=2, nice=2, film=1, cast=1, end=1)
    value = lambda t: sum(weights.get(word, 0) for word in t.split())
    return AnchorText(lambda texts: np.array([value(t) > 5 for t in texts]).astype(int)), sentence


def rows(load=load_wine, cuts=(25, 50, 75), which=0):
    """A bottle of wine, thirteen measurements."""
    data = load()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    return AnchorTabular(model).fit(data.data, disc_perc=cuts), data.data[which]


def bottles():
    """The same, each measurement cut once: few enough predicates to look at every rule."""
    return rows(cuts=(50,))


def tumours():
    """A tumour, thirty measurements: the surrogate has many proposals to choose among."""
    return rows(load_breast_cancer, which=100)


def picture():
    """Nine squares; the bright ones vote."""
    image = np.arange(36, dtype=float).reshape(6, 6) * 6 + 30
    squares = lambda image: np.arange(6)[:, None] // 2 * 3 + np.arange(6) // 2
    model = lambda pictures: (np.asarray(pictures).sum(axis=(1, 2)) > 2900).astype(int)
    return AnchorImage(model, (6, 6), segmentation_fn=squares, hide_with=0), image


KINDS = {"bits": (bits, {}), "text": (text, {}), "perturbed rows": (rows, {}),
         "observed rows": (bottles, dict(distribution="observe")), "picture": (picture, {})}  # fmt: skip
MADE = {name: make() for name, (make, _) in KINDS.items()} | {"tumours": tumours()}
ASKED = {name: asked for name, (_, asked) in KINDS.items()}
BASE = dict(seed=0, threshold=0.9, coverage_samples=2000)
RUNS = {}


def run(kind, search, **options):
    """An explanation; the same one is made once."""
    key = kind, search, tuple(sorted((name, str(value)) for name, value in options.items()))
    if key not in RUNS:
        explainer, instance = MADE[kind]
        RUNS[key] = explainer.explain(instance, search=search, **ASKED.get(kind, {}) | BASE | options)
    return RUNS[key]


def numbers(e):
    """What an explanation cost and says, without times."""
    cost = {name: value for name, value in e.queries.items() if name != "seconds"}
    return cost, e.rule.tolist(), e.precision, e.coverage


# ---- what a setting does --------------------------------------------------------------------

SAMPLED = ("beam", "surrogate")  # strategies that draw samples; the exact one asks about everything
CANNOT = [(kind, "exact") for kind in ("perturbed rows",)]  # its inputs cannot be listed
CASES = [(kind, search) for kind in KINDS for search in STRATEGIES if (kind, search) not in CANNOT]


def some(values):
    """Did any kind show the effect? For settings that one kind may answer from its first samples."""
    return any(values)


@pytest.mark.parametrize("kind, search", CASES)
def test_budgets_bind(kind, search):
    """max_queries, max_seconds, max_pulls, max_anchor_size and batch_size, in every strategy."""
    whole = run(kind, search)
    assert whole.certified and whole.queries["rows"] > 60, "the instance must be worth looking at"
    few = run(kind, search, max_queries=60)
    assert few.queries["rows"] <= 60 and few.outcome in ("budget", "certified")
    late = run(kind, search, max_seconds=1e-9)
    assert late.outcome == "budget" and late.queries["calls"] == 0 and "max_seconds" in late.reason
    for size in (1, 2):
        short = run(kind, search, max_anchor_size=size)
        assert short.rule.sum() <= size and short.meta["params"]["max_anchor_size"] == size
    assert run(kind, search, max_anchor_size=1, threshold=0.6).rule.sum() <= 1
    small = run(kind, search, batch_size=10)
    assert search == "exact" or small.queries["rows"] != whole.queries["rows"]
    assert search != "exact" or numbers(small)[1:] == numbers(whole)[1:]


@pytest.mark.parametrize("kind, search", CASES)
def test_no_test_draws_more_than_max_pulls(kind, search, monkeypatch):
    """A test that may draw 90 samples certifies nothing at .99, and none draws more; the exact search tests nothing."""
    from grokking_anchors import explanation
    from grokking_anchors import search as module

    seen = []
    look = module.searched

    def spy(*arguments, **options):
        seen.append(look(*arguments, **options))
        return seen[-1]

    monkeypatch.setattr(explanation, "searched", spy)
    explainer, instance = MADE[kind]
    explainer.explain(instance, search=search, **ASKED.get(kind, {}) | BASE | dict(max_pulls=90, threshold=0.99))
    tests = [test for test in seen[0].tested if test.certificate.delta]
    assert (search == "exact") == (not tests)
    assert all(test.certificate.pulls <= 90 and test.certificate.verdict != "certified" for test in tests)


@pytest.mark.parametrize("kind, search", [case for case in CASES if case[1] in SAMPLED])
def test_what_samples_are_for(kind, search):
    """min_samples_start, deterministic, n_covered_ex and seed are read by strategies that sample."""
    base = run(kind, search)
    assert run(kind, search, min_samples_start=40).queries["rows"] != base.queries["rows"]
    dice = run(kind, search, deterministic=False)
    assert dice.queries["distinct"] == dice.queries["rows"] > base.queries["distinct"] > 0
    kept = [len(part[key]) for part in run(kind, search, n_covered_ex=2).parts for key in ("kept", "lost")]
    assert max(kept) == 2 and max(len(part["kept"]) for part in base.parts) > 2
    again = MADE[kind][0].explain(MADE[kind][1], search=search, **ASKED.get(kind, {}) | BASE)
    assert numbers(again) == numbers(base)
    assert any(numbers(run(kind, search, seed=seed)) != numbers(base) for seed in (1, 2, 3))


@pytest.mark.parametrize("search", SAMPLED)
def test_a_smaller_delta_asks_more(search):
    """On the whole; and where the rule is the same, its interval begins no higher."""
    kinds = [kind for kind in KINDS if (kind, search) != ("perturbed rows", "beam")]  # it asks ten times as much
    usual, surer = ([run(kind, search, delta=delta) for kind in kinds] for delta in (0.1, 1e-4))
    assert sum(e.queries["rows"] for e in surer) > 1.1 * sum(e.queries["rows"] for e in usual)
    for few, many in zip(usual, surer):
        assert many.precision_interval[0] > 0.9 and many.certified and few.certified
        assert "in at most a share 0.0001 of explanations" in many.reason


@pytest.mark.parametrize("search", SAMPLED)
def test_what_selection_is_for(search):
    """tau, rate, bandit, beam_size, stop_on_first: seen for at least one kind, and never refused."""
    changed = {name: [] for name in ("tau", "rate", "beam_size", "stop_on_first")}
    for kind in [*KINDS, "tumours"] if search == "surrogate" else KINDS:
        first = dict(beam_size=2) if search == "surrogate" else {}  # so that there is something to choose
        base = run(kind, search, **first)
        for name, value in dict(tau=0.001, rate="theory", beam_size=3, stop_on_first=True).items():
            other = run(kind, search, **first | {name: value})
            changed[name].append(numbers(other) != numbers(base))
            assert name != "stop_on_first" or other.queries["rows"] <= base.queries["rows"]
    assert {name: some(values) for name, values in changed.items()} == dict.fromkeys(changed, True)


def toy(model=toy_model):
    """The talk's sampler, and what a model says of its sentence."""
    sampler = toy_sampler()
    return sampler, agreement(model, sampler.render(sampler.original()))


@pytest.mark.parametrize("search", STRATEGIES)
def test_a_call_keeps_to_a_hundred_batches_and_to_the_clock(search):
    """No call holds more; a slow model is asked in small calls when there is a limit of time."""
    sizes = []

    def slow(texts):
        sizes.append(len(texts))
        time.sleep(len(texts) * 5e-4)
        return toy_model(texts)

    sampler, agrees = toy(slow)
    find_anchor(sampler, agrees, seed=0, search=search, batch_size=2)
    assert max(sizes) <= 201  # the instance is asked beside them
    sizes.clear()
    found = find_anchor(sampler, agrees, seed=0, search=search, max_seconds=0.3, threshold=0.99)
    assert max(sizes) < 601 and sum(sizes) < 1200  # 2,000 rows would fit in a second
    assert found.outcome != "budget" or "max_seconds=0.3" in found.reason


@pytest.mark.parametrize("search", SAMPLED)
def test_no_setting_takes_the_memory(search):
    """What does not fit in the budget is not built."""
    sampler, agrees = toy()

    def greedy(pull, arms, n_top, **options):
        yield arms.best(n_top), arms.asked(pull, np.full(len(arms.hits), 10**10))

    for options in (dict(min_samples_start=10**9), dict(batch_size=10**9), dict(bandit=greedy)):
        assert find_anchor(sampler, agrees, seed=0, search=search, **options).queries["rows"] < 200_000
    for most in (50, 300, 1000):
        assert find_anchor(sampler, agrees, seed=0, search=search, max_queries=most).queries["rows"] > most / 4


IDLE = {"asks nobody": lambda arms, pull: arms, "asks for nothing": lambda arms, pull: arms.asked(pull, arms.hits * 0)}


@pytest.mark.parametrize("search", SAMPLED)
@pytest.mark.parametrize("idle", IDLE)
def test_an_idle_bandit_ends(idle, search):
    """Also where its rounds are not counted."""

    def forever(pull, arms, n_top, **options):
        while True:
            arms = IDLE[idle](arms, lambda counts: pull(counts.astype(int)))
            yield arms.best(n_top), arms

    sampler, agrees = toy()
    assert find_anchor(sampler, agrees, seed=0, search=search, bandit=forever, rate="theory").rule.any()


@pytest.mark.parametrize("search", SAMPLED)
@pytest.mark.parametrize("choice", [[-1], [0, 0], [], range(9), ["a"], [10**6], [0.5], [True], 3, None])
def test_nonsense_of_a_bandit_is_told(choice, search):
    """Whatever it hands out as its choice; and what is no tuple, or no generator."""
    sampler, agrees = toy()
    told = lambda pull, arms, n_top, **options: iter([(choice, arms)])
    for bandit in (told, lambda *given, **options: iter([choice]), lambda *given, **options: 3):
        with pytest.raises(TypeError, match="bandit must hand out tuples that begin with its choice, 1 to"):
            find_anchor(sampler, agrees, seed=0, search=search, bandit=bandit)


def test_counts_are_ours():
    """A bandit that invents hits changes nothing but its choice."""
    sampler, agrees = toy()
    honest = lambda pull, arms, n, **o: iter([(arms.best(n), arms)])
    liar = lambda pull, arms, n, **o: iter([(arms.best(n), arms._replace(hits=arms.pulls + 50))])
    options = dict(seed=0, search="beam", max_anchor_size=1, max_queries=520)
    told, invented = (find_anchor(sampler, agrees, bandit=one, **options) for one in (honest, liar))
    assert told.rule.tolist() == invented.rule.tolist() and told.precision == invented.precision


@pytest.mark.parametrize("kind, search", [case for case in CASES if case[1] in SAMPLED])
def test_a_bandit_of_ones_own_is_asked(kind, search):
    """It is given a way to pull, the arms and how many to choose; what it chooses is used."""
    calls = []

    def none(pull, arms, n_top, **options):
        calls.append((len(arms.hits), n_top, sorted(options)))
        yield arms.best(n_top), arms

    explainer, instance = MADE[kind]
    explainer.explain(instance, search=search, bandit=none, **ASKED.get(kind, {}) | BASE)
    assert calls and all(options == ["batch_size", "rate", "tau"] for _, _, options in calls)


def test_short_makes_rules_short():
    """Nearly all coverage may go: never longer, and shorter somewhere."""
    lengths = []
    for kind in KINDS:
        taxed, free = (run(kind, "surrogate", threshold=0.95, short=share) for share in (0.99, 0.0))
        assert taxed.certified
        lengths.append(int(taxed.rule.sum()) - int(free.rule.sum()))
    assert max(lengths) <= 0 and sum(lengths) < 0


def test_coverage_samples_count():
    """More of them, a narrower interval, where coverage is counted; none is needed where a formula knows it."""
    few, many = (run("bits", "beam", coverage_samples=n).coverage_interval for n in (100, 20_000))
    assert few[1] - few[0] > 5 * (many[1] - many[0]) > 0
    assert run("picture", "beam").coverage_interval[0] == run("picture", "beam").coverage_interval[1]


@pytest.mark.parametrize("kind", [kind for kind, search in CASES if search == "exact"])
def test_examples_of_the_exact_search(kind):
    """As many as were asked for."""
    one, some = (run(kind, "exact", n_covered_ex=n).raw["examples"][-1] for n in (1, 3))
    assert len(one["covered_true"]) == 1 and len(some["covered_true"]) == 3


def test_progress_is_shown(capsys):
    """On stderr, and only when asked for."""
    explainer, instance = MADE["text"]
    explainer.explain(instance, search="beam", seed=0)
    assert capsys.readouterr().err == ""
    explainer.explain(instance, search="beam", seed=0, progress=True)
    assert "rows" in capsys.readouterr().err


# ---- refused, by name -----------------------------------------------------------------------

VALUES = dict(tau=0.3, rate="theory", bandit=lambda pull, arms, n_top, **options: iter(()), beam_size=2,
              min_samples_start=300, stride=0.5, deterministic=False, independent="call")  # fmt: skip
WITH = dict(independent=dict(deterministic=False))  # what else must be given
HONOURED = {"threshold", "delta", "batch_size", "coverage_samples", "stop_on_first", "max_anchor_size",
            "n_covered_ex", "max_queries", "max_seconds", "max_rows_per_call", "on_error",
            "max_pulls", "seed", "progress", "search", "short"}  # fmt: skip


def test_the_table_is_complete():
    """Each setting is read by all strategies, or some strategy says that it reads it."""
    some_read = set().union(*(strategy.reads for strategy in STRATEGIES.values()))
    assert some_read == set(VALUES) and HONOURED | some_read == {field.name for field in fields(Settings)}


@pytest.mark.parametrize("kind, search", CASES)
@pytest.mark.parametrize("name", VALUES)
def test_read_or_refused(kind, search, name):
    """Asked for by name, a strategy takes each setting that it reads, and refuses each other by name."""
    explainer, instance = MADE[kind]
    options = ASKED.get(kind, {}) | BASE | {name: VALUES[name]} | WITH.get(name, {})
    if name in STRATEGIES[search].reads:
        assert explainer.explain(instance, search=search, **options).meta["search"]["used"] == search
    else:
        with pytest.raises(TypeError, match=f"search='{search}' does not read ({name}|deterministic)"):
            explainer.explain(instance, search=search, **options)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [[name] for name in VALUES] + [["tau", "stride"], ["rate", "beam_size"]])
def test_auto_reads_all_that_was_passed(kind, names):
    """It never refuses, and says what it chose and why."""
    explainer, instance = MADE[kind]
    found = explainer.explain(instance, **ASKED.get(kind, {}) | BASE | {name: VALUES[name] for name in names}
                              | WITH.get(names[0], {}))
    used = found.meta["search"]
    assert set(names) <= STRATEGIES[used["used"]].reads and len(used["why"]) > 10


@pytest.mark.parametrize("kind", KINDS)
def test_published_order(kind):
    """instance, threshold, delta, tau, by position, for every kind; tau has a tested meaning or chooses the search."""
    explainer, instance = MADE[kind]
    found = explainer.explain(instance, 0.9, 0.2, 0.1, seed=0, **ASKED[kind])
    params = found.meta["params"]
    assert (params["threshold"], params["delta"], params["tau"]) == (0.9, 0.2, 0.1)
    assert "tau" in STRATEGIES[found.meta["search"]["used"]].reads


def test_what_auto_chooses():
    """Every input where they are few; the surrogate where samples cannot be shared; else the beam."""
    used = {kind: run(kind, "auto").meta["search"]["used"] for kind in KINDS}
    assert used == {"bits": "exact", "text": "exact", "perturbed rows": "surrogate", "observed rows": "exact",
                    "picture": "exact"}  # fmt: skip
    assert run("text", "auto", tau=0.1).meta["search"]["used"] == "beam"
    assert run("text", "auto", max_queries=100).meta["search"]["used"] == "beam"
    assert run("text", "auto", short=0.1).meta["search"]["used"] == "exact"


def test_coverage_samples_are_bounded():
    """A million at most: more would fill the memory before anything is asked."""
    assert Settings(coverage_samples=1_000_000).coverage_samples == 1_000_000
    with pytest.raises(ValueError, match="coverage_samples must be between 0 and 1e\\+06, came: 1000000000"):
        Settings(coverage_samples=10**9)
