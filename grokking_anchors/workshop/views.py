"""Views of the lessons' widgets: a sentence and a picture that says the same."""

import html
from typing import Any

import numpy as np

from ..asking import Queries
from ..bandit import Arms, kl_bounds, kl_lucb
from ..beam_search import LowerBoundTest, Tally, beam_search
from ..certify import precision_interval
from ..plots import INK, RED, TEAL, word_chips
from ..settings import Settings
from ..words import tokens_of
from . import figures
from .knobs import View


def neighbour(sampler, choices, held, rule):
    """A changed copy as HTML: its words as chips, where it has one for each predicate."""
    told = str(sampler.render(choices[None])[0])
    found = tokens_of(told.rstrip(".") if len(tokens_of(told)) > len(rule) else told)
    kinds = np.where(rule, "held", np.where(held, "kept", "changed"))
    return word_chips(found, kinds) if len(found) == len(rule) else html.escape(told)


def hold_view(
    sampler: Any,  # see `Sampler`
    agrees: Any,  # from `agreement`
    rule: Any,  # `(d,)` bool: what is held
    n: int = 100,  # fresh samples
    seed: int = 0,  # another seed, other samples
    delta: float = .1,  # each bound, for one n, is wrong with at most this probability
) -> View:
    """Fresh neighbours under one rule: the share that agrees, its bounds, and eight of them."""
    rule = np.asarray(rule, bool)
    most = max(n, 200)  # up to 200, fewer samples are the first of more
    held, choices = sampler.draw(np.tile(rule, (most, 1)), np.random.default_rng(seed))
    agreed = agrees(sampler.render(choices[:n]))
    hits, pulls = agreed.cumsum(), np.arange(1, n + 1)
    lower, upper = kl_bounds(hits, pulls, np.log(1 / delta))
    names = np.array(sampler.names)[rule]
    text = (f"Holding {', '.join(names) or 'nothing'}: {hits[-1]:g} of {n} samples agree, "
            f"share {hits[-1] / n:.3f}, bounds {lower[-1]:.3f} and {upper[-1]:.3f}.")
    some = [(neighbour(sampler, one, kept, rule), yes)
            for one, kept, yes in zip(choices[:8], held, agreed)]  # fmt: skip
    return View(text, [figures.running_share(hits / pulls, lower, upper, most), marked(some)])


def marked(some):
    """Neighbours in HTML, each with a sign: does the model say the same of it?"""
    mark = {True: f'<b style="color:{TEAL}">✓</b>', False: f'<b style="color:{RED}">✗</b>'}
    lines = (f"<div>{mark[bool(yes)]} {told}</div>" for told, yes in some)
    style = f"background:#ffffff;color:{INK};line-height:1.9;font-size:13px"
    return f'<div style="{style}">{"".join(lines)}</div>'


def threshold_view(
    precisions: np.ndarray,  # `(k,)`
    coverages: np.ndarray,  # `(k,)`
    names: list,  # k texts
    threshold: float = .95,
    enough: str = "anchors",  # what the rules right of the line are called
) -> View:
    """Rules in the plane of precision and coverage: which one is the anchor at this threshold?"""
    valid = np.flatnonzero(precisions > min(threshold, 1 - 1e-9))  # exceeded; 1 is reached
    text, named = f"Threshold {threshold:g}: no rule is precise enough.", {}
    if len(valid):
        best = max(valid, key=lambda i: (coverages[i], precisions[i]))
        named = {best: names[best]}
        text = (f"Threshold {threshold:g}: {len(valid)} of {len(names)} rules are precise enough; "
                f"the anchor is {names[best]}, precision {precisions[best]:.3f}, "
                f"coverage {coverages[best]:.3f}.")
    return View(text, figures.plane(precisions, coverages, threshold, named, enough))


def belief_view(
    hits: int,  # M, at most N
    pulls: int,  # N
    delta: float = .1,  # each end is wrong with at most this probability
) -> View:
    """Three intervals around one share: KL, Hoeffding, and the bet that may be watched."""
    share, surprise = hits / pulls, np.log(1 / delta)
    half = np.sqrt(surprise / (2 * pulls))
    ends: dict = {"KL, one look": np.ravel(kl_bounds(hits, pulls, surprise)),
                  "Hoeffding, one look": (max(0., share - half), min(1., share + half)),
                  "bet, any number of looks": precision_interval(hits, pulls, delta)}
    said = "; ".join(f"{label} {low:.3f} to {high:.3f}" for label, (low, high) in ends.items())
    low, high = np.transpose(list(ends.values()))
    figure = figures.belief_lines(list(ends), [share] * 3, low, high, lit=[0])
    figures.framed(figure, left=.25, right=.98, bottom=.27, top=.98)
    return View(f"{hits} hits in {pulls} pulls, delta {delta:g}: {said}.", figure)


def hits_of(
    pulls: int,
) -> list:
    """Thirteen numbers of hits, or all of them."""
    return sorted({round(pulls * share) for share in (*np.arange(0, 1, .1), .95, .98, 1)})


def race(truth, tau, n_top=2, seed=0):
    """The rounds of one race: 20 pulls of each arm to start with, then 10 for each that blocks."""
    rng = np.random.default_rng(seed)
    arms = Arms(rng.binomial(20, truth), np.full(len(truth), 20), np.zeros(len(truth)))
    def pull(counts): return rng.binomial(counts, truth), counts
    return list(kl_lucb(pull, arms, n_top, tau, batch_size=10))


def record_races(
    truth: np.ndarray,  # `(k,)` precisions
    taus: list,
    n_top: int = 2,  # how many arms to choose
    repeats: int = 50,  # races per tau, for the averages
) -> dict:  # tau -> (rounds of the first race, mean questions, share of wrong choices)
    """One race to look at for every tau, and what happens on average."""
    truth, recorded = np.asarray(truth), {}
    best = set(np.argsort(-truth)[:n_top].tolist())
    for tau in taus:
        races = [race(truth, tau, n_top, seed) for seed in range(repeats)]
        questions = np.mean([rounds[-1].arms.pulls.sum() for rounds in races])
        wrong = np.mean([set(rounds[-1].beam.tolist()) != best for rounds in races])
        recorded[tau] = races[0], float(questions), float(wrong)
    return recorded


def race_view(
    races: dict,  # from `record_races`
    truth: np.ndarray,  # `(k,)`
    tau: float,
    step: int,  # round, from 1
) -> View:
    """One round of a recorded race: who leads, who blocks, what it has cost."""
    rounds, questions, wrong = races[tau]
    state = rounds[step - 1]
    chosen = " and ".join(map(str, sorted(state.beam.tolist())))
    text = (f"Tau {tau:g}, round {state.t} of {len(rounds)}: gap {state.gap:.2f}, "
            f"{state.arms.pulls.sum():.0f} questions so far, choice: arms {chosen}. On average "
            f"such a race asks {questions:.0f} questions and chooses wrongly in {wrong:.0%} of "
            "cases.")
    return View(text, figures.ladder(state, tau, truth))


def searches_of(
    sampler: Any,  # see `Sampler`
    agrees: Any,  # from `agreement`
    beam_sizes: list,
    seed: int = 0,
) -> dict:  # beam size -> list of `Level`
    """The talk's search with several beams."""
    found = {}
    for beam_size in beam_sizes:
        queries = Queries(sampler, agrees, Settings(beam_size=beam_size))
        tally = Tally(queries, np.random.default_rng(seed))
        tally.draw(np.zeros((1, len(sampler.predicates)), bool), [100])
        found[beam_size] = list(beam_search(tally, LowerBoundTest(tally), sampler.coverage))
    return found


def tree_view(
    searches: dict,  # beam size -> list of `Level`
    name: Any,  # function: rule `(d,)` -> text
    beam_size: int,
    step: int,  # from 1: two for each size, its rules and then its beam
) -> View:
    """A beam search, step by step: what is looked at, what may grow, what is accepted."""
    levels, known = searches[beam_size], step % 2 == 0
    size, (rules, *_), beam, accepted = levels[(step - 1) // 2]
    shown = " and ".join(name(rules[i]) for i in beam)
    text = f"Beam of {beam_size}, size {size}: {len(rules)} rule{'s' * (len(rules) > 1)} looked at"
    if known:
        text += f"; chosen: {shown}" + "; accepted: " * bool(accepted)
        text += " and ".join(name(rules[i]) for i in accepted)
    most = max(len(level.candidates.rules) for search in searches.values() for level in search)
    return View(f"{text}.", figures.search_tree(levels, name, step, most))


def tree_steps(
    levels: list,  # of `Level`
) -> range:
    """Two steps for each size."""
    return range(1, 2 * len(levels) + 1)


def row_of(title, rule, one, threshold):
    """What `setting_lines` draws of a result or an explanation."""
    return dict(title=title, anchor=rule, precision=one.precision, interval=one.precision_interval,
                threshold=threshold, coverage=one.coverage, asked=one.queries["rows"],
                certified=one.certified)  # fmt: skip


def search_view(
    found: dict,  # (threshold, delta) -> {strategy: `SearchResult`}
    name: Any,  # function: rule `(d,)` -> text
    threshold: float,
    delta: float,
) -> View:
    """What each strategy found with these settings, how sure it is, and what it asked."""
    said, rows = [], []
    for strategy, one in found[threshold, delta].items():
        rule, asked = name(one.rule), one.queries["rows"]
        kind = "the anchor" if one.certified else "no anchor, closest is"
        said.append(f"{strategy} finds {kind} {rule}, coverage {one.coverage:g}, {asked:,} samples")
        rows.append(row_of(strategy, rule, one, threshold))
    text = f"Threshold {threshold:g}, delta {delta:g}: {'; '.join(said)}."
    return View(text, figures.setting_lines(rows))


def bet_view(
    games: dict,  # true precision -> coins `(games, samples)`
    precision: float,
    seen: int,  # samples so far
    threshold: float = .95,
    goal: int = 20,
) -> View:
    """Games against a doubter so far: how many have ever held the coins that prove the point."""
    coins = games[precision]
    won = int((coins[:, :seen] >= goal).any(axis=1).sum())
    right = precision <= threshold
    text = (f"True precision {precision:g}, the doubter is {'right' if right else 'wrong'}: after "
            f"{seen} samples {won} of {len(coins)} games have held {goal} coins"
            + f" (at most one in {goal} ever will, on average)" * right + ".")
    return View(text, figures.betting_so_far(coins[:, :seen], goal, coins.shape[1]))


def listed_view(
    names: list,  # d texts
    held: np.ndarray,  # `(n, d)` bool: every neighbour, listed
    agrees: np.ndarray,  # `(n,)` bool: does the model say the same of it?
    rule: Any,  # `(d,)` bool: what is held
    draw: Any,  # function: numbers of some that agree, of some that do not -> HTML
    what: str = "neighbours",
) -> View:
    """All neighbours under one rule: the share that agrees, exactly, and some of either kind."""
    rule = np.asarray(rule, bool)
    under = np.flatnonzero((held >= rule).all(axis=1))
    kept, lost = under[agrees[under]], under[~agrees[under]]
    def spoken(name): return name if any(map(str.isalnum, name)) else f"“{name}”"
    share, named = len(kept) / len(under), ", ".join(map(spoken, np.array(names)[rule]))
    text = (f"Holding {named or 'nothing'}: {len(kept)} of {len(under)} {what} agree, "
            f"share {share:.3f}; coverage {len(under) / len(held):.3f}.")
    bar = figures.meters({"share that agrees": share})
    some = draw(*([*one[[0, len(one) // 2]]] if len(one) > 1 else [*one] for one in (kept, lost)))
    return View(text, [bar, some])


def masked_view(
    words: list,  # d tokens of the text
    held: np.ndarray,  # `(n, d)` bool: which words each masked text keeps
    agrees: np.ndarray,  # `(n,)` bool
    rule: Any,  # `(d,)` bool
    said: str = "the same",  # the prediction
) -> View:
    """All masked copies of a text under one rule; some that keep and that lose the prediction."""
    told = {f"still {said}": TEAL, f"not {said} any more": RED}
    def line(before, i):
        copy = [word if on else "UNK" for word, on in zip(words, held[i])]
        return before, copy, figures.kinds_of(words, copy, rule)
    def draw(*some):
        lines = [line(before, i) for before, chosen in zip(told, some) for i in chosen]
        shown = figures.Sentences(lines)._repr_html_()
        for before, colour in told.items():
            before = html.escape(before)
            shown = shown.replace(f">{before}<", f'><b style="color:{colour}">{before}</b><')
        return shown
    return listed_view(words, held, agrees, rule, draw, "masked texts")


def questions_view(
    names: list,  # d bounds, as text
    every: np.ndarray,  # `(2^d, d)` bool: all rules
    shares: dict,  # question -> `(2^d,)` share of rows that agree under each rule
    rule: Any,  # `(d,)` bool: what is held
) -> View:
    """A rule of a row under both questions."""
    i = int((every == np.asarray(rule, bool)).all(axis=1).argmax())
    told = {question: float(of[i]) for question, of in shares.items()}
    named = " AND ".join(np.array(names)[every[i]]) or "nothing"
    said = ", ".join(f"{question} {share:.3f}" for question, share in told.items())
    return View(f"Holding {named}: share that agrees, {said}.", figures.meters(told))


def collage_view(
    collage: Any,  # see `Collage`
    picture: np.ndarray,  # `(height, width)`, a few pixels
    listed: tuple,  # held `(n, d)`, choices `(n, d)` of all collages
    agrees: np.ndarray,  # `(n,)` bool
    rule: Any,  # `(d,)` bool: what is held
) -> View:
    """All collages of a small picture under one rule; what is held, some that are kept and lost."""
    held, choices = listed
    def draw(kept, lost):
        titles = ["still the same"] * len(kept) + ["not any more"] * len(lost)
        colours = [figures.TEAL] * len(kept) + [figures.RED] * len(lost)
        some = collage.render(choices[[*kept, *lost]])
        on = dict(zip(collage.segments.tolist(), rule))
        first = figures.held_segments(picture, collage.labels, on)
        return first + figures.tiles(some, titles, colours, picture.max())
    return listed_view(collage.names, held, agrees, rule, draw, "pictures")
