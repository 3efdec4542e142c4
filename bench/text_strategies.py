"""Text strategies measured: the linear formula, planted rules, 100 snippets per strategy, 10 seeds, templates.

    OMP_NUM_THREADS=1 python bench/text_strategies.py [formula planted snippets turn templates transformers]
"""
import sys
import time

import numpy as np
from scipy.stats import norm

from grokking_anchors import AnchorText
from grokking_anchors.text import STRATEGIES
from grokking_anchors.words import MaskedWords, movie_snippets, sentiment_model, token_spans


class Timed:
    """A source that counts its seconds and templates."""

    def __init__(self, source):
        self.source, self.window, self.seconds, self.asked = source, source.window, 0.0, 0
        if hasattr(source, "candidates_many"):
            self.candidates_many = self.many

    def candidates(self, tokens, mask):
        start = time.process_time()
        answer = self.source.candidates(tokens, mask)
        self.seconds, self.asked = self.seconds + time.process_time() - start, self.asked + 1
        return answer

    def many(self, templates, batch_size=32):
        start = time.process_time()
        answers = self.source.candidates_many(templates, batch_size)
        self.seconds, self.asked = self.seconds + time.process_time() - start, self.asked + len(templates)
        return answers


class Clocked:
    """A model that counts its CPU seconds."""

    def __init__(self, predict):
        self.inner, self.seconds = predict, 0.0

    def __call__(self, texts):
        start = time.process_time()
        answers = self.inner(texts)
        self.seconds += time.process_time() - start
        return answers


def trained():
    """The model of notebook 07, and the snippets that it has not read."""
    texts, labels = movie_snippets()
    out = np.arange(len(texts)) % 5 == 0
    model = sentiment_model([text for text, o in zip(texts, out) if not o], labels[~out])
    return model, [text for text, o in zip(texts, out) if o]


def formula(models=30):
    """Sampled precision of linear tf-idf models against the formula of Lopardo, Precioso & Garreau (2023)."""
    errors = []
    for seed in range(models):
        rng = np.random.default_rng(seed)
        counts = rng.integers(1, 4, 25)
        tokens = rng.permutation(np.repeat(np.arange(25), counts))
        lam, idf, start = rng.normal(size=25), rng.uniform(1, 3, 25), rng.normal() * 2
        fixed = rng.random(len(tokens)) < 0.15
        weight = lam * idf
        if start + weight @ counts <= 0:
            start, weight = -start, -weight
        anchored = np.bincount(tokens[fixed], minlength=25)
        mean = start + 0.5 * weight @ (counts + anchored)
        exact = norm.cdf(mean / np.sqrt(0.25 * weight**2 @ (counts - anchored)))
        text = " ".join(f"w{i}" for i in tokens)
        sampler = MaskedWords(text, token_spans(text))
        _, choices = sampler.draw(np.tile(fixed, (20_000, 1)), rng)
        words = [[int(word[1:]) for word in row.split() if word != "UNK"] for row in sampler.render(choices)]
        scores = np.array([start + weight[row].sum() for row in words])
        errors.append(abs((scores > 0).mean() - exact))
    print(f"formula: {models} models, largest error {max(errors):.4f}, mean {np.mean(errors):.4f}")


def planted(n=40):
    """Share of n texts of 8 to 16 words whose planted rule is the anchor, per strategy and kind."""
    _, unseen = trained()
    chosen = [text for text in unseen if 8 <= len(token_spans(text)) <= 16][:n]
    explainers = {name: AnchorText(lambda texts: texts, name, seed=0) for name in STRATEGIES}
    for name, explainer in explainers.items():
        right = {"a word": [], "two words": [], "A or (not B)": [], "a word twice": []}
        for text in chosen:
            joined = text + " " + text if name == "unknown" else text
            sampler = explainer.sampler(text)
            total = [sampler.words.count(word) for word in sampler.names]
            a, b = [word for word, times in zip(sampler.names, total) if times == 1][:2]
            rules = {
                "a word": (text, lambda words: a in words, {a}),
                "two words": (text, lambda words: a in words and b in words, {a, b}),
                "A or (not B)": (text, lambda words: a in words or b not in words, {a}),
                "a word twice": (joined, lambda words: words.count(a) >= 2, {f"{a} (1st)", f"{a} (2nd)"}),
            }
            for kind, (instance, rule, answer) in rules.items():
                if kind == "a word twice" and name != "unknown":
                    continue
                explainer.predictor = lambda texts, rule=rule: [rule([t[i:j] for i, j in token_spans(t)]) for t in texts]
                found = explainer.explain(instance, max_queries=50_000)
                right[kind].append(set(found.anchor) == answer and found.certified)
        print(f"planted, {name:15}", {kind: f"{sum(hits)} of {len(hits)}" for kind, hits in right.items() if hits}, flush=True)


def fresh_precision(explainer, model, found, n=5000):
    """Share of n new samples under the rule that keep the prediction."""
    text = found.raw["instance"]
    sampler = explainer.sampler(text)
    choices = sampler.draw(np.tile(found.rule, (n, 1)), np.random.default_rng(777))[1]
    return (model.predict(sampler.render(choices)) == found.raw["prediction"]).mean()


def turn():
    """The costs of filling in turn, on five snippets."""
    snippets(cases={"language_model, in turn": ("language_model", dict(filling="autoregressive"))})


def snippets(n=100, seeds=10, cases=None):
    """Cost, promise and steadiness on n unseen snippets of 8 to 25 tokens, per strategy."""
    model, unseen = trained()
    chosen = [text for text in unseen if 8 <= len(token_spans(text)) <= 25][:n]
    pooled = {"language_model, templates .1": ("language_model", dict(frac_mask_templates=0.1))}
    cases = cases or {name: (name, {}) for name in STRATEGIES} | pooled
    for label, (name, options) in cases.items():
        predict = Clocked(model.predict)
        explainer = AnchorText(predict, name, seed=0, **options)
        source = Timed(explainer.prepared["source"]) if "source" in explainer.prepared else None
        if source:
            explainer.prepared["source"] = source
        explainer.explain(chosen[0])
        some = chosen[:5] if "turn" in label else chosen
        rows, found = [], []
        for text in some:
            before = time.process_time(), predict.seconds, source.seconds if source else 0, source.asked if source else 0
            e = explainer.explain(text)
            cpu, model_s = time.process_time() - before[0], predict.seconds - before[1]
            lm, asked = (source.seconds - before[2], source.asked - before[3]) if source else (0, 0)
            rows.append((e.certified, e.rule.sum(), e.queries["calls"], e.queries["distinct"], cpu - model_s - lm, model_s, lm, asked))
            found.append(e)
        rows = np.array(rows, float)
        fresh = np.array([fresh_precision(explainer, model, e) for e in found if e.certified])
        print(f"\n{label}: {len(some)} snippets, certified {rows[:, 0].mean():.2f}, fresh precision below .95: "
              f"{(fresh < 0.95).mean():.3f} of certified (smallest {fresh.min():.3f})")
        for i, what in enumerate(["words in the anchor", "model calls", "distinct rows", "CPU s outside model and source",
                                  "CPU s in the model", "CPU s in the source", "templates asked"], 1):
            print(f"    {what:32} mean {rows[:, i].mean():9.3f}  median {np.median(rows[:, i]):9.3f}  largest {rows[:, i].max():9.3f}")
        if "turn" not in label:
            same, overlap = [], []
            for text in chosen[:20]:
                rules = [tuple(explainer.explain(text, seed=seed).rule) for seed in range(seeds)]
                same.append(len(set(rules)) == 1)
                overlap.append(np.mean([a == b for i, a in enumerate(rules) for b in rules[:i]]))
            print(f"    the same rule in all of {seeds} seeds: {np.mean(same):.2f} of 20 snippets; two seeds agree: {np.mean(overlap):.2f}", flush=True)


def templates(n=40):
    """What a pool does: rows, templates, and the precision on other pools than the one of the search."""
    model, unseen = trained()
    chosen = [text for text in unseen if 8 <= len(token_spans(text)) <= 20][:n]
    print("\ntemplates: each certified rule checked on 5,000 samples of new templates, one for each sample")
    for fraction in (1.0, 0.5, 0.1, 0.02):
        explainer = AnchorText(model, "language_model", seed=0, frac_mask_templates=fraction)
        found = [explainer.explain(text) for text in chosen]
        plain = AnchorText(model, "language_model", seed=0, language_model=explainer.prepared["source"])
        fresh = np.array([fresh_precision(plain, model, e) for e in found if e.certified])
        mean = {key: np.mean([e.queries[key] for e in found]) for key in ("rows", "calls")}
        print(f"  {fraction:4}: certified {np.mean([e.certified for e in found]):.2f}, {mean['rows']:6.0f} rows, "
              f"{mean['calls']:4.1f} calls; on all templates: below .95 {(fresh < 0.95).mean():.2f}, mean {fresh.mean():.3f}, "
              f"smallest {fresh.min():.3f}", flush=True)


def transformers(words=24):
    """CPU seconds with a randomly initialised model of DistilBERT's size (the arithmetic, not the language)."""
    import tempfile

    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import DistilBertConfig, DistilBertForMaskedLM, PreTrainedTokenizerFast

    from grokking_anchors.utils import DistilbertBaseUncased

    torch.set_num_threads(1)
    model, unseen = trained()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted({w.lower() for t in unseen for w in t.split()})]
    tok = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token="[UNK]"))
    tok.normalizer, tok.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    names = dict(unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    with tempfile.TemporaryDirectory() as folder:
        PreTrainedTokenizerFast(tokenizer_object=tok, model_max_length=512, **names).save_pretrained(folder)
        DistilBertForMaskedLM(DistilBertConfig(vocab_size=len(vocabulary))).save_pretrained(folder)
        language_model = Timed(DistilbertBaseUncased(folder))
    text = next(t for t in unseen if len(token_spans(t)) == words)
    for fraction in (1.0, 0.1):
        language_model.asked, language_model.seconds, start = 0, 0.0, time.process_time()
        e = AnchorText(model, "language_model", language_model=language_model, frac_mask_templates=fraction, seed=0).explain(
            text, max_queries=1500)
        print(f"DistilBERT's size, {words} tokens, fraction {fraction}: {language_model.asked} templates, {e.queries['rows']} rows, "
              f"CPU {time.process_time() - start:.1f} s, of it {language_model.seconds:.1f} s in the language model", flush=True)


if __name__ == "__main__":
    for part in sys.argv[1:] or ["formula", "planted", "snippets", "templates"]:
        dict(formula=formula, planted=planted, snippets=snippets, turn=turn, templates=templates, transformers=transformers)[part]()
