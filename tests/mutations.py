"""Planted mistakes: each must be noticed, by the asserts of its own notebook or by the suite, as stated.

python tests/mutations.py               tries all, and prints which were noticed (15 minutes on two cores)
python tests/mutations.py 03 settings   those of notebooks and modules whose names begin so
python tests/mutations.py --sample 25   every 25th, as continuous integration does
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = "notebook"  # who must notice: the notebook that exports the line


class Mutation(NamedTuple):
    """A mistake: where, what stands there, what it would become, and who must notice."""

    where: str  # notebook, or plain module of the package
    right: str
    wrong: str
    who: str = NOTEBOOK  # or tests, as pytest is given them


def of(where, who, *pairs):
    """Mistakes in one place, noticed by one."""
    return [Mutation(where, right, wrong, who) for right, wrong in pairs]


PROMISE = "test_promise.py"
MUTATIONS = [
    # ---- 01 sampling, 01b asking
    *of(
        "01_sampling", NOTEBOOK,
        ("held = rules | (rng.random(rules.shape) < self.keep)", "held = rng.random(rules.shape) < self.keep"),
        ("np.where(turned, -sums, sums) > 0,", "sums > 0,"),
        ("np.where(np.where(turned, -sums, sums) > 0,", "np.where(np.where(turned, -sums, sums) >= 0,"),
        ("rng.integers(1, self.sizes, held.shape)", "rng.integers(0, self.sizes, held.shape)"),
        ("(1 - np.asarray(self.keep)) / (self.sizes - 1)", "(1 - np.asarray(self.keep)) / self.sizes"),
    ),
    *of(
        "01_sampling", "test_sampler.py",
        ("axis=1, where=rules)", "axis=1, where=~rules)"),
        ("never = np.any(np.equal(keep, 0))", "never = False"),
        ("1. - np.asarray(self.keep)).prod(axis=1)", "1.).prod(axis=1)"),
        ("full = np.ones((1, len(self.predicates)), bool)", "full = np.zeros((1, len(self.predicates)), bool)"),
    ),
    *of(
        "01b_asking", NOTEBOOK,
        ("if key not in self.known}", "if True}"),
        ("- self.prediction) <= self.tolerance) * 1.", "- self.prediction) >= self.tolerance) * 1."),
        ("wrong = agreed == 0 if own is None else abs(agreed - own) > 1e-3", "wrong = False"),
        ("require(same_inputs(inputs[:20], sampler.render(choices[:20])),", "require(True,"),
        ("self.rows += len(choices)", "self.rows += 1"),
        ("require(not (held < rules).any(),", "require(True,"),
        ("if outputs.ndim == 2: return outputs.argmax(axis=1)", "if outputs.ndim == 2: return outputs.argmin(axis=1)"),
        ("rows.view(f\"V{width}\").ravel()", "rows[:, 0]"),
        ("int(c) for c in columns})].sum(axis=1)", "int(c) for c in columns})].max(axis=1)"),
    ),
    *of(
        "01b_asking", "test_sampler.py",
        ("self.distinct - 1, frozenset", "self.distinct, frozenset"),
        ("if self.unlike and not self.unlike.isdisjoint(keys):", "if False:"),
        ("self.settings.max_queries - 1 - self.rows", "self.settings.max_queries - self.rows"),
        ("self.settings.max_queries // 10)", "0)"),
        ("lambda: min(most, 100 * self.settings.batch_size)", "lambda: 100 * self.settings.batch_size"),
        ("((shares >= 0) & (shares <= 1 + 1e-9)).all()", "True"),
        ("held[(choices == own).all(axis=1)].all()", "True"),
        ("alone is None or np.allclose(told, alone)", "True"),
        ("(shares >= 0).all() and np.isclose", "np.isclose"),
        ("require(came == len(choices),", "require(True,"),
        ("require(names == len(predicates),", "require(True,"),
        ("((a == b) | ((a != a) & (b != b)))", "(a == b)"),
        ("choices.dtype.kind in \"biu\",", "True,"),
    ),
    *of(
        "01b_asking", "test_settings.py",
        ("if time.monotonic() > self.until: raise", "if time.monotonic() > np.inf: raise"),
        ("return int(max(1, min(most, fits)))", "return most"),
        ("if not self.settings.deterministic: return self.asked(choices)", "if False: return self.asked(choices)"),
    ),
    *of(
        "01b_asking", "test_explanation.py",
        ("sorted({int(c) for c in columns})", "[int(c) for c in columns]"),
        ("all(c in known for c in columns)", "True"),
        ("in \"biuf\" and target is None and not soft", "in \"biuf\""),
    ),
    Mutation("01b_asking", "require(not np.any(gone),", "require(True,", "test_image.py -k predictor"),
    # ---- 02 encoding, 03 bandit
    *of(
        "02_encoding", NOTEBOOK,
        ("(wanted[:, None] & ~there) == 0", "(wanted[:, None] & there) == 0"),
        ("(holds @ (weights * agreed)) / (holds @ weights)", "(holds @ (weights * agreed)) / weights.sum()"),
        ("return holds.mean(axis=-1) if weights is None else holds @ weights", "return holds.mean(axis=-1)"),
        ("zip(rules.T, rows.T)", "zip(rules.T[:1], rows.T[:1])"),
    ),
    *of(
        "03_bandit", NOTEBOOK,
        ("return hit + miss", "return hit - miss"),
        ("for _ in range(8):  # each step", "for _ in range(0):  # each step"),
        ("1 - upper_bound(1 - share, level)", "1 - upper_bound(share, level)"),
        ("asked[beam] = lower[beam] < strongest - tau", "asked[beam] = False"),
        ("405.5 * n_arms * t**1.1 / delta", "405.5 * n_arms * t / delta"),
        ("if state.gap <= tau or", "if state.gap <= 10 * tau or"),
        ("np.log((1 + np.log(t)) / .1)", "np.log((1 + np.log(t)) / .5)"),
        ("asked[hopeful].cumsum() <= MOST", "asked[hopeful].cumsum() <= 10 * MOST"),
        ("np.lexsort((-self.ties,", "np.lexsort((self.ties,"),
        ("-np.minimum(self.shares(), self.cap)", "-self.shares()"),
    ),
    # ---- 04 beam search, 05 certify
    *of(
        "04_beam_search", NOTEBOOK,
        ("children.sum(axis=1) > parents[0].sum()", "children.sum(axis=1) >= parents[0].sum()"),
        ("return contains(rules, block.held) & nothing_extra", "return contains(rules, block.held)"),
        ("np.zeros((m, d), bool), rng)[0])", "np.ones((m, d), bool), rng)[0])"),
        ("if candidates.coverage[i] > self.best_coverage:", "if candidates.coverage[i] < self.best_coverage:"),
        ("np.argsort(-share, kind=\"stable\")[:n]", "np.argsort(share, kind=\"stable\")[:n]"),
        ("rows.sum(axis=1)", "rows.any(axis=1)"),
        ("lower[0] > threshold or upper[0] < threshold", "upper[0] < threshold"),
    ),
    *of(
        "04_beam_search", "test_settings.py",
        ("range(min(d, settings.max_anchor_size or d) + 1)", "range(d + 1)"),
        ("dict(tau=settings.tau,", "dict(tau=.15,"),
        ("proven if settings.rate == \"theory\" else practical_rate", "practical_rate"),
        ("rounds = bandit(pull,", "rounds = kl_lucb(pull,"),
        ("and arms.max() < k", ""),
        ("len(np.unique(arms)) == len(arms) and", ""),
        ("_replace(hits=seen[0], pulls=seen[1])", "_replace(hits=arms.hits, pulls=arms.pulls)"),
    ),
    Mutation("04_beam_search", "if spent: raise spent", "if spent: return", "test_sampler.py"),
    Mutation("04_beam_search", "settings.beam_size, bandit)", "4, bandit)", "test_search.py -k beam"),
    *of(
        "05_certify", NOTEBOOK,
        ("max(seen[1], 1), np.log(1 / delta)", "max(seen[1], 1), np.log(2)"),
        ("log_e_value(pulls - hits, pulls, 1 - threshold) >=", "log_e_value(pulls - hits, pulls, threshold) >="),
        ("return order[chance[order] > screen]", "return order[chance[order] < screen]"),
        ("1 - lower_end(pulls - hits, pulls, delta)", "lower_end(hits, pulls, delta)"),
        ("spend = delta / (k * (k + 1))", "spend = delta"),
        ("-candidates.coverage, -lower))", "-candidates.coverage, lower))"),
    ),
    *of(
        "05_certify", PROMISE,
        ("if log_e >= goal: return", "if log_e >= 0: return"),
        ("def certified(self): return self.verdict == \"certified\"", "def certified(self): return self.verdict != \"rejected\""),
        ("spend = delta / (k * (k + 1))", "spend = delta / k"),
    ),
    *of(
        "05_certify", "test_search.py",
        ("queries.ask(np.repeat(candidate.rules, k, axis=0), rng)",
         "queries.ask(np.repeat(candidate.rules | True, k, axis=0), rng)"),
        ("if not self.knows(candidates.rules[i])]", "if True]"),
        ("if candidates.coverage[i] <= self.best_coverage: break", "if False: break"),
        ("np.lexsort((-share, candidates.rules.sum(axis=1), -candidates.coverage))",
         "np.lexsort((-share, candidates.rules.sum(axis=1), candidates.coverage))"),
    ),
    *of(
        "05_certify", "test_settings.py",
        ("max_pulls or settings.max_pulls, settings.stride", "10_000, settings.stride"),
        ("new[:tests or settings.beam_size]", "new[:0]"),
    ),
    Mutation("05_certify", "(agreed >= .5, agreed < .5))", "(agreed < .5, agreed >= .5))", "test_image.py -k kept_and_lost"),
    # ---- 05b search
    *of(
        "05b_search", NOTEBOOK,
        ("[without + with_it, with_it]", "[without, with_it]"),
        ("middle = share + z * z / (2 * n)", "middle = share"),
        ("rules[np.arange(len(gone)), gone] = False", "rules[np.arange(len(gone)), gone] = True"),
    ),
    *of(
        "05b_search", "test_search.py",
        ("while work > 0 and (rule := certifier.best.rule).any():", "while False:"),
        ("if settings.stop_on_first and level.accepted: break", "if False: break"),
        ("if certifier.best is not None and not settings.stop_on_first:\n        polish",
         "if certifier.best is not None:\n        polish"),
        ("if not exactly: coverage = float(recount(tested.rule[None])[0])", "if not exactly: coverage += .02"),
        ("spent = str(budget)", "spent = \"\""),
        ("left if spent else None", "None"),
        ("valid = (precisions >= settings.threshold - slack) & short", "valid = (precisions > settings.threshold) & short"),
        ("np.lexsort([later, precise, *order, first])", "np.lexsort([order[1], first])"),
    ),
    *of(
        "05b_search", f"{PROMISE} -k exact",
        ("superset_sums(held, weights * agreed)", "superset_sums(held, 1. * agreed)"),
        ("return best, bool(valid[best])", "return best, True"),
        ("short = sizes <= (settings.max_anchor_size or len(sizes))", "short = sizes >= 0"),
    ),
    *of(
        "05b_search", "test_settings.py",
        ("if changed <= STRATEGIES[name].reads)", "if True)"),
        ("sorted(settings.changed() & SOME - strategy.reads)", "[]"),
        ("fits = full.size <= (settings.max_anchor_size or full.size) and not spent", "fits = not spent"),
        ("few = n is not None and len(sampler.predicates) <= 16 and n <= most", "few = False"),
        ("if spent: return \"budget\"", "if False: return \"budget\""),
        ("tqdm(disable=not settings.progress", "tqdm(disable=True"),
    ),
    # ---- 06 explanation, 06b many
    *of(
        "06_explanation", NOTEBOOK,
        ("return applies(self.rule, self.check(inputs))", "return self.check(inputs).any(axis=1)"),
        ("\"Anchor\" if e.certified else", "\"Anchor\" if True else"),
        ("np.argsort(-result.estimate(larger),", "np.argsort(result.estimate(larger),"),
        ("covered_true=entry[\"kept\"]", "covered_true=entry[\"lost\"]"),
    ),
    *of(
        "06_explanation", "test_explanation.py",
        ("intervals = {key: value and tuple(value)", "intervals = {key: value"),
        ("parts=parts_of_raw(raw)", "parts=[]"),
        ("kept=examples[\"covered_true\"]", "kept=examples[\"covered_false\"]"),
        ("anchor=self.words, **own", "anchor=self.names, **own"),
        ("if interval[0] == interval[1]:  # what", "if False:  # what"),
        ("if f.metadata.get(\"file\", True)}", "}"),
    ),
    *of(
        "06b_many", "test_many.py",
        ("generate_state(max(2 * n, 256))[n:]", "generate_state(max(2 * n, 256))[:1]"),
        ("except Exception as error: return Failure(self.index, error)", "except ValueError as error: return Failure(0, error)"),
        ("getattr(explainer, \"seed\", None) if seed is None else seed", "seed"),
        ("key=lambda i: (covers[i] & ~reached).sum()", "key=lambda i: covers[i].sum()"),
        ("if getattr(one, \"certified\", False) and", "if not isinstance(one, Failure) and"),
    ),
    # ---- 07 the words
    *of(
        "07_words", NOTEBOOK,
        ("before = i > 0 and not gap and", "before = False and"),
        ("np.where(choices[:, self.groups], *self.pieces)", "np.where(choices[:, self.groups], *self.pieces[::-1])"),
        ("1 - sample_proba)", "sample_proba)"),
        (".join(row) + self.tail for row in rows]", ".join(row) for row in rows]"),
    ),
    *of(
        "07_words", "test_text.py",
        ("not isinstance(texts, loose)", "True"),
        ("require(edges == sorted(edges) and", "require("),
        ("edges[0] >= 0", "edges[0] >= -9"),
        ("if join == \"repeats\":", "if join == \"never\":"),
    ),
    *of(
        "07a_sources", NOTEBOOK,
        ("logs.max(initial=-np.inf)) / temperature)", "logs.max(initial=-np.inf)) * temperature)"),
        ("enumerate(around[::-1])", "enumerate(around)"),
        ("word.casefold() != original.casefold()", "word != original"),
        ("same = np.flatnonzero(self.tags == self.tags[i])", "same = np.arange(len(self.tags))"),
    ),
    *of(
        "07b_replacements", NOTEBOOK,
        ("np.where(choices > 0, new,", "np.where(choices > 1, new,"),
        (".join(row) + self.tail for row in rows]", ".join(row) for row in rows]"),
    ),
    *of(
        "07b_replacements", "test_text_strategies.py",
        ("self.exact_reuse = self.pool is None", "self.exact_reuse = True"),
        ("LEAST = 20", "LEAST = 2"),
        ("rule | own])", "own])"),
        ("~held[:, self.groups] & (self.groups >= 0)", "~held[:, self.groups]"),
        ("word.lower() in stop or", "word in stop or"),
    ),
    *of(
        "07c_text", "test_text.py test_text_strategies.py",
        ("no_unknown(options, self.strategy.options)", "pass"),
        ("joined(text, spans, self.join, self.nlp)", "joined(text, spans, None, self.nlp)"),
        ("spans = checked_spans(text, self.nlp)", "spans = checked_spans(text)"),
        ("value if isinstance(value, PLAIN) else", "value if True else"),
    ),
    # ---- 08 the tables
    *of(
        "08_rows", NOTEBOOK,
        ("np.searchsorted(self.edges, values, \"left\")", "np.searchsorted(self.edges, values, \"right\")"),
        ("rng.choice(self.table.base[fits], len(mine))", "rng.choice(self.table.base, len(mine))"),
        ("np.where(missing, self.size, np.searchsorted", "np.where(missing, 0, np.searchsorted"),
        ("bounds += [(j, k, last) for k in range(1, b + 1)]", "bounds += [(j, k, last) for k in range(1, b)]"),
        ("if 0 < below < len(values) and 0 < cut < len(values): found.add(short)", "found.add(short)"),
        ("above, at_least, shift = (\"<\", \">\", 1)", "above, at_least, shift = (\"<\", \">\", 0)"),
    ),
    *of(
        "08_rows", "test_tabular.py",
        ("if not queries.rows or most <= 0: return {}", "if not queries.rows: return {}"),
        ("number(\"count_rows\", count_rows, -1, whole=True)", "pass"),
        ("table.order[self.owners, np.minimum(spot, self.n - 1)]", "np.minimum(spot, self.n - 1)"),
        ("found[j] = max(low, low_), min(high, high_)", "found[j] = low, high"),
        ("distribution, exact_reuse = \"observe\", True", "distribution, exact_reuse = \"observe\", False"),
        ("named = np.logical_or.reduceat(kinds", "named = np.logical_and.reduceat(kinds"),
        ("np.where(stop > start, new, self.n)", "np.where(stop > start, new, 0)"),
        ("bins = np.where(picked == self.n, self.own, bins)", "bins = bins"),
    ),
    *of(
        "08a_surrogate", NOTEBOOK,
        ("= said - said[0]", "= said"),
        ("- ridge * weights", "- 0 * weights"),
        ("if fine.max() <= cover[plan[0]] + 1e-9: break", "break"),
        ("others = np.concatenate([every, before])", "others = np.concatenate([before, every])"),
    ),
    *of(
        "08a_surrogate", "test_surrogate.py",
        ("guess = np.where(named <= (model.settings.max_anchor_size or np.inf), guess, -1.)", "guess = guess"),
        ("ladder = labelled(tally, coverage_of, rungs(model), n)", "ladder = found"),
        ("if certifier.best is not None and not settings.stop_on_first:\n        if certifier.best.rule", "if False:\n        if certifier.best.rule"),
        ("- model.tax * named", "- 0 * named"),
    ),
    *of(
        "08b_tabular", "test_tabular.py -k evaluate",
        ("int(condition[0] is not None), len(edges) - (condition[1] is not None)", "0, len(edges) - (condition[1] is not None)"),
        ("key=lambda value: value not in wanted)", "key=lambda value: value in wanted)"),
        ("require(own.all(),", "require(True,"),
        ("for name in {\"search\", \"max_anchor_size\", \"short\"} & set(options):", "for name in set():"),
    ),
    *of(
        "tables.py", "test_tabular.py",
        ("(block.sum(axis=1) == 1).all()", "True"),
        ("and (missing or new[0] == column[0])", "and True"),
        ("value in texts, f\"categorical_names", "True, f\"categorical_names"),
        ("kind in \"mM\" or any(", "any("),
    ),
    # ---- 09 the pictures
    *of(
        "09_segments", NOTEBOOK,
        ("index *= self.labels.size", "index *= self.labels.size - 1"),
        ("np.where(held, 0, sheet)", "np.where(held, sheet, 0)"),
        ("return new.reshape(labels.shape)", "return labels.astype(int)"),
        ("like(sums / np.bincount(where), image)", "like(sums, image)"),
    ),
    Mutation("09_segments", "np.repeat(shares, m) / np.where(whole, 1, m)", "np.repeat(shares, m) / m", "test_sampler.py"),
    Mutation("06_explanation", "stored(first_distinct(choices, m))", "stored(choices)", "test_settings.py"),
    *of(
        "09a_image", "test_image.py",
        ("differs = (inputs != image)", "differs = (inputs > image)"),
        ("dict(dtype=array.dtype.str,", "dict(dtype=\"<f8\","),
        ("if image.shape[1:] == shape:", "if False:"),
        ("(converted != image).any()", "False"),
    ),
    # ---- plain modules
    *of(
        "settings.py", "test_settings.py test_search.py",
        ("above < value < below or closed and value == below", "above < value <= below"),
        ("and not isinstance(value, bool)", ""),
        ("getattr(self, f.name) != f.default}", "True}"),
        ("in [name for name in names if name not in known]", "in []"),
    ),
    Mutation("models.py", "raise ModuleNotFoundError(f\"onnx", "raise ImportError(f\"onnx", "test_image.py -k install"),
    *of(
        "workshop/exercises.py", "test_exercises.py",
        ("(got.dtype == bool) != (kind == \"b\")", "False"),
        ("cell[\"outputs\"], cell[\"execution_count\"] = [], None", "pass"),
        ("head.pop()", "break"),
    ),
    *of(
        "workshop/knobs.py", "test_explore.py",
        ("self.asked += len(inputs)", "self.asked += 1"),
        ("text = html.escape(view.text)", "text = view.text"),
        ("kept = nearest(choices, made.value)", "kept = choices[0]"),
        ("explainer = copy(explainer)", "explainer = explainer"),
    ),
    *of(
        "workshop/copying.py", "test_workshop_copy.py -k copying_again",
        ("if changed and not force:", "if False:"),
    ),
    *of(
        "cli.py", "test_cli.py",
        ("return int(not explanation.certified)", "return 0"),
        ("return max(code for code, _ in done)", "return min(code for code, _ in done)"),
    ),
    # ---- at work
    *of(
        "04_beam_search", "test_text.py -k fifteen",
        ("or need.max() >= np.sum(counts):", "or True:"),
    ),
    *of(
        "05_certify", "test_search.py -k hopeful",
        ("_, hits, pulls, log_e, _, belief = earlier or new", "_, hits, pulls, log_e, _, belief = new"),
    ),
    *of(
        "05b_search", "test_search.py -k hopeful",
        ("\"max_pulls\" in settings.changed() else", "False else"),
        ("sorted(fair, key=lambda test: -test.certificate.log_e)", "[]"),
    ),
    *of(
        "05b_search", "test_search.py -k undecided",
        ("for test in reversed(certifier.tests):", "for test in certifier.tests:"),
        ("enough[0] - pulls", "enough[0]"),
    ),
    *of(
        "09_segments", "test_image.py -k flat_ground",
        ("flat = 3 * times.max() > times.sum()", "flat = 1.5 * times.max() > times.sum()"),
        ("return colours[times.argmax()].reshape", "return colours[times.argmin()].reshape"),
    ),
    Mutation("09a_image", "ground = ground_of(image) if others is None else None", "ground = ground_of(image)", "test_image.py -k documented"),
    *of(
        "tables.py", "test_inputs.py",
        ("order = np.r_[np.sort(order[: self.count])", "order = np.sort(order); order = np.r_[np.sort(order[: self.count])"),
        ("found.dt.tz_convert(None) if aware", "found.dt.tz_localize(None) if aware"),
        ("for unit in (\"D\", \"h\", \"m\", \"s\") if kind == \"span\" else (\"Y\", \"M\", \"D\", \"h\", \"m\", \"s\"):",
         "for unit in (\"Y\",):"),
        ("choices - (choices > len(self)))", "choices)"),
        ("require(not more or extra == \"keep\",", "require(True,"),
        ("require(ours or not hasattr(data, \"tocsr\")", "require(True or not hasattr(data, \"tocsr\")"),
        ("require(ours or not (hasattr(data, \"to_pandas\")", "require(True or not (hasattr(data, \"to_pandas\")"),
        ("row = as_numbers(row, self) if self.data.dtype.kind in \"biuf\" else row", "row = row"),
    ),
    *of(
        "08_rows", "test_inputs.py",
        ("slack = 0 if isinstance(one, list) else there.sum() // 1000", "slack = 0"),
        ("reader.hold_out(holdout)", "reader.hold_out(0.)"),
        ("np.flatnonzero(fits)[:, None]", "np.flatnonzero(fits | True)[:, None]"),
        ("if m < FEW: facts", "if m > FEW: facts"),
        ("columns, values = [], reader.values(reader.train)", "columns, values = [], reader.values(reader.data)"),
    ),
    *of(
        "01b_asking", "test_inputs.py",
        ("if share: found = float(share[1]) / 100 * abs(prediction)", "if share: found = float(share[1]) / 100"),
    ),
    *of(
        "06_explanation", "test_inputs.py",
        ("np.ptp(np.percentile(first_look(model, sampler), (5, 95))) / 10",
         "np.ptp(np.percentile(first_look(model, sampler), (5, 95))) / 5"),
    ),
    *of(
        "08b_tabular", "test_inputs.py",
        ("edge_of if column.kind in TIMES else", "edge_of if column.kind in () else"),
        ("table.reader.one(X, extra)", "table.reader.one(X)"),
    ),
    *of(
        "10b_breaks", "test_breaks.py",
        ("delta / (2 * len(best))", "delta"),
        ("checked_draw(sampler, ~gone, rng)", "checked_draw(sampler, gone & False, rng)"),
        ("choices, mine = choices[fine], mine[fine]", "choices, mine = choices, mine"),
        ("low >= limit and len(one.words) == 1", "low >= limit"),
        ("as_then | options", "options"),
        ("belief = belief_of(seen.hits, seen.rows, threshold)", "belief = belief_of(new.hits, new.rows, threshold)"),
        ("fresh = asked(queries, np.array([one.gone for one in best]), n, rng) if best else []", "fresh = best"),
        ("lost = 1 - np.concatenate([np.zeros(0), *parts])", "lost = np.concatenate([np.zeros(0), *parts])"),
        ("self.best is not None and self.interval[0] >= self.threshold", "self.best is not None and self.share >= self.threshold"),
    ),
    *of(
        "10b_breaks", "test_audit.py",
        ("require(list(sampler.predicates) == list(explanation.predicates),", "require(True,"),
        ("own.predictor, explainer = explainer, own", "explainer = own"),
    ),
    *of(
        "08_rows", "test_breaks.py",
        ("return np.where(other, choices, self.n)", "return choices"),
    ),
    *of(
        "cli.py", "test_cli.py",
        ("return frame.drop(columns=drop)", "return frame"),
        ('(lines if one == "-" else [one])', "[one]"),
        ("asked_rightly(0 <= row < n,", "asked_rightly(row < n,"),
    ),
    *of(
        "params.py", "test_conventions.py",
        ("  # a clone of the model would have forgotten its fit\n        return type(self)(**self.get_params())", '\n        return __import__("copy").deepcopy(self)'),
        ('owner = getattr(model, "__self__", model)', "owner = model"),
        ("dict(zip(own, known))", "dict(zip(own, known[::-1]))"),
        ("own = range(len(known)) if columns or classes is None else classes", "own = range(len(known))"),
        ('require(label in known, f"class_names has no name', 'require(True, f"class_names has no name'),
        ("if set(params) - APART:", "if set(params):"),
    ),
    *of(
        "published.py", "test_conventions.py",
        ('dict(progress=options["progress"] or verbose)', "{}"),
    ),
    *of(
        "published.py", "test_conventions.py test_many.py",
        ('if options["seed"] is None:\n', "if True:\n"),
    ),
    *of(
        "files.py", "test_conventions.py",
        ("    blank.model = None\n", "    pass\n"),
        ("require(came == __version__,", "require(True,"),
        ("require(head.startswith(HEAD),", "require(True,"),
    ),
    *of(
        "pages.py", "test_conventions.py",
        ("html.escape(self.title)", "self.title"),
        ('f"{value:.6g}"', 'f"{value}"'),
    ),
    *of(
        "09a_image", "test_conventions.py",
        ('rule = "empty " * self.is_empty', 'rule = ""'),
    ),
    *of(
        "08_rows", "test_conventions.py",
        ('no_fractions("disc_perc", disc_perc)', "pass"),
    ),
    *of(
        "models.py", "test_conventions.py",
        ("    predict.classes = names  #", "    predict.labels = names  #"),
    ),
    *of(
        "06b_many", "test_many.py",
        ("islice(tasks, ahead - 1)", "tasks"),
        ('state["queries"] | dict(seconds=None)', 'state["queries"]'),
        ("file.truncate(0 if fresh else len(whole + end))", "file.truncate(0 if fresh else len(text))"),
        ('own = (n, mark) == (line.get("index"), line.get("fingerprint"))', "own = True"),
        ("            file.flush()\n", "            pass\n"),
        ("and not one.is_empty and mine(", "and mine("),
        ("if not done: found = unless_alike(found)", "found = unless_alike(found)"),
        ("if not fresh: same_header(to, lines[0], header)", "pass"),
        ("return joblib.hash(np.ascontiguousarray(x) if", "return joblib.hash(x if"),
        ("if self.packed is None:", "if True:"),
        ("yield from pool(joblib.delayed(one)() for one in several)", "yield from list(pool(joblib.delayed(one)() for one in several))"),
    ),
    *of(
        "06d_report", "test_report.py",
        ("return html.escape(visible(str(value)))", "return visible(str(value))"),
        ("img-src data:;", "img-src *; default-src *;"),
        ("unfolding(one, i, i < pictures)", "unfolding(one, i, True)"),
        ("dict(certified=False, reason=one.reason)", "dict(reason=one.reason)"),
        ('" AND ".join(map(str, one.words)) or NOTHING', '" AND ".join(map(str, one.words))'),
    ),
    *of(
        "01b_asking", "test_remote.py",
        ("settings.max_rows_per_call or np.inf", "np.inf"),
        ("            self.check()\n", "            pass\n"),
        ("told = {key: self.memo[key] for key in keys if key in self.memo}", "told = {}"),
        ("if memo: memo.clear()", "pass"),
        ('if self.error is not None: raise BudgetSpent("error")', "pass"),
        ("if not from_checks(error): self.error", "if True: self.error"),
    ),
    *of(
        "05b_search", "test_remote.py",
        ('if queries.settings.on_error == "return": return found', "return found"),
        ("names or '(empty)':.40", "names:.40"),
        ("memo.update(queries.memo | queries.known)", "memo.update(queries.known)"),
        ('if certified: return "certified", f"{reason}; {end}', 'if True: return "certified", f"{reason}; {end}'),
        ("except KeyboardInterrupt as error: queries.stopped(error)", "except ZeroDivisionError: pass"),
    ),
    *of(
        "06_explanation", "test_remote.py",
        ("all(same) and kept[0][-1] == now[-1]", "all(same)"),
        ("all(same) and kept[0][-1] == now[-1]", "kept[0][-1] == now[-1]"),
        ("(repr(question), fingerprint(", "(0, fingerprint("),
    ),
    *of(
        "08_rows", "test_remote.py",
        ("few = min(100, queries.rows // 10)", "few = 300"),
    ),
    *of(
        "11_guarantee", "test_remote.py",
        ('same = ("deterministic", "max_rows_per_call")', 'same = ("deterministic",)'),
    ),
    *of(
        "05_certify", "test_search.py -k hopeful",
        ("enumerate((self.lost, self.kept))", "enumerate((self.kept, self.lost))"),
    ),
    *of(
        "05b_search", "test_search.py -k hopeful_game",
        ("fresh_test(queries, certifier.rng, same, delta, most, test)", "fresh_test(queries, certifier.rng, same, delta, most)"),
        ("same, delta, most, test)", "same, settings.delta, most, test)"),
        ("if spent or \"max_pulls\" in settings.changed()", "if False"),
    ),
    *of(
        "06b_many", "test_many.py -k thousands",
        ("generate_state(max(2 * n, 256))[n:]", "generate_state(max(2 * n, 256))"),
    ),
    *of(
        "01b_asking", "test_inputs.py",
        ("/ 100 * abs(prediction)", "/ 100 * prediction"),
    ),
    *of(
        "01b_asking", "test_remote.py",
        ("if own == len(choices) and keys[-1] not in self.memo:", "if own == len(choices):"),
        ("sum(keys[i] not in self.memo for i in again)", "len(again)"),
    ),
    *of(
        "06_explanation", "test_remote.py",
        ("KEPT.pop(door, None)", "KEPT.get(door, None)"),
    ),
    *of(
        "10b_breaks", "test_breaks.py",
        ("precision_interval(new.hits, new.rows,", "precision_interval(new.hits + seen.hits, new.rows + seen.rows,"),
    ),
    *of(
        "06b_many", "test_many.py",
        ("if len(first) > 1 and len(reasons) == 1", "if len(reasons) == 1"),
        ("holds & (np.array(list(map(str, predictions))) == str(one.prediction))", "holds"),
    ),
    *of(
        "05b_search", "test_search.py",
        ("and test.certificate.hits >= threshold * test.certificate.pulls", ""),
    ),
    *of(
        "05b_search", "test_search.py -k pool",
        ("[wanted - drawn]", "[wanted]"),
    ),
    *of(
        "08_rows", "test_inputs.py",
        ("self.n + 1 + np.flatnonzero", "self.n + np.flatnonzero"),
        ("wilson(share, m)", "wilson(share, 10 * m)"),
    ),
    *of(
        "10b_breaks", "test_breaks.py",
        ("(any_of(~held) >= any_of(gone))", "(any_of(~held) >= 0)"),
        ("settings.delta, sampler.alone, lost", "settings.delta, sampler.under, lost"),
        ("target, agrees.tolerance, agrees.soft)", "target, agrees.tolerance)"),
        ("self.hits / self.rows", "self.hits / self.distinct"),
    ),
    *of(
        "01b_asking", "test_conventions.py",
        ("first.shape[1] if first.ndim == 2 else 0", "0"),
    ),
    *of(
        "params.py", "test_conventions.py",
        ("require(columns in (0, len(known)) or", "require(True or"),
        ("require(many in (None, len(names)),", "require(True,"),
    ),
    *of(
        "06d_report", "test_report.py",
        ('"yes" if fine and one.certified else "no"', '"yes" if fine else "no"'),
        ("sure = sum(one.certified for one in done)", "sure = len(done)"),
        ("except Exception as error:  # inputs", "except TypeError as error:  # inputs"),
    ),
    *of(
        "06b_many", "test_many.py",
        ("among = np.ones(len(inputs), bool) if given is None else", "among = np.ones(len(inputs), bool) if True else"),
    ),
    # ---- at work: short rules, default bins, wide tables, names, seams of remote models
    *of(
        "05b_search", "test_short.py",
        ("if not links or is_shorter(sampler, test.rule, links[-1].rule): links.append(test)", "links.append(test)"),
        ("return bool(rule.sum() < other.sum()) and columns <= others", "return bool(rule.sum() < other.sum())"),
        ("enough = (1 - share_given(certifier.queries)) *", "enough = (1 - 2 * share_given(certifier.queries)) *"),
        ("enough = (1 - given) * np.max(", "enough = np.max("),
        ("return told if wide.coverage > best.coverage else \"\"", "return \"\""),
    ),
    *of(
        "05_certify", "test_search.py -k widest",
        ("if tested.certificate.certified and tested.coverage > self.best_coverage:", "if tested.certificate.certified:"),
    ),
    *of(
        "08_rows", "test_short.py",
        ("distribution, short = \"perturb\", .2", "distribution, short = \"perturb\", 0."),
        ("rng.permutation(n)[:1000], 100", "rng.permutation(n), 100"),
        ("            if must: raise\n", ""),
        ("helps = [] if cut_by else [", "helps = ["),
    ),
    Mutation("08b_tabular", "\"max_anchor_size\", \"short\"}", "\"max_anchor_size\"}", "test_short.py"),
    *of(
        "08a_surrogate", "test_surrogate.py",
        ("    if sampler.exact_reuse or len(column) <= most: return np.arange(len(column))", "    return np.arange(len(column))"),
        ("np.argsort(-abs(sums), kind=\"stable\")[:most // 2]", "np.argsort(abs(sums), kind=\"stable\")[:most // 2]"),
        ("forced[c].append(written[turn[s] - start][:, columns == c])", "forced[c].append(written[0][:, columns == c])"),
    ),
    *of(
        "06_explanation", "test_rows_per_call.py",
        ("    return offering(said, sampler, ask)", "    return offering(model, sampler, ask)"),
    ),
    *of(
        "06_explanation", "test_tabular.py -k whole_answers",
        ("question[:2] == (None, None) and regresses(model)", "False"),
    ),
    Mutation("06_explanation", "    unless_mistaken(own, asked, options)\n", "", "test_image.py -k p_sample"),
    Mutation("08b_tabular", "np.flatnonzero(predicted(model, as_table(rows)) == target)",
             "np.flatnonzero(self.predict_fn(rows) == target)", "test_rows_per_call.py"),
    *of(
        "10b_breaks", "test_rows_per_call.py",
        ("        if queries.error is not None: raise queries.error from None  # the model failed\n", ""),
    ),
    Mutation("settings.py", "number(\"coverage_samples\"", "(lambda *a, **k: None)(\"coverage_samples\"", "test_settings.py -k coverage_samples"),
    *of(
        "08_rows", "test_inputs.py -k may_help",
        ("or result.search == \"claim\"", ""),
    ),
    Mutation("08_rows", "super().in_html() | {\"Instance\": self.show(self.instance)}", "super().in_html()",
             "test_conventions.py -k lists_of_explanations"),
    Mutation("10b_breaks", "{\"Prediction\": b.explanation.said,", "{\"Prediction\": str(b.explanation.prediction),",
             "test_conventions.py -k lists_of_explanations"),
    *of(
        "06d_report", "test_conventions.py -k lists_of_explanations",
        ("known = [one.said, anchor_text(one)]", "known = [one.prediction, anchor_text(one)]"),
        ("told = f\"{i}: {one.said}: ", "told = f\"{i}: {one.prediction}: "),
    ),
    Mutation("06d_report", "written(path, visible(page(title, parts)))", "written(path, page(title, parts))",
             "test_cli.py -k page"),
    Mutation("06b_many", "if n == first: check_made(to, task, line)", "if n == 0: check_made(to, task, line)",
             "test_many.py -k another_fit"),
    # ---- the seams: files, workers, promises, audits
    *of(
        "files.py", "test_files.py",
        ("{FLOAT: str(float(value))}", "None"),
        ("else str(value)", "else value"),
        ('in ("NAType", "NaTType")', "in ()"),
        ("return float(value[FLOAT])", "return value"),
        ("except (ValueError, RecursionError) as error", "except ValueError as error"),
        ("-1e-9 <= value <= 1 + 1e-9", "value >= 0"),
        ("two and value[0] <= value[1]", "two"),
        ("for path, (wanted, fine) in (FIELDS |", "for path, (wanted, fine) in ({} |"),
        ("require(sorted(came) == named,", "require(True,"),
        ("require(came == size,", "require(True,"),
        ('require(known, f"bounds', 'require(True, f"bounds'),
        ("list_of(list_of(some(int), 2))", "list_of(some(list))"),
        ("facts, _, words = found.facts(), found.headline(), found.words", "facts, words = found.facts(), found.words"),
        ('require(same, f"anchor', 'require(True, f"anchor'),
        ("{COMMANDS}{TURNS}", "{COMMANDS}"),
        ("\\v-\\x1f\\x7f-\\x9f", "\\v-\\x1f\\x7f"),
    ),
    *of(
        "06_explanation", "test_files.py",
        ("line.format(html.escape(label), value)", "line.format(label, value)"),
        ('return visible("\\n".join(', 'return ("\\n".join('),
        ('(wrapped(text, f"{label}: ") for', '(f"{label}: {text}" for'),
        ('if ours and module == f"grokking_anchors.{WINGS.get(name)}":', "if ours:"),
        ("require(not ours or (name, module) in known,", "require(True,"),
        (
            "for one in below: known |= kinds_below(one)",
            "known |= {(one.__name__, one.__module__): one for one in below}",
        ),
        ("kind_named(state := checked(state))", "kind_named(state)"),
    ),
    *of(
        "06b_many", "test_many.py",
        ("reason_of(self.error), portable(self.error)", "reason_of(self.error), self.error"),
        ("return RuntimeError(reason_of(error))", "return RuntimeError(str(error))"),
    ),
    *of(
        "09a_image", "test_files.py",
        ("require(array.nbytes <= LIMIT,", "require(True,"),
        ("require(size <= LIMIT,", "require(True,"),
        ('base64.b64decode(state["zlib"]), size + 1)', 'base64.b64decode(state["zlib"]))'),
        ("require(len(data) == size,", "require(True,"),
        ('re.fullmatch("[<>|][biuf][0-9]{1,2}", dtype)', "True"),
        ("fits and np.array_equal(relabel(labels, image.shape), labels)", "fits"),
        ("fits = some and", "fits ="),
        ("(0 <= choices) & (choices <= most)", "choices <= most"),
        ('require(len(sampler.names) == len(stored["rule"]),', "require(True,"),
    ),
    *of(
        "cli.py", "test_cli.py -k commands",
        ("print(visible(explanation.to_json(ensure_ascii=False)), flush=True)", "print(explanation.to_json(ensure_ascii=False), flush=True)"),
        ("SIGNS[kind][0] + visible(word)", "SIGNS[kind][0] + word"),
        ("super().error(visible(message))", "super().error(message)"),
    ),
    *of(
        "workshop/copying.py", "test_workshop_copy.py -k way",
        ("if blocked := sorted(", "if False and sorted("),
        ("path.is_symlink() and path != dest or", "False or"),
        ("or os.path.lexists(path) and not right", "or False"),
    ),
    *of(
        "cli.py", "test_workshop_copy.py -k itself",
        ("except (OSError, ValueError) as error:", "except (FileExistsError, ValueError) as error:"),
    ),
    *of(
        "workshop/copying.py", "test_workshop_copy.py -k itself",
        ("path.is_symlink() and path != dest", "path.is_symlink()"),
    ),
    *of(
        "07_words", "test_text.py",
        ("*[phrase] * (len(set(phrase)) > 1)", "*[]"),
        ("fixed = np.array(self.words, object) == self.unk", "fixed = np.zeros(len(self.words), bool)"),
        ("(own >= rules).all(axis=1)", "(own >= rules).any(axis=1)"),
        ("[[need <= one for need in needs] for one in there]", "[[need >= one for need in needs] for one in there]"),
    ),
    *of(
        "07a_sources", "test_text_strategies.py",
        ('[[word, "."] for word in new]', '[new + ["."]] * len(new)'),
    ),
    *of(
        "07b_replacements", "test_text_strategies.py",
        ("a[-1].isalnum() == b[0].isalnum()", "a[-1].isalnum() and b[0].isalnum()"),
    ),
    *of(
        "08_rows", "test_tabular.py",
        (".mean(axis=1) if self.whole else None", ".mean(axis=1)"),
        ("if form: edges = {as_it_reads(edge, form) for edge in edges}", "if form: pass"),
        ("code.get(told(value), self.size + 1)", "code.get(value, self.size + 1)"),
    ),
    *of(
        "08_rows", NOTEBOOK,
        ("code.get(told(value), self.size + 1)", "code.get(told(value), self.size)"),
    ),
    *of(
        "tables.py", "test_tabular.py",
        ("shown[str(value)] > 1", "shown[str(value)] > 2"),
        ("texts.index(str(name))", "have.index(name)"),
        ("missing, values = column.isna().to_numpy()", "missing, values = np.zeros(len(table), bool)"),
    ),
    *of(
        "09_segments", "test_image.py",
        ("rng.integers(1, 2**32, size", "rng.integers(1, 11, size"),
        ("np.flatnonzero(changes | ~changes.any())", "np.arange(len(changes))"),
    ),
    *of(
        "09a_image", "test_image.py",
        ('feature=[segments[i] for i in raw["feature"]]', 'feature=raw["feature"]'),
        ("image.astype(dtype or image.dtype)", "image.astype(dtype or image.dtype, copy=False)"),
    ),
    *of(
        "01b_asking", NOTEBOOK,
        ("abs(np.asarray(outputs, float) - self.prediction)", "abs(outputs - self.prediction)"),
        ('require(abs(one - two) <= 1e-3, f"the model gave', 'require(True, f"the model gave'),
        ("most = (left + 1) // 2 if new else left", "most = (left + 1) // 2"),
    ),
    *of(
        "01b_asking", "test_seams.py",
        ("self.agrees(copied(inputs))", "self.agrees(inputs)"),
        ("model_outputs(predict, copied(instance))", "model_outputs(predict, instance)"),
        ("if new.get(key) != i] if most else []", "if new.get(key) is None] if most else []"),
    ),
    *of(
        "05_certify", NOTEBOOK,
        (
            "won = log_above(hits + a, misses + b, threshold) - log_above(a, b, threshold)",
            "won = log_above(hits + a, misses + b, threshold) - np.log1p(-threshold)",
        ),
        ("weight = min(.5, 250 / pulls)", "weight = 0 * pulls"),
    ),
    *of(
        "05_certify", "test_search.py test_seams.py",
        ("if hits <= threshold * pulls: return EVEN", "if not pulls: return EVEN"),
        ('parts = [n] if settings.independent == "row" else [1] * n', "parts = [n]"),
        ("luck = min(1, share + np.sqrt(share * (1 - share) / (pulls + 50)))", "luck = 1"),
        ("need = more[wins.argmax() if wins.any() else -1]", "need = more[-1]"),
    ),
    *of(
        "05b_search", "test_seams.py",
        ("slack = 1e-12 if settings.threshold < 1 else 0", "slack = 1e-12"),
        (
            "doubted = superset_sums(held, (agreed < 1) & (weights > 0)) > 0",
            "doubted = superset_sums(held, (agreed < 1) & (weights > 1e-9)) > 0",
        ),
        ("queries.recall(choices[:max(0, queries.left - queries.again)])", "pass"),
        (
            "precision exceeds {t} under {under}; a claim like this",
            "precision exceeds {t} under these perturbations; a claim like this",
        ),
        ("if len(few) and certifier(next_candidates(tally, few, coverage_of)): return", "if len(few): pass"),
    ),
    *of(
        "05b_search", NOTEBOOK,
        (
            "return blake2b(repr(list(predicates)).encode() + data, digest_size=16).digest()",
            'return blake2b(b"", digest_size=16).digest()',
        ),
    ),
    *of(
        "06_explanation", "test_seams.py",
        ("if value == 1 or value < .99995 else", "if True else"),
        ("instance=deepcopy(instance)", "instance=instance"),
    ),
    *of(
        "06_explanation", "test_audit.py",
        ('return {**vars(self), "asked_of": None}', "return vars(self)"),
    ),
    *of(
        "11_guarantee", NOTEBOOK,
        (
            "low = special.betaincinv(hits, n - hits + 1, tail) if hits > 0 else 0",
            "low = special.betaincinv(hits, n - hits + 1, 1 - tail) if hits > 0 else 0",
        ),
    ),
    *of(
        "11_guarantee", "test_audit.py",
        ('"broken" if high < self.threshold else "open"', '"broken" if low < self.threshold else "open"'),
        ("np.tile(rule, (k, 1)), rng)[2], n)", "np.tile(rule & False, (k, 1)), rng)[2], n)"),
        ('return "kept" if low >= self.threshold else', 'return "kept" if self.precision.share >= 0 else'),
        ("exact_interval(broken, len(audits))", "exact_interval(broken, kept + broken + undecided)"),
    ),
    *of(
        "01b_asking", "test_tabular.py -k writes",
        ("as_labels(model_outputs(predict, copied(inputs)))", "as_labels(model_outputs(predict, inputs))"),
    ),
    *of(
        "06_explanation", "test_seams.py",
        ("hits + new.sum(axis=1)", "hits"),
    ),
    # ---- the story: first versions before the package's, the talk, its copies
    *of(
        "01b_asking", NOTEBOOK,
        ("labels_of(target, label), soft=soft", "labels_of(target, label), soft=False"),
    ),
    *of(
        "01b_asking", "test_sampler.py",
        ("require(len(instance) == 1,", "require(len(instance) >= 1,"),
    ),
    Mutation("02_encoding", "holds if np.ndim(rules) == 2 else holds[0]", "holds"),
    *of(
        "03_bandit", NOTEBOOK,
        ("q = np.where(step > 0, q - step, q)", "q = np.where(step > 0, q - step / 2, q)"),
        ("return x + np.log(x)", "return x"),
    ),
    Mutation("04_beam_search", "total += rows @ block.agreed.astype(np.float32), rows.sum(axis=1)",
             "total += rows @ block.agreed.astype(np.float32) / 2, rows.sum(axis=1)"),
    *of(
        "05b_search", "test_search.py -k no_anchor_says",
        ('word = "reach" if settings.threshold == 1 else "exceed"', 'word = "reach"'),
    ),
    Mutation("06_explanation", "no_unknown(asked,", "list(asked and", "test_settings.py"),
    Mutation("06_explanation", "cannot check new inputs: define check", "cannot check new inputs", "test_sampler.py"),
    Mutation("08_rows", "np.maximum.reduceat(np.where(kinds, self.low, 0)",
             "np.minimum.reduceat(np.where(kinds, self.low, 0)"),
    *of(
        "08a_surrogate", NOTEBOOK,
        ("ridge = np.r_[1e-6, np.full(len(few), penalty)]", "ridge = np.r_[penalty, np.full(len(few), penalty)]"),
        ("first = np.diff(model.column[kept], prepend=-1) != 0", "first = np.diff(model.column[kept], prepend=-1) == 0"),
    ),
    *of(
        "settings.py", "test_definition.py",
        ("threshold: float = 0.95 ", "threshold: float = 0.9 "),
    ),
    Mutation("workshop/copying.py", '("glossary.md", "settings.md")', '("glossary.md",)',
             "test_definition.py -k workshop_copy"),
    *of(
        "workshop/exercises.py", "test_exercises.py",
        ("with_import=not imported", "with_import=True"),
        ("blanks = dict.fromkeys(_blank", "blanks = list(_blank"),
    ),
    *of(
        "workshop/talk.py", "test_live.py",
        ("if any(still_open(namespace, name)", "if all(still_open(namespace, name)"),
        ("for node in statements[: ends[0] + 1]:", "for node in statements:"),
        ('return value is TODO or "TODO" in', 'return "TODO" in'),
        ("if answer == right else", "if answer else"),
        ("if answer not in options", "if answer is None"),
        ("rounds[number - 1]", "rounds[0]"),
    ),
    # ---- seen and moved
    *of(
        "plots.py", "test_views.py",
        ("if any((np.abs(spot - other) < room)", "if any((np.abs(spot - other) < 0)"),
        ("if len(data) > most:", "if False:"),
    ),
    *of(
        "workshop/views.py", "test_views.py",
        ("under = np.flatnonzero((held >= rule)", "under = np.flatnonzero((held == rule)"),
        ("[figures.RED] * len(lost)", "[figures.TEAL] * len(lost)"),
    ),
    *of(
        "workshop/views.py", "test_hold.py",
        ('np.where(held, "kept", "changed")', 'np.where(held, "changed", "kept")'),
        ("html.escape(told)", "told"),
    ),
    *of(
        "workshop/figures.py", "test_hold.py",
        ("1.1 * (most or len(shares))", "1.1 * len(shares)"),
    ),
    *of(
        "workshop/views.py", "test_search_views.py",
        ('"the anchor" if one.certified else', '"the anchor" if one.precision else'),
    ),
    *of(
        "workshop/figures.py", "test_search_views.py",
        ("blocking = [] if decided else two", "blocking = two"),
        ("ax.plot([end, left], [at, y]", "ax.plot([end + 6, left], [at, y]"),
        ("step * max(rows, *map(len, told)) + 30", "step * max(map(len, told[: (steps + 1) // 2])) + 30"),
    ),
    *of(
        "workshop/figures.py", "test_explore.py",
        ('folded(row["anchor"], 40)', 'row["anchor"][:40]'),
    ),
    *of(
        "workshop/recording.py", "test_explore.py",
        ("> MOST:", "> MOST + 1:"),
        ("frames.setdefault(frame, len(frames))", "frames.setdefault(frame, 0)"),
    ),
    *of(
        "10_explore", "test_explore.py",
        ("return compare_view(shown, low)", "return compare_view(shown)"),
    ),
    *of(
        "pages.py", "test_cli.py",
        ("break_on_hyphens=False", "break_on_hyphens=True"),
        ("if known else 80", "if known else 90"),
    ),
]  # fmt: skip


RUN = """
import json, sys
import matplotlib
matplotlib.use("Agg")
names = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1], encoding="utf8"))["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), names)
"""


def is_notebook(mutation):
    """Does the line stand in a notebook?"""
    return not mutation.where.endswith(".py")


def home(mutation):
    """The file in which the line stands."""
    place = f"nbs/{mutation.where}.ipynb" if is_notebook(mutation) else f"grokking_anchors/{mutation.where}"
    return ROOT / place


def exported(path):
    """The code cells of a notebook that are exported, and the module they become."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    (module,) = [s.split()[-1] for s in sources if s.startswith("#| default_exp")]
    return [s for s in sources if s.startswith("#| export")], module


def occurrences(mutation):
    """How often the line to be spoilt stands in what is exported."""
    path = home(mutation)
    texts = exported(path)[0] if is_notebook(mutation) else [path.read_text(encoding="utf-8")]
    return sum(text.count(mutation.right) for text in texts)


def noticed(mutation, folder):
    """Does the one who must notice the mistake fail?"""
    return notebook_fails(mutation, folder) if mutation.who == NOTEBOOK else suite_fails(mutation, folder)


def run(command, folder, **environment):
    """The exit code, within five minutes; one that hangs has failed. What lies in the folder is imported first."""
    variables = os.environ | {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"} | environment
    try:
        return subprocess.run(command, capture_output=True, cwd=folder, env=variables, timeout=300).returncode
    except subprocess.TimeoutExpired:
        return 1


def notebook_fails(mutation, folder):
    """Run a spoilt copy of the notebook: each exporting cell that holds the line is changed."""
    notebook, done = json.loads(home(mutation).read_text(encoding="utf-8")), False
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and source.startswith("#| export") and mutation.right in source and not done:
            cell["source"], done = source.replace(mutation.right, mutation.wrong, 1).splitlines(True), True
    path = Path(folder) / f"{mutation.where}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return run([sys.executable, "-c", RUN, str(path)], folder) != 0


def suite_fails(mutation, folder):
    """Run the named tests with a spoilt copy of the package in front of the installed one."""
    package = shutil.copytree(ROOT / "grokking_anchors", Path(folder) / "grokking_anchors")
    for name in ("data", "nbs"):
        (Path(folder) / name).symlink_to(ROOT / name)
    name = f"{exported(home(mutation))[1].replace('.', '/')}.py" if is_notebook(mutation) else mutation.where
    text = (package / name).read_text(encoding="utf-8")
    (package / name).write_text(text.replace(mutation.right, mutation.wrong, 1), encoding="utf-8")
    tests, _, chosen = mutation.who.partition(" -k ")
    paths = [str(ROOT / "tests" / one) for one in tests.split()]
    quiet = ["-c", str(ROOT / "pyproject.toml"), "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    quiet += ["-k", chosen] if chosen else []
    return run([sys.executable, "-m", "pytest", *quiet, *paths], folder, PYTHONPATH=str(folder)) == 1


def tried(mutation):
    """A mutation, and whether it was noticed."""
    with tempfile.TemporaryDirectory() as folder:
        return mutation, noticed(mutation, folder)


def main(argv=None):
    """Try those that are named; the number that got away."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="beginnings of notebooks or modules (default: all)")
    parser.add_argument("--sample", type=int, default=1, help="every so many")
    args = parser.parse_args(argv)
    chosen = [one for one in MUTATIONS if not args.names or one.where.startswith(tuple(args.names))][:: args.sample]
    escaped = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for mutation, caught in pool.map(tried, chosen):
            escaped += not caught
            say = " ".join(f"{mutation.right} -> {mutation.wrong}".split())
            print("noticed" if caught else "ESCAPED", f"{mutation.where} ({mutation.who}): {say}", flush=True)
    print(f"{len(chosen)} mistakes, {escaped} escaped")
    return escaped


if __name__ == "__main__":
    sys.exit(main() > 0)
