"""The search against exact truth: the promise, coverage, budgets, seeds. Problems come from bench/problems.py."""

import re
import sys
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import integrate, stats

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
import problems  # noqa: E402

from grokking_anchors import certify as certify_module  # noqa: E402
from grokking_anchors import search  # noqa: E402
from grokking_anchors.asking import agreement  # noqa: E402
from grokking_anchors.bandit import Arms, bernoulli_kl, kl_lucb, upper_bound  # noqa: E402
from grokking_anchors.beam_search import Candidates  # noqa: E402
from grokking_anchors.certify import Looks, belief_of, certify, log_e_value, precision_interval, promising  # noqa: E402
from grokking_anchors.encoding import all_rules  # noqa: E402
from grokking_anchors.sampling import IndependentSampler, Sampler, toy_model, toy_sampler  # noqa: E402
from grokking_anchors.search import find_anchor  # noqa: E402
from grokking_anchors.settings import Settings  # noqa: E402

SENTENCE = "Python is the best programming language."


@pytest.fixture(scope="module")
def found():
    """Problems of all families with what the search made of them, at threshold .95 and delta .05."""
    cases = []
    for family in problems.FAMILIES:
        for seed in range(40):
            world = problems.problem(family, 1000 + seed)
            cases.append((world, find_anchor(world, world.agrees, delta=0.05, seed=seed)))
    return cases


def broken(world, result):
    """Is the claim false?"""
    return result.certified and world.truth(result.rule)[0] < 0.95


def test_promise(found):
    """Broken promises of 320 claims: with a true share of delta = .05, more than 28 come once in 1,000 runs."""
    limit = stats.binom.ppf(0.999, len(found), 0.05)
    assert sum(broken(*case) for case in found) <= limit


def test_promise_in_the_trap():
    """Where every short rule lies just below the threshold; 4 or more of 20 come once in 60 runs at .05."""
    cases = [problems.problem(problems.trap, seed, 12) for seed in range(20)]
    assert sum(broken(world, find_anchor(world, world.agrees, delta=0.05, seed=1)) for world in cases) <= 3


def test_interval_holds_the_truth(found):
    """Each end is wrong in at most delta / 2 of the cases (the first test's share)."""
    lows = [result.precision_interval[0] > world.truth(result.rule)[0] + 1e-12 for world, result in found]
    highs = [result.precision_interval[1] < world.truth(result.rule)[0] - 1e-12 for world, result in found]
    assert max(sum(lows), sum(highs)) <= stats.binom.ppf(0.999, len(found), 0.05)


def test_coverage_and_cost(found):
    """Reference .92 of the best possible with about 5 calls and 3,100 rows; standard errors .013, .3 and 200."""
    reach = [
        result.certified * (not broken(world, result)) * world.truth(result.rule)[1] / world.best_coverage(0.95)
        for world, result in found
    ]
    assert np.mean(reach) > 0.87
    assert np.mean([result.queries["calls"] for _, result in found]) < 10
    assert np.mean([result.queries["rows"] for _, result in found]) < 5000
    assert all(result.queries["distinct"] <= result.queries["rows"] for _, result in found)


def test_coverage_is_counted_right(found):
    """The interval (95 %) holds the exact coverage in at least 90 % of the cases."""
    inside = [
        low - 1e-12 <= world.truth(r.rule)[1] <= high + 1e-12
        for world, r in found
        for low, high in [r.coverage_interval]
    ]
    assert np.mean(inside) > 0.90


@pytest.mark.parametrize("family", problems.FAMILIES, ids=lambda f: f.__name__)
def test_exact_search_is_the_oracle(family):
    """Enumeration returns the best rule of the truth table."""
    world = problems.problem(family, 7, 8)
    held = all_rules(8)
    world.enumerate = lambda: (held, held, np.where(held, world.keep, 1 - world.keep).prod(axis=1))
    result = find_anchor(world, world.agrees, search="exact")
    assert result.certified and result.precision == pytest.approx(world.truth(result.rule)[0])
    assert result.coverage == pytest.approx(world.best_coverage(0.95 - 1e-12))
    assert result.queries["distinct"] == 256 and result.precision_interval == (result.precision, result.precision)


def test_threshold_one_needs_every_input():
    """1 is allowed where everything is asked, and an error elsewhere."""
    agrees = agreement(toy_model, [SENTENCE])
    for name in ("exact", "auto"):
        found = find_anchor(toy_sampler(), agrees, threshold=1, search=name)
        assert found.coverage == 0.25 and found.search == "exact" and found.queries["distinct"] == 4096
    with pytest.raises(ValueError, match="search='exact'"):
        find_anchor(toy_sampler(), agrees, threshold=1, search="beam")
    with pytest.raises(TypeError, match="search='exact' does not read tau"):
        find_anchor(toy_sampler(), agrees, threshold=1, tau=0.3)


@pytest.mark.parametrize("options, told", [({}, "exceed 0.95"), (dict(threshold=1), "reach 1")])
def test_no_anchor_says_what_was_not_shown(options, told):
    """An anchor exceeds its threshold; only of a threshold of 1, which nothing exceeds, it reads otherwise."""
    found = find_anchor(toy_sampler(), agreement(toy_model, [SENTENCE]), max_anchor_size=1, seed=0, **options)
    assert found.outcome == "exhausted" and f"is shown to {told} under" in found.reason


@pytest.mark.parametrize(
    "hits, pulls, threshold",
    [(88, 88, 0.95), (0, 50, 0.95), (12.5, 20, 0.6), (900, 1000, 0.95), (0, 3000, 0.9), (5, 400, 0.5)],
)
@pytest.mark.parametrize("belief", [(1.0, 1.0), (71.0, 3.5), (1.5, 1.0)])
def test_e_value_is_the_integral(hits, pulls, threshold, belief):
    """Against numerical integration, also where the tail of the beta function underflows; for each belief."""
    a, b = belief

    def laid(q):
        return q ** (a - 1) * (1 - q) ** (b - 1)

    def ratio(q):
        return laid(q) * np.exp(hits * np.log(q / threshold) + (pulls - hits) * np.log((1 - q) / (1 - threshold)))

    points = threshold + (1 - threshold) * np.array([1e-4, 1e-3, 1e-2, 0.1, 0.5])
    won, coin = (integrate.quad(f, threshold, 1, points=points, limit=500)[0] for f in (ratio, laid))
    assert log_e_value(hits, pulls, threshold, belief) == pytest.approx(np.log(won / coin), abs=1e-6)


def test_e_value_falls_with_the_threshold():
    """So that the interval ends exactly where certification ends."""
    thresholds = np.linspace(0.01, 0.97, 97)
    for hits, pulls in ((98, 100), (50, 100), (980, 1000)):
        below = thresholds[thresholds < hits / pulls]
        assert (np.diff([log_e_value(hits, pulls, t) for t in below]) < 1e-9).all()
    for hits, pulls in ((300, 305), (88, 88), (500, 519)):
        certified = log_e_value(hits, pulls, 0.95) >= np.log(20)
        assert certified == (precision_interval(hits, pulls, 0.05)[0] >= 0.95)


def test_one_perfect_rule_costs_one_call():
    """At most 120 fresh samples at half of delta .05; after a rehearsal at most 1.2 times what an oracle needs."""
    calls = []
    assert certify(lambda n: calls.append(n) or np.ones(n), 0.95, 0.025).verdict == "certified"
    assert len(calls) == 1 and calls[0] <= 120
    assert certify(lambda n: np.ones(n), 0.95, 0.05, (500, 500)).pulls <= 1.2 * np.log(20) / bernoulli_kl(1, 0.95)


def test_a_lost_test_gives_up_early():
    """At precision .95 no win is in sight: a quarter of the samples it may draw is enough to see it, on the whole."""
    rng = np.random.default_rng(0)
    games = [certify(lambda n: rng.random(n) < 0.95, 0.95, 0.05, (143, 150)) for _ in range(60)]
    assert np.mean([game.pulls for game in games]) < 2500 and {"undecided"} <= {game.verdict for game in games}


def test_a_rehearsal_against_the_rule_is_no_belief():
    """The even split then; half of what speaks for it otherwise, 250 at most."""
    assert belief_of(90, 100, 0.95) == belief_of(0, 0, 0.95) == belief_of(95, 100, 0.95) == (1, 1)
    assert belief_of(99, 100, 0.95) == (50.5, 1.5) and sum(belief_of(4000, 4000, 0.95)) == 252


def test_newton_is_a_bound_everywhere():
    """No step goes past the root, and eight steps reach it."""
    p, level = np.meshgrid(np.linspace(0, 1, 101), np.geomspace(1e-6, 20, 60))
    q = upper_bound(p, level)
    inside = q < 1 - 1e-12
    assert (q >= p).all() and np.allclose(bernoulli_kl(p, q)[inside], level[inside], rtol=1e-5, atol=1e-9)


def test_same_seed_same_answer():
    """And nothing global is touched."""
    world = problems.problem(problems.forest, 3)
    state = np.random.get_state()[1].copy()
    first, again = (find_anchor(world, world.agrees, seed=5) for _ in range(2))
    assert (first.rule == again.rule).all() and first.precision == again.precision
    assert {k: v for k, v in first.queries.items() if k != "seconds"} == {
        k: v for k, v in again.queries.items() if k != "seconds"
    }
    assert (np.random.get_state()[1] == state).all()


def test_selection_leaves_coverage_alone():
    """Independent random streams: another rate of selection, the same coverage of the same rule."""
    sampler, agrees = toy_sampler(), agreement(toy_model, [SENTENCE])
    one, two = (find_anchor(sampler, agrees, seed=2, rate=rate) for rate in ("practical", "theory"))
    assert (one.rule == two.rule).all() and one.coverage == two.coverage


@pytest.mark.parametrize("budget", [1, 2, 10, 300, 700, 2000])
def test_budget_is_kept(budget):
    """Never a row more; what comes back is honest."""
    world = problems.problem(problems.only_full, 1)
    result = find_anchor(world, world.agrees, seed=0, max_queries=budget)
    assert result.queries["rows"] <= budget
    assert result.certified or result.outcome == "budget" and "max_queries" in result.reason


def test_time_budget():
    """A slow model is stopped; nothing is lost, nothing claimed."""
    world = problems.problem(problems.forest, 2)
    result = find_anchor(world, world.agrees, seed=0, max_seconds=1e-9)
    assert result.outcome == "budget" and "max_seconds" in result.reason and result.precision is None


def test_a_model_with_dice_is_asked_anew():
    """deterministic=False: no answer is used twice."""
    world = problems.problem(problems.tree, 1, 6)
    result = find_anchor(world, world.agrees, seed=0, deterministic=False)
    assert result.queries["distinct"] == result.queries["rows"] > 64


def test_model_errors_come_through():
    """The model's own error, unhidden."""

    class Broken(Exception): ...

    def predict(texts):
        raise Broken("out of memory")

    with pytest.raises(Broken, match="out of memory"):
        find_anchor(toy_sampler(), predict)


def test_a_sampler_that_drops_a_held_word_is_told():
    """The seam is checked: held >= rules."""

    class Careless(type(toy_sampler())):
        def draw(self, rules, rng):
            held, choices = super().draw(np.zeros_like(rules), rng)
            return held, choices

    toy = toy_sampler()
    careless = Careless([o[0] for o in toy.options], [o[1:] for o in toy.options])
    with pytest.raises(ValueError, match="held"):
        find_anchor(careless, agreement(toy_model, [SENTENCE]), seed=0)


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(threshold=0), "threshold"),
        (dict(threshold=1.5), "threshold"),
        (dict(threshold=float("nan")), "threshold"),
        (dict(threshold="high"), "threshold"),
        (dict(delta=0), "delta"),
        (dict(delta=1), "delta"),
        (dict(tau=0), "tau"),
        (dict(tau=-1), "tau"),
        (dict(batch_size=0), "batch_size"),
        (dict(batch_size=1.5), "batch_size"),
        (dict(beam_size=0), "beam_size"),
        (dict(coverage_samples=0), "coverage_samples"),
        (dict(max_anchor_size=0), "max_anchor_size"),
        (dict(min_samples_start=0), "min_samples_start"),
        (dict(max_queries=0), "max_queries"),
        (dict(max_seconds=-1), "max_seconds"),
        (dict(seed="x"), "seed"),
        (dict(seed=-1), "seed"),
        (dict(search="all"), "search"),
        (dict(rate="fast"), "rate"),
        (dict(treshold=0.9), "threshold"),
        (dict(nonsense=1), "nonsense"),
        (dict(n_covered_ex=0), "n_covered_ex"),
        (dict(batch_size=True), "batch_size"),
    ],
)
def test_wrong_options_are_named(options, message):
    """An error that names the argument; no endless loop."""
    with pytest.raises((TypeError, ValueError), match=message):
        find_anchor(toy_sampler(), agreement(toy_model, [SENTENCE]), **options)


def test_e_value_never_lies_at_scale():
    """Whatever the numbers: finite, and no evidence where the share lies below the threshold."""
    for threshold in (0.05, 0.5, 0.95, 0.999):
        for pulls in (1, 10, 1000, 10_000, 50_000, 10**6):
            hits = np.floor(np.linspace(0, threshold, 21) * pulls)
            log_e = log_e_value(hits, pulls, threshold)
            assert np.isfinite(log_e).all() and (log_e <= 1e-9).all()


def test_big_batches_end():
    """A batch larger than a call may be, and no limit of rounds: it ends, and claims nothing false."""
    agrees = agreement(lambda texts: np.array(["Python is the" in text for text in texts]), [SENTENCE])
    result = find_anchor(
        toy_sampler(),
        agrees,
        threshold=0.5,
        batch_size=20_000,
        max_anchor_size=1,
        max_queries=10**6,
        rate="theory",
        seed=0,
    )
    assert not result.certified


def test_enumeration_is_not_for_models_with_dice():
    """A model with dice is tested on samples, however few inputs there are; search='exact' refuses it."""
    rng = np.random.default_rng(0)
    world = IndependentSampler(["a", "b", "c"])
    dice = lambda rows: rng.random(len(rows)) < 0.9
    world.render = lambda choices: choices
    claims = [find_anchor(world, dice, deterministic=False, seed=s) for s in range(20)]
    assert {result.search for result in claims} == {"beam"}
    assert sum(result.certified for result in claims) <= 5  # at .1 six or more of 20 come once in 80 runs
    with pytest.raises(TypeError, match="does not read deterministic"):
        find_anchor(world, dice, deterministic=False, search="exact")


def test_a_test_keeps_to_its_pulls():
    """Never more than max_pulls, also in the first batch."""
    assert certify(lambda n: np.ones(n), 0.95, 0.05, looks=Looks(max_pulls=50)).pulls <= 50


def test_small_budgets_still_test():
    """What selection leaves is used for a fair test."""
    result = find_anchor(toy_sampler(), agreement(toy_model, [SENTENCE]), seed=0, max_queries=600)
    assert result.precision_interval is not None


def test_last_round_counts():
    """No pull is thrown away when the rounds run out."""
    pulled = np.zeros(8)

    def pull(counts):
        pulled[:] += counts
        return counts * 0.5, counts

    rounds = kl_lucb(pull, Arms(np.full(8, 5.0), np.full(8, 10), np.zeros(8)), 2, tau=0.01)
    *_, last = islice(rounds, 3)
    assert (last.arms.pulls - 10 == pulled).all() and pulled.sum() > 0


def test_no_rule_is_tested_twice_and_none_that_cannot_win(found):
    """Each rule that is tested is new, and covers more than the best one certified so far."""
    for world, result in found:
        seen, best = set(), -1.0
        for test in result.tested:
            assert test.rule.tobytes() not in seen and test.coverage > best, world
            seen.add(test.rule.tobytes())
            best = test.coverage if test.certificate.verdict == "certified" else best


def levels_of(monkeypatch, **options):
    """For each of 40 problems, how many rules were accepted at each level; and how often something was polished."""
    levels, polished, real = [], [], search.beam_search

    def recorded(*arguments):
        for level in real(*arguments):
            levels[-1].append(len(level.accepted))
            yield level

    monkeypatch.setattr(search, "beam_search", recorded)
    monkeypatch.setattr(search, "polish", lambda *arguments: polished.append(1))
    for seed in range(5):
        for family in problems.FAMILIES:
            levels.append([])
            world = problems.problem(family, 300 + seed)
            find_anchor(world, world.agrees, seed=seed, search="beam", **options)
    return levels, polished


def test_stop_on_first(monkeypatch):
    """The first level that accepts a rule is the last, and nothing is polished; without it the search goes on."""
    levels, polished = levels_of(monkeypatch, stop_on_first=True)
    ended = [found for found in levels if any(found)]
    assert len(ended) > 20 and all(found[-1] > 0 and not any(found[:-1]) for found in ended) and not polished
    levels, polished = levels_of(monkeypatch)
    assert any(found[-1] == 0 for found in levels if any(found)) and len(polished) > 20


def test_polish_gains_coverage(monkeypatch):
    """On 160 problems of the bench more on the whole, as a share of the best possible: .92 against .90."""
    cases = [(problems.problem(family, seed), seed) for family in problems.FAMILIES for seed in range(20)]
    find = lambda: [find_anchor(world, world.agrees, seed=seed, search="beam") for world, seed in cases]
    polished = find()
    monkeypatch.setattr(search, "polish", lambda *arguments: None)
    rough = find()
    share = lambda world, one: world.truth(one.rule)[1] / world.best_coverage(0.95)
    reach = lambda results: sum(share(world, one) for (world, _), one in zip(cases, results) if one.certified)
    assert reach(polished) > 1.01 * reach(rough)


def enumerated(keep, table):
    """A sampler of a few bits, and what the model says of each input, in the order of `all_rules`."""
    sampler = IndependentSampler([str(i) for i in range(len(keep))], np.array(keep))
    sampler.render = lambda choices: choices
    return sampler, lambda rows: np.array(table, float)[rows @ 2 ** np.arange(len(keep))[::-1]]


def test_a_rule_at_the_threshold_reaches_it():
    """Exactly one half is enough for one half: the empty rule."""
    found = find_anchor(*enumerated([0.5, 0.5], [0, 0, 1, 1]), search="exact", threshold=0.5)
    assert found.certified and not found.rule.any() and found.precision == 0.5


def test_ties_of_the_exact_search():
    """Equal coverage: the shorter rule; then the more precise one; then the one of earlier predicates."""
    found = find_anchor(*enumerated([0.25, 0.5, 0.5], [0, 0, 0, 1, 1, 1, 1, 1]), search="exact")
    assert found.rule.tolist() == [True, False, False] and found.coverage == 0.25
    found = find_anchor(*enumerated([0.5, 0.5], [0, 1, 1, 1]), search="exact", threshold=0.9)
    assert found.rule.tolist() == [True, False]
    found = find_anchor(*enumerated([0.5, 0.5, 0.5], [0, 0, 0, 1, 0, 1, 1, 1]), search="exact", threshold=0.7)
    assert found.rule.tolist() == [True, False, False] and found.precision == 0.75


def test_the_beam_is_as_wide_as_asked(monkeypatch):
    """Never wider than `beam_size`, and as wide where there are so many candidates."""
    widths, real = [], search.beam_search

    def recorded(*arguments):
        for level in real(*arguments):
            widths.append(len(level.beam))
            yield level

    monkeypatch.setattr(search, "beam_search", recorded)
    for seed in range(5):
        world = problems.problem(problems.FAMILIES[seed], 700 + seed)
        find_anchor(world, world.agrees, seed=seed, search="beam", beam_size=2)
    assert max(widths) == 2


def test_questions_of_a_test_come_in_growing_batches():
    """Never less than a tenth of a batch, never more than four batches or all that was asked so far."""
    asked, rng = [], np.random.default_rng(0)
    certify(lambda n: asked.append(n) or rng.random(n) < 0.963, 0.95, 0.05, (963, 1000), Looks(50, 90_000))
    before = np.cumsum([0, *asked[:-1]])
    assert len(asked) > 4 and asked[0] <= 200
    assert all(5 <= n <= max(200, sum_) for n, sum_ in zip(asked[:-1], before))


def test_promising_candidates_in_order():
    """The largest coverage first, then fewer predicates, then the more likely; hopeless ones not at all."""
    rules = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], bool)
    coverage, pulls = np.array([0.2, 0.5, 0.5, 0.5, 0.9]), np.full(5, 1000)
    found = promising(Candidates(rules, coverage, np.array([990, 990, 980, 995, 500]), pulls), 0.95)
    assert found.tolist() == [3, 2, 1, 0]


def close_to(p):
    """Three predicates; held together, the model agrees with probability p, by the sample's own number."""

    class Numbered(Sampler):
        predicates, exact_reuse = ["a", "b", "c"], True
        coverage = staticmethod(lambda rules: 0.5 ** rules.sum(axis=1))
        original = staticmethod(lambda: np.array([[1, 1, 1, 0]]))
        render = staticmethod(lambda choices: choices)

        def draw(self, rules, rng):
            held = rules | (rng.random(rules.shape) < 0.5)
            return held, np.column_stack([held, rng.integers(1, 2**31, size=len(rules))])

    def agrees(choices):
        chance = choices[:, 3] * 2654435761 % 2**32 / 2**32
        return (choices[:, 3] == 0) | (choices[:, :3].all(axis=1) & (chance < p))

    return Numbered(), agrees


def test_a_hopeful_game_is_played_on():
    """Just above the threshold 10,000 samples do not decide; a quarter of the budget does, in the same test."""
    sampler, agrees = close_to(0.956)
    found = find_anchor(sampler, agrees, seed=0, search="beam")
    assert found.certified and 10_000 < found.test.certificate.pulls <= 50_000
    first, last = (test for test in found.tested if test.rule.all())
    assert first.certificate.verdict == "undecided" and first.certificate.delta == last.certificate.delta
    assert first.certificate.belief == last.certificate.belief  # a bet is not changed in the middle of a game
    kept, lost = (np.asarray(agrees(sampler.render(rows))) for rows in (found.test.kept, found.test.lost))
    assert kept.all() and len(lost) and not lost.any()
    assert found.queries["rows"] < 25_000
    short = find_anchor(sampler, agrees, seed=0, search="beam", max_pulls=9_999)  # as asked for
    assert short.outcome == "undecided" and "fresh samples agreed; if that stays so, about" in short.reason


def test_the_best_is_the_widest_certified_rule():
    """In whatever order they are filed; what is not certified is none."""
    games = [(0.2, "certified"), (0.5, "certified"), (0.3, "certified"), (0.9, "undecided")]
    books = certify_module.Books(None, None)
    told = [books.file(search.Tested(None, c, search.Certificate(v, 1.0, 1, 0.0, 0.1), None, None)) for c, v in games]
    assert told == [True, True, True, False] and books.best.coverage == books.best_coverage == 0.5


def test_hopeful_is_what_looks_precise_enough_and_was_not_rejected():
    """The closest to winning first."""
    games = [("undecided", 96, 1.0), ("undecided", 94, 9.0), ("rejected", 99, 9.0), ("undecided", 97, 2.0)]
    made = [search.Certificate(verdict, hits, 100, log_e, 0.01) for verdict, hits, log_e in games]
    tests = [search.Tested(rule, 0.5, game, None, None) for rule, game in zip(np.eye(4, dtype=bool), made)]
    certifier = SimpleNamespace(tests=tests, queries=None)
    assert [test.certificate.hits for test in search.hopeful(certifier, 0.95)] == [97, 96]


def test_the_first_pool_is_drawn_in_parts(monkeypatch):
    """Together they are as many samples as were asked for."""
    drawn = []
    monkeypatch.setattr(search, "next_candidates", lambda *arguments: None)
    for stride in (0.5, 1):
        queries = SimpleNamespace(settings=Settings(stride=stride, min_samples_start=500), sampler=toy_sampler())
        tally = SimpleNamespace(queries=queries, draw=lambda rules, n: drawn.append(*n))
        search.first_pool(tally, lambda candidates: [], None)
    assert drawn == [50, 150, 300, 50, 450]


def test_an_undecided_answer_says_how_many_samples_would_decide():
    """What is returned is the longer game; with so many more samples it would be won, with fewer not."""
    found = find_anchor(*close_to(0.9515), seed=3, search="beam")
    games = [test.certificate for test in found.tested if test.rule.all()]
    assert found.outcome == "undecided" and [game.verdict for game in games] == ["undecided"] * 2
    assert found.test.certificate == games[1] and games[1].pulls > games[0].pulls
    _, hits, pulls, _, delta, belief = games[1]
    more = int(re.search(r"about ([\d,]+) more", found.reason)[1].replace(",", ""))
    coins = lambda n: log_e_value(hits / pulls * n, n, 0.95, belief)
    assert more > 20_000 and coins(pulls + more) >= np.log(1 / delta) > coins(pulls + 0.98 * more)


def test_games_that_are_played_on_keep_delta():
    """At .9499 a game that is stopped and played on wins at most as often as delta allows (one alarm in 10,000)."""
    wins = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        game = certify(lambda n: rng.random(n) < 0.9499, 0.95, 0.1, looks=Looks(max_pulls=1000))  # noqa: B023
        for most in (4000, 16_000):
            if game.verdict == "undecided":
                ask = lambda n: rng.random(n) < 0.9499  # noqa: B023, E731
                game = certify(ask, 0.95, 0.1, looks=Looks(max_pulls=most), earlier=game)
        wins += game.verdict == "certified"
    assert wins <= 51  # binomial(300, .1): 52 or more once in 10,000
