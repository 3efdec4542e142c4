"""The contract of samplers: what each must bring, what each may say, and how one that breaks it is told so."""

import re

import numpy as np
import pytest

from conftest import ROOT, read
from grokking_anchors import IndependentSampler, Sampler, agreement, find_anchor
from grokking_anchors.asking import Queries
from grokking_anchors.encoding import all_rules, applies
from grokking_anchors.explanation import explain
from grokking_anchors.sampling import WordSwaps, toy_model, toy_sampler
from grokking_anchors.segments import Collage
from grokking_anchors.settings import Settings
from grokking_anchors.words import MaskedWords, token_spans

SENTENCE = "Python is the best programming language."


class Good(Sampler):
    """Three switches; one that is off is replaced by one of two other numbers."""

    predicates = ["a", "b", "c"]
    exact_reuse = True

    def draw(self, rules, rng):
        held = rules | (rng.random(rules.shape) < 0.5)
        return held, np.where(held, 0, rng.integers(1, 3, rules.shape))

    def render(self, choices):
        return choices.copy()


def agrees(rows):
    """The first switch alone decides."""
    return (np.asarray(rows)[:, 0] == 0).astype(float)


def test_three_members_are_enough():
    """`predicates`, `draw`, `render`; everything else has a default."""
    for search in ("beam", "surrogate", "auto"):
        found = find_anchor(Good(), agrees, seed=1, search=search)
        assert found.certified and found.rule.tolist() == [True, False, False]
        assert found.coverage_interval[0] < 0.5 < found.coverage_interval[1]
    assert Good().names == ["a", "b", "c"] and Good().n_inputs is None and Good().remark(None) == ""
    assert Good().coverage(np.ones((1, 3), bool)) is None and Good().enumerate() is None
    assert Good().states.tolist() == np.eye(3, dtype=bool).tolist() and Good().columns.tolist() == [0, 1, 2]
    assert Good().original().tolist() == [[0, 0, 0]]


def spoilt(**members):
    """A sampler with other members."""
    return type("Spoilt", (Good,), members)()


def draw_all(self, rules, rng):
    return rules | True, rules * 1


def draw_one_array(self, rules, rng):
    return Good.draw(self, rules, rng)[0]


def draw_unheld(self, rules, rng):
    return Good.draw(self, rules & False, rng)


def draw_floats(self, rules, rng):
    held, choices = Good.draw(self, rules, rng)
    return held, choices / 2


def draw_numbers(self, rules, rng):
    held, choices = Good.draw(self, rules, rng)
    return held.astype(int), choices


def draw_few(self, rules, rng):
    return tuple(part[:-1] for part in Good.draw(self, rules, rng))


def draw_swapped(self, rules, rng):
    held, choices = Good.draw(self, rules, rng)
    return held, np.where(held, 1, 0)


def render_dice(self, choices):
    return choices + 100 * np.random.default_rng().integers(2, size=choices.shape)


@pytest.mark.parametrize(
    "sampler, error, words",
    [
        (type("NoDraw", (Sampler,), dict(predicates=["a"]))(), NotImplementedError, r"NoDraw must define draw\("),
        (type("NoRender", (Sampler,), dict(predicates=["a"], draw=draw_all))(), NotImplementedError, "define render"),
        (object(), TypeError, "must be a Sampler: let your class inherit"),
        ("text", TypeError, "must be a Sampler"),
        (spoilt(predicates=[]), ValueError, "predicates must be readable strings"),
        (spoilt(predicates=[1, 2, 3]), ValueError, "predicates must be readable strings"),
        (spoilt(draw=draw_one_array), TypeError, "draw must return two arrays, held .* and choices .*came: ndarray"),
        (spoilt(draw=draw_unheld), ValueError, "must keep held >= rules: what a rule names, each sample holds"),
        (spoilt(draw=draw_floats), ValueError, "choices as whole numbers or bool .*came: float64"),
        (spoilt(draw=draw_numbers), ValueError, "held as bool .*came: int64"),
        (spoilt(draw=draw_few), ValueError, "must return held as bool"),
        (spoilt(draw=draw_swapped), ValueError, "must get the instance's answer.* kept and replaced swapped"),
        (spoilt(render=render_dice), ValueError, "different inputs for the same choices: all randomness"),
        (spoilt(render=lambda self, choices: choices[1:]), TypeError, "render must return an input for each of"),
        (spoilt(render=lambda self, choices: None), TypeError, "render must return an input .*came: None"),
        (spoilt(predicates="abc"), ValueError, "predicates must be readable strings"),
        (spoilt(names=["a"]), ValueError, "names must be 3 texts, came: 1"),
        (spoilt(coverage=lambda self, rules: np.full(len(rules), 7.0)), ValueError, r"coverage must return a share in"),
        (spoilt(coverage=lambda self, rules: np.full(len(rules), np.nan)), ValueError, r"came: shape \(1,\), \[nan\]"),
        (spoilt(coverage=lambda self, rules: 0.5), ValueError, r"for each of 1 rules, came: shape \(\)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("search", ["beam", "surrogate"])
def test_a_broken_contract_is_told(sampler, error, words, search):
    """At once, by name, and in words."""
    with pytest.raises(error, match=words):
        find_anchor(sampler, agrees, seed=0, search=search)


@pytest.mark.parametrize(
    "judge, error, words",
    [
        (toy_model, TypeError, r"agreement\(predict, instance\) makes such a function"),
        (lambda rows: np.ones(len(rows) + 1), ValueError, r"agrees must return \d+ numbers in \[0, 1\], came: shape"),
        (lambda rows: np.full(len(rows), 2.0), ValueError, r"numbers in \[0, 1\]"),
        (lambda rows: np.full(len(rows), np.nan), ValueError, r"numbers in \[0, 1\]"),
        (lambda rows: 1, ValueError, "numbers in"),
    ],
)
def test_what_agrees_returns_is_looked_at(judge, error, words):
    """A model passed for `agrees`, and answers that are none."""
    with pytest.raises(error, match=words):
        find_anchor(toy_sampler(), judge, seed=0)


def test_inputs_of_different_lengths_and_missing_values_are_inputs():
    """What cannot be one array is compared all the same; NaN is the same as NaN."""
    ragged = spoilt(render=lambda self, choices: [[i for i in range(3) if row[i] == 0] for row in choices])
    assert find_anchor(ragged, lambda rows: np.array([0 in row for row in rows]), seed=0).rule.tolist() == [1, 0, 0]
    gaps = spoilt(render=lambda self, choices: np.where(choices > 0, float("nan"), choices.astype(object)))
    assert find_anchor(gaps, agrees, seed=0).rule.tolist() == [1, 0, 0]


def test_columns_and_states_must_fit():
    """The surrogate says whose they are."""
    with pytest.raises(ValueError, match=r"Spoilt.columns must be \(3,\) and its states \(s, 3\), came"):
        find_anchor(spoilt(columns=np.arange(12)), agrees, search="surrogate")


BITS, EVEN = all_rules(3), np.full(8, 1 / 8)


@pytest.mark.parametrize(
    "listed, words",
    [
        ((BITS[:4], BITS[:4], np.full(4, 0.25)), "must return held bool"),
        ((BITS, BITS, EVEN * 0.8), "probability; they sum to 0.8"),
        ((BITS, BITS, np.array([-1, 0, 0, 0, 0, 0, 0, 2.0])), "probability"),
        ((BITS[:, :2], BITS, EVEN), "must return held bool"),
        ((BITS, BITS[:, :2], EVEN), "must return held bool"),
        ((BITS * 1, BITS, EVEN), "must return held bool"),
        ((~BITS, BITS, EVEN), "the instance's own choices with every predicate held"),
        ((BITS, BITS, np.where(BITS[:, 0], 0.2, 0.05)), "other shares than coverage"),
        ((BITS, EVEN), "must return held bool"),
        (None, "must return held bool"),
    ],
)
def test_a_listing_must_agree_with_itself(listed, words):
    """Shapes, shares, the instance, and the coverage; a sampler without a listing is told so as well."""
    bits = type("Bits", (IndependentSampler,), dict(enumerate=lambda self: listed, render=lambda self, c: 1 - c))
    with pytest.raises(ValueError, match=words):
        find_anchor(bits(["a", "b", "c"]), agrees, search="exact")
    with pytest.raises(ValueError, match="lists its inputs"):
        find_anchor(Good(), agrees, search="exact")


# ---- a first sampler: what 06c shows --------------------------------------------------------

PAGE = ["".join(cell["source"]) for cell in read(ROOT / "nbs/06c_your_own.ipynb")["cells"]]


def template():
    """The class of the page that is to be copied: its lines, and itself."""
    cell = next(text for text in PAGE if "class Series(Sampler)" in text)
    source, names = cell[cell.index("class Series(Sampler)") :], dict(np=np, Sampler=Sampler)
    exec(source, names)
    return [line for line in source.splitlines() if line.strip()], names["Series"]


def test_the_template_is_fifteen_lines_and_keeps_the_contract():
    """On a series that it has never seen, of another length and in other segments."""
    lines, series = template()
    window = np.arange(14.0)
    sampler = series(window, [window + 100, window + 200], segments=4)
    assert len(lines) <= 15 and len(sampler.predicates) == 4
    assert (sampler.render(sampler.original()) == window).all()
    rules, rng = np.tile([False, True, False, False], (2000, 1)), np.random.default_rng(0)
    held, choices = sampler.draw(rules, rng)
    inputs = sampler.render(choices)
    assert held[:, 1].all() and abs(held[:, [0, 2, 3]].mean() - 0.5) < 0.03
    assert (held[:, sampler.segment] == (inputs == window)).all()
    assert (np.unique((inputs - window).round()) == [0, 100, 200]).all()
    found = find_anchor(sampler, agreement(lambda rows: rows[:, 13] < 50, window[None]), seed=0)
    assert found.certified and found.rule.tolist() == [False, False, False, True]


def test_the_page_names_every_member():
    """Whatever the base class offers stands in the table of 06c, or among the three that are needed."""
    told = set(re.findall(r"\w+", " ".join(re.findall(r"^\| (`.*?) \|", "\n".join(PAGE), re.MULTILINE))))
    members = {name for base in Sampler.__mro__[:2] for name in vars(base) if not name.startswith("_")}
    assert members - {"predicates", "draw", "render"} <= told
    assert {"exact_reuse", "coverage", "states", "restored"} <= members


def test_a_forgotten_exact_reuse_costs_rows_and_nothing_else():
    """The default is the careful one: the same rule, from the search that can live with it."""
    found = [find_anchor(one(), agrees, seed=0) for one in (Good, lambda: spoilt(exact_reuse=False))]
    assert [one.search for one in found] == ["beam", "surrogate"]
    assert found[0].rule.tolist() == found[1].rule.tolist() == [True, False, False]
    assert found[0].queries["rows"] < found[1].queries["rows"]


MISTAKES = {  # what a reader did -> how, and the words that help
    "kept and replaced swapped": (lambda: ask(render=lambda self, choices: 1 - choices), "kept and replaced swapped"),
    "chance in render": (lambda: ask(render=render_dice), "all randomness must be in the choices"),
    "no predicates": (lambda: ask(predicates=()), "Spoilt.predicates must be readable strings"),
    "draw returns one array": (lambda: ask(draw=draw_one_array), r"two arrays, held \(n, d\) and choices \(n, c\)"),
    "draw does not look at the rule": (lambda: ask(draw=draw_unheld), "what a rule names, each sample holds"),
    "the model as agrees": (lambda: find_anchor(toy_sampler(), toy_model), r"agreement\(predict, instance\)"),
    "no batch": (lambda: agreement(len, np.arange(16.0)), r"batch of one.*series\[None\].*came: 16 inputs"),
    "exact, and no listing": (lambda: ask("exact"), r"lists its inputs \(n_inputs, enumerate\)"),
    "holds, and no check": (lambda: explain(Good(), agrees, seed=0).holds([[0, 0, 0]]), "new inputs: define check"),
}  # fmt: skip


def ask(search="auto", **members):
    """A search with a spoilt sampler."""
    return find_anchor(spoilt(**members), agrees, search=search, seed=0)


@pytest.mark.parametrize("make, words", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_of_a_first_sampler_is_told(make, words):
    """Each mistake of the page, by name and with what to do; the page makes the same ones."""
    with pytest.raises((TypeError, ValueError, NotImplementedError), match=words):
        make()
    assert len(MISTAKES) == next(text for text in PAGE if text.startswith("def no_predicates")).count("lambda:")


@pytest.mark.parametrize("instance", [np.arange(5.0), "a text", ["one", "two"], [], np.zeros((2, 3))], ids=str)
@pytest.mark.parametrize("question", [{}, dict(tolerance=1), dict(soft=True)], ids=str)
def test_an_instance_is_a_batch_of_one(instance, question):
    """Else the model's own error would come, or the answer to its first part would be taken for the whole."""
    asked = []
    with pytest.raises(ValueError, match=f"instance must be a batch of one.*came: {len(instance)} inputs"):
        agreement(lambda inputs: asked.append(inputs) or np.ones(len(inputs)), instance, **question)
    assert asked == []


# ---- independent coins ----------------------------------------------------------------------

IMAGE = np.arange(16.0).reshape(4, 4) + 1
COINS = {
    "bits": lambda keep: IndependentSampler(["a", "b", "c", "d"], keep),
    "swaps": lambda keep: WordSwaps(["a", "b", "c", "d"], [["x"], ["x", "y"], ["x"], ["x", "y", "z"]], keep),
    "masks": lambda keep: MaskedWords("a b c d", token_spans("a b c d"), sample_proba=1 - keep),
    "segments": lambda keep: Collage(IMAGE, np.arange(4)[:, None] // 2 * 2 + np.arange(4) // 2,
                                     [IMAGE * 0, -IMAGE], 1 - keep),
}  # fmt: skip


@pytest.mark.parametrize("keep", [0.5, 0.2, 0.9])
@pytest.mark.parametrize("kind", COINS)
def test_independent_samplers_do_what_they_say(kind, keep):
    """Coverage by formula is the share of draws (four standard errors) and the sum of the enumeration, exactly."""
    sampler, rules = COINS[kind](keep), all_rules(4)
    held, choices = sampler.draw(np.zeros((20_000, 4), bool), np.random.default_rng(0))
    exact = sampler.coverage(rules)
    error = 4 * np.sqrt(exact * (1 - exact) / len(held)) + 1e-12
    assert (abs(applies(rules, held).mean(axis=1) - exact) <= error).all()
    listed, recipes, shares = sampler.enumerate()
    assert len(np.unique(recipes, axis=0)) == len(recipes) == sampler.n_inputs and shares.sum() == pytest.approx(1)
    assert np.allclose([shares[(listed >= rule).all(axis=1)].sum() for rule in rules], exact)
    known = {tuple(row) for row in recipes.tolist()}
    assert {tuple(row) for row in choices.tolist()} <= known
    assert sampler.exact_reuse and sampler.original().tolist() == [[0, 0, 0, 0]] or kind in ("bits", "masks")


@pytest.mark.parametrize("kind", COINS)
def test_a_draw_under_a_rule_is_the_conditional(kind):
    """`exact_reuse`: what is drawn under a rule is distributed as what is drawn with nothing fixed, where it holds."""
    sampler, rng = COINS[kind](0.5), np.random.default_rng(1)
    rule = np.array([True, False, True, False])
    under = sampler.draw(np.tile(rule, (8000, 1)), rng)[1]
    held, free = sampler.draw(np.zeros((32_000, 4), bool), rng)
    found = free[(held >= rule).all(axis=1)]
    listed, recipes, shares = sampler.enumerate()
    fits = (listed >= rule).all(axis=1)
    exact = shares[fits] / shares[fits].sum()
    for drawn in (under, found):
        counts = np.array([(drawn == recipe).all(axis=1).mean() for recipe in recipes[fits]])
        assert (abs(counts - exact) < 5 * np.sqrt(exact / len(drawn))).all()


def test_nothing_kept_by_chance_cannot_be_listed():
    """With keep=0 most rules are never drawn by chance; the beam still finds the rule."""
    sampler = COINS["segments"](0.0)
    assert sampler.n_inputs is None and sampler.coverage(all_rules(4)).tolist() == [1] + [0] * 15
    found = find_anchor(sampler, lambda pictures: (pictures[:, 0, 0] == 1).astype(float), seed=0)
    assert found.certified and found.rule[0] and found.coverage == 0


# ---- the door -------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [[1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0]])
def test_equal_recipes_are_asked_once(rule):
    """But for thirty doubts; also the instance, beside the first samples. All rows are counted."""
    seen, rule = [], np.array(rule, bool)
    judge = agreement(toy_model, [SENTENCE])
    queries = Queries(toy_sampler(), lambda texts: seen.extend(texts) or judge(texts))
    rng = np.random.default_rng(0)
    drawn = [choices for _ in range(5) for choices in queries.ask(np.tile(rule, (40, 1)), rng)[1].tolist()]
    different = {tuple(row) for row in drawn}
    assert len(seen) - queries.again == len(set(seen)) == len(different | {(0,) * 6})
    assert 10 < queries.again <= 30
    counted = dict(calls=queries.calls, rows=200, distinct=len(different), again=queries.again, seconds=0)
    assert queries.counts() | dict(seconds=0) == counted


def test_budget_of_rows_is_kept_to_the_row():
    """The model never sees more rows than max_queries, the instance's own row included."""
    seen, judge = [], agreement(toy_model, [SENTENCE])
    for limit in (1, 2, 50, 501, 1200):
        seen.clear()
        options = dict(max_queries=limit, deterministic=False, seed=0)
        find_anchor(toy_sampler(), lambda texts: seen.extend(texts) or judge(texts), **options)
        assert len(seen) <= limit


def test_a_tenth_is_left_for_the_test():
    """Selection stops at nine tenths of the budget, and what came closest is tested with the rest."""
    dice = np.random.default_rng(0)
    world = IndependentSampler([str(i) for i in range(20)])
    world.render = lambda choices: choices
    model = lambda rows: np.where(rows.all(axis=1), 1, dice.random(len(rows)) < 0.8).astype(float)
    options = dict(max_queries=4000, deterministic=False, max_anchor_size=1, tau=0.001, batch_size=40)
    found = find_anchor(world, model, seed=0, **options)
    selected = sum(len(block.which) for block in found.tally.blocks)
    assert found.outcome == "budget" and 3300 < selected <= 3600
    assert found.precision_interval is not None and found.queries["rows"] <= 4000


def test_batches_are_bounded():
    """No call renders more than the cap of bytes, and all rows are asked."""
    sizes = []
    sampler = Good()
    sampler.row_bytes = 2**22
    queries = Queries(sampler, lambda rows: sizes.append(len(rows)) or agrees(rows), Settings(deterministic=False))
    held, choices, agreed = queries.ask(np.zeros((100, 3), bool), np.random.default_rng(0))
    assert max(sizes) <= 17 and sum(sizes) in (100, 101) and len(agreed) == len(held) == len(choices) == 100
    assert queries.calls == len(sizes) == 7
