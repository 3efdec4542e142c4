"""Anchors of real snippets: cost, share certified, and every promise checked on fresh samples; then long texts.

OMP_NUM_THREADS=1 python bench/text.py
"""

import multiprocessing
import resource
import time

import numpy as np

from grokking_anchors import AnchorText
from grokking_anchors.words import MaskedWords, movie_snippets, sentiment_model, token_spans


def fresh_precision(model, explanation, n=20_000, seed=12345):
    """Share of n samples under the rule, drawn independently of the search, that keep the prediction."""
    sampler = MaskedWords(explanation.raw["instance"], explanation.meta["spans"])
    _, choices = sampler.draw(np.tile(explanation.rule, (n, 1)), np.random.default_rng(seed))
    distinct, times = np.unique(choices, axis=0, return_counts=True)
    return times[model.predict(sampler.render(distinct)) == explanation.raw["prediction"]].sum() / n


def timed(explainer, text, **options):
    """An explanation, its seconds in all and outside the model."""
    start = time.perf_counter()
    explanation = explainer.explain(text, **options)
    seconds = time.perf_counter() - start
    return explanation, seconds, seconds - explanation.queries["seconds"]


def snippets(n=100):
    """Print the figures of n held-out snippets of 8 to 25 tokens at threshold .95."""
    texts, labels = movie_snippets()
    held_out = np.arange(len(texts)) % 5 == 0
    model = sentiment_model([text for text, out in zip(texts, held_out) if not out], labels[~held_out])
    chosen = [text for text, out in zip(texts, held_out) if out and 8 <= len(token_spans(text)) <= 25][:n]
    explainer = AnchorText(model, seed=0)
    timed(explainer, chosen[0])  # imports
    runs = [timed(explainer, text) for text in chosen]
    found = [run[0] for run in runs]
    fresh = np.array([fresh_precision(model, e) for e in found if e.certified])
    for label, values in {
        "model calls": [e.queries["calls"] for e in found],
        "rows": [e.queries["rows"] for e in found],
        "distinct rows": [e.queries["distinct"] for e in found],
        "words in the anchor": [e.rule.sum() for e in found],
        "ms in all": [1000 * run[1] for run in runs],
        "ms outside the model": [1000 * run[2] for run in runs],
    }.items():
        print(
            f"{label:26} mean {np.mean(values):8.1f}   median {np.median(values):8.1f}   largest {np.max(values):8.1f}"
        )
    print(
        f"certified {np.mean([e.certified for e in found]):.2f}; of those fresh precision below .95: "
        f"{(fresh < 0.95).sum()} of {len(fresh)} (delta .1), smallest {fresh.min():.4f}"
    )
    same = [len({tuple(explainer.explain(text, seed=seed).rule) for seed in range(10)}) == 1 for text in chosen[:20]]
    print(f"the same rule in all of 10 seeds: {np.mean(same):.2f} of 20 snippets")
    return model, texts


def least_sure(model, words, n):
    """Of all stretches of n words (every n/8 words) the one that the model is least sure about."""
    stretches = [" ".join(words[i : i + n]) for i in range(0, len(words) - n, max(n // 8, 50))]
    return stretches[int(np.abs(model.predict_proba(stretches)[:, 0] - 0.5).argmin())]


def planted(texts):
    """A model that needs two words: 0 unless both w7 and w333 are there."""
    return [int(" w7 " in text and " w333 " in text) for text in texts]


def alone(function, *arguments):
    """Run in a process of its own, so that its peak memory is its own."""
    process = multiprocessing.Process(target=function, args=arguments)
    process.start()
    process.join()


def one_long(model, label, text, options):
    """Print how one long text ends."""
    start = time.perf_counter()
    explanation, _, outside = timed(AnchorText(model, seed=0), text, **options)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = "-" if explanation.precision is None else f"{explanation.precision:.3f}"
    print(
        f"{label}: {explanation.outcome}, {explanation.rule.sum()} words, precision {share}, "
        f"{explanation.queries['rows']} rows, {explanation.queries['calls']} calls, "
        f"{time.perf_counter() - start:.1f} s ({outside:.1f} outside the model), peak {peak:.0f} MB",
        flush=True,
    )


def long_texts(model, texts):
    """Print how texts of 400 and 5,000 words end: any text, and the one nearest to the boundary."""
    words = " ".join(texts).split()
    for n in (400, 5000):
        hard = least_sure(model, words, n)
        numbered = "The " + " ".join(f"w{i}" for i in range(n)) + " end"
        for label, text, options in (
            ("planted pair, defaults", numbered, {}),
            ("any, defaults", " ".join(words[:n]), {}),
            ("least sure, max_queries=20,000", hard, dict(max_queries=20_000)),
            ("least sure, max_seconds=20", hard, dict(max_seconds=20)),
        ):
            alone(one_long, planted if text is numbered else model, f"{n} words, {label}", text, options)


if __name__ == "__main__":
    long_texts(*snippets())
