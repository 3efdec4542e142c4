"""Planted mistakes: each must make the tests that stand in its notebook fail.

python tests/mutations.py [01 03 ...]     tries them and prints which were caught
"""

import json
import os
import subprocess
import sys
from pathlib import Path

NBS = Path(__file__).parent.parent / "nbs"

# notebook, what it says, what a mistake would make of it
MUTATIONS = [
    (
        "01_sampling",
        "held = rules | (rng.random(rules.shape) < self.keep)",
        "held = rng.random(rules.shape) < self.keep",
    ),
    ("01_sampling", "np.where(turned, -sums, sums) > 0", "sums > 0"),
    ("01_sampling", "np.where(np.where(turned, -sums, sums) > 0,", "np.where(np.where(turned, -sums, sums) >= 0,"),
    ("01_sampling", "rng.integers(1, [len(options)", "rng.integers(0, [len(options)"),
    ("01_sampling", "if key not in self.known}", "if True}"),
    (
        "01_sampling",
        "abs(outputs - self.prediction) <= self.tolerance",
        "abs(outputs - self.prediction) >= self.tolerance",
    ),
    ("02_encoding", "(wanted[:, None] & ~there) == 0", "(wanted[:, None] & there) == 0"),
    ("02_encoding", "(holds @ (weights * agreed)) / (holds @ weights)", "(holds @ (weights * agreed)) / weights.sum()"),
    ("02_encoding", "return holds.mean(axis=-1) if weights is None else holds @ weights", "return holds.mean(axis=-1)"),
    ("02_encoding", "zip(rules.T, rows.T)", "zip(rules.T[:1], rows.T[:1])"),
    ("03_bandit", "return hit + miss", "return hit - miss"),
    ("03_bandit", "for _ in range(8):  # each step", "for _ in range(0):  # each step"),
    ("03_bandit", "1 - upper_bound(1 - share, level)", "1 - upper_bound(share, level)"),
    ("03_bandit", "asked[top] = lower[top] < strongest - tau", "asked[top] = False"),
    ("03_bandit", "405.5 * n_arms * t**1.1 / delta", "405.5 * n_arms * t / delta"),
    ("03_bandit", "if state.gap <= tau or", "if state.gap <= 10 * tau or"),
    ("03_bandit", "np.log((1 + np.log(t)) / .1)", "np.log((1 + np.log(t)) / .5)"),
    ("04_beam_search", "children.sum(axis=1) > parents[0].sum()", "children.sum(axis=1) >= parents[0].sum()"),
    ("04_beam_search", "return contains(rules, block.held) & nothing_extra", "return contains(rules, block.held)"),
    ("04_beam_search", "np.zeros((min(step, n - i), d), bool)", "np.ones((min(step, n - i), d), bool)"),
    (
        "04_beam_search",
        "if candidates.coverage[i] > self.best_coverage:",
        "if candidates.coverage[i] < self.best_coverage:",
    ),
    ("04_beam_search", 'np.argsort(-share, kind=\\"stable\\")[:n]', 'np.argsort(share, kind=\\"stable\\")[:n]'),
    ("05_certify", "+ log_tail - np.log1p(-threshold)", "+ log_tail"),
    (
        "05_certify",
        "hits, pulls, log_e, goal = 0., 0, 0., np.log(1 / delta)",
        "hits, pulls, log_e, goal = 0., 0, 0., np.log(2)",
    ),
    ("05_certify", "self.delta / (k * (k + 1)), **self.limits", "self.delta, **self.limits"),
    (
        "05_certify",
        "log_e_value(pulls - hits, pulls, 1 - threshold) >= np.log(20):",
        "log_e_value(pulls - hits, pulls, threshold) >= np.log(20):",
    ),
    ("05_certify", "return order[chance[order] > screen]", "return order[chance[order] < screen]"),
    ("05_certify", "[without + with_it, with_it]", "[without, with_it]"),
    ("05_certify", "1 - lower_end(pulls - hits, pulls, delta)", "lower_end(hits, pulls, delta)"),
    ("05b_surrogate", "- priced @ model.base.T", "+ 0 * priced @ model.base.T"),
    ("05b_surrogate", "- ridge * weights, X.T", "- 0 * weights, X.T"),
    ("05b_surrogate", "if fine.max() <= cover[plan[0]] + 1e-9: break", "break"),
    ("06_explanation", "return applies(self.rule, self.check(inputs))", "return self.check(inputs).any(axis=1)"),
    ("06_explanation", "{html.escape(str(text))}</span>", "{text}</span>"),
    ("06_explanation", '\\"Anchor\\" if self.certified else', '\\"Anchor\\" if True else'),
    (
        "06_explanation",
        "np.argmax(guess(larger) if guess else hits / np.maximum(pulls, 1))",
        "np.argmin(guess(larger) if guess else hits / np.maximum(pulls, 1))",
    ),
    ("06_explanation", 'covered_true=stored(part[\\"kept\\"])', 'covered_true=stored(part[\\"lost\\"])'),
    ("07_text", "before = i > 0 and not gap and", "before = False and"),
    ("07_text", "np.float32) >= self.sample_proba)", "np.float32) < self.sample_proba)"),
    ("07_text", "need <= Counter(self.words(text))", "need >= Counter(self.words(text))"),
    (
        "07_text",
        "np.where(choices[:, self.groups], *self.pieces)",
        "np.where(choices[:, self.groups], *self.pieces[::-1])",
    ),
    ("07_text", "return (1 - self.sample_proba) ** rules", "return self.sample_proba ** rules"),
    ("07_text", ".join(row) + self.tail for row in rows]", ".join(row) for row in rows]"),
    ("07a_sources", "logs.max(initial=-np.inf)) / temperature)", "logs.max(initial=-np.inf)) * temperature)"),
    ("07a_sources", "enumerate(around[::-1])", "enumerate(around)"),
    ("07a_sources", "word.casefold() != original.casefold()", "word != original"),
    ("07b_replacements", "return rules | (rng.random(rules.shape)", "return (rng.random(rules.shape)"),
    ("07b_replacements", "chosen = np.where(choices > 0, new,", "chosen = np.where(choices > 1, new,"),
    ("07b_replacements", ">= self.sample_proba)", "< self.sample_proba)"),
    ("07b_replacements", ".join(row) + self.tail for row in pieces", ".join(row) for row in pieces"),
    (
        "08_tabular",
        'np.searchsorted(self.edges, values, \\"left\\")',
        'np.searchsorted(self.edges, values, \\"right\\")',
    ),
    ("08_tabular", "table.order[self.owners, np.minimum(spot, n - 1)], n)", "np.minimum(spot, n - 1), n)"),
    ("08_tabular", "rng.choice(self.table.base[fits], len(mine))", "rng.choice(self.table.base, len(mine))"),
    ("09_image", "(1. - self.p_sample) ** np", "self.p_sample ** np"),
    ("09_image", "index *= self.labels.size", "index *= self.labels.size - 1"),
    ("09_image", "hidden = ~rules & (rng", "hidden = (rng"),
]

RUN = """
import json, sys
import matplotlib
matplotlib.use("Agg")
names = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1], encoding="utf8"))["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), names)
"""


def occurrences(
    name,  # of a notebook
    text,  # as it stands in the file
):
    """How often the line to be spoilt stands in the notebook."""
    return (NBS / f"{name}.ipynb").read_text(encoding="utf8").count(text)


def fails(
    name,  # of a notebook
    right,
    wrong,
    folder,  # where the spoilt copy goes
):
    """Does the notebook stop with an error when `right` is replaced by `wrong`?"""
    spoilt = (NBS / f"{name}.ipynb").read_text(encoding="utf8").replace(right, wrong, 1)
    path = Path(folder) / f"{name}.ipynb"
    path.write_text(json.dumps(json.loads(spoilt)), encoding="utf8")
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    run = subprocess.run([sys.executable, "-c", RUN, str(path)], capture_output=True, env=environment, timeout=300)
    return run.returncode != 0


def main(wanted):
    """Try all mutations, or those of the named notebooks; the number that got away."""
    import tempfile

    escaped = 0
    for name, right, wrong in MUTATIONS:
        if wanted and not name.startswith(tuple(wanted)):
            continue
        with tempfile.TemporaryDirectory() as folder:
            caught = fails(name, right, wrong, folder)
        escaped += not caught
        print("caught " if caught else "ESCAPED", name, "|", right, "->", wrong, flush=True)
    print(f"{escaped} escaped")
    return escaped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) > 0)
