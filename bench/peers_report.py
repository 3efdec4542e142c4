"""The tables and the picture of peers.py, from its CSV file alone."""

import csv
from hashlib import sha256
from itertools import combinations, groupby
from pathlib import Path

import numpy as np
from cases import THRESHOLD

from grokking_anchors.audit import exact_interval

ORDER = ["cancer", "adult", "block", "snippets", "similar", "digits", "digits_empty", "near", "tree"]
TITLES = {
    "cancer": "breast cancer, forest",
    "adult": "adult, boosting",
    "block": "five columns that vote",
    "snippets": "snippets, UNK",
    "similar": "snippets, similar words",
    "digits": "digits",
    "digits_empty": "digits, empty anchor",
    "near": "enumerated, near .95",
    "tree": "enumerated, trees",
}
NAMES = {"ours": "ours", "alibi": "alibi", "anchor_exp": "anchor-exp"}
COSTS = {"calls": "calls", "rows": "rows", "distinct": "distinct rows", "outside": "CPU outside, s",
         "inside": "CPU model, s", "peak_mb": "peak MB"}  # fmt: skip
TEXTS = ("package", "setting", "case", "outcome", "rule")


def read(path):
    """Case, package, setting -> its lines, numbers as floats (NaN where there is none)."""
    with open(path, newline="") as file:
        rows = [{k: v if k in TEXTS else float(v or "nan") for k, v in row.items()} for row in csv.DictReader(file)]
    place = lambda case, package, setting: (
        ORDER.index(case), list(NAMES).index(package), setting != "default", setting)  # fmt: skip
    groups = {}
    for row in rows:
        groups.setdefault((row["case"], row["package"], row["setting"]), []).append(row)
    return {key: groups[key] for key in sorted(groups, key=lambda key: place(*key))}


def column(rows, name):
    """One column of the lines of seed 0."""
    return np.array([row[name] for row in rows if row["seed"] == 0])


def short(value):
    """Three digits, as a reader wants them."""
    if np.isnan(value):
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def middle(values):
    """Median (mean); one number when they read the same."""
    values = values[~np.isnan(values)]
    if not len(values):
        return "-"
    median, mean = short(np.median(values)), short(values.mean())
    return median if median == mean else f"{median} ({mean})"


def false_claims(rows):
    """False claims and claims, among the lines of seed 0."""
    claimed = column(rows, "outcome") == "claimed"
    return int((column(rows, "true")[claimed] < THRESHOLD).sum()), int(claimed.sum())


def false_text(rows):
    """3 of 20 [.03, .38]."""
    k, n = false_claims(rows)
    return f"{k} of {n} [{', '.join(f'{end:.2f}' for end in exact_interval(k, n))}]" if n else "-"


def same_rule(rows):
    """Share of pairs of seeds with the same rule, the mean over instances; NaN where there is one seed."""
    shares = []
    for _, some in groupby(sorted(rows, key=lambda row: row["instance"]), key=lambda row: row["instance"]):
        pairs = list(combinations([(row["outcome"], row["rule"]) for row in some], 2))
        shares += [np.mean([a == b for a, b in pairs])] if pairs else []
    return float(np.mean(shares)) if shares else np.nan


def main_table(groups):
    """Markdown: a line for each case, package and setting."""
    head = ["case", "package", "claims", "false [95 %]", "true precision", "coverage", "length", *COSTS.values()]
    lines = [[*head, "same rule"], ["---"] * (len(head) + 1)]
    for (case, package, setting), rows in groups.items():
        if setting == "cold":
            continue
        n, outcome = len(column(rows, "outcome")), column(rows, "outcome")
        stopped = f", {(outcome == 'stopped').sum()} stopped" * bool((outcome == "stopped").any())
        name = NAMES[package] + (f", {setting}" if setting != "default" else "")
        claims = f"{(outcome == 'claimed').sum()} of {n}{stopped}"
        found = [middle(column(rows, one)[outcome == "claimed"]) for one in ("true", "coverage", "length")]
        costs = [middle(column(rows, one)) for one in COSTS]
        costs[-1] = short(np.nanmax(column(rows, "peak_mb")))
        lines.append([TITLES[case], name, claims, false_text(rows), *found, *costs, short(same_rule(rows))])
    return lines


def plain_table(groups):
    """The same for a page: medians, defaults and strict settings, columns of even width."""
    head = "case,package,claims,false,prec.,cover.,size,calls,rows,CPU s,same"
    lines = [head.split(",")]
    for (case, package, setting), rows in groups.items():
        if setting not in ("default", "strict"):
            continue
        name = NAMES[package] + (" strict" if setting == "strict" else "")
        claims = column(rows, "outcome") == "claimed"
        numbers = [column(rows, one) for one in ("true", "coverage", "length")]
        middles = [short(np.nanmedian(one[claims])) if claims.any() else "-" for one in numbers]
        costs = [short(np.median(column(rows, one))) for one in ("calls", "rows", "outside")]
        again = short(same_rule(rows))
        first = [TITLES[case], name, f"{claims.sum()}/{len(claims)}", str(false_claims(rows)[0])]
        lines.append([*first, *middles, *costs, again])
    widths = [max(map(len, cells)) for cells in zip(*lines)]
    pad = lambda cells: [c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths))]
    return "\n".join(" ".join(pad(cells)).rstrip() for cells in lines) + "\n"


def bootstrap(ours, theirs, times=4000, seed=0):
    """Ratio of medians, its 95 % interval (instances drawn again, together), and the ratio of means."""
    draws = np.random.default_rng(seed).integers(len(ours), size=(times, len(ours)))
    ratios = np.median(ours[draws], axis=1) / np.median(theirs[draws], axis=1)
    return np.median(ours) / np.median(theirs), *np.quantile(ratios, (0.025, 0.975)), ours.mean() / theirs.mean()


def by_instance(rows, name):
    """Instance -> value, of the lines of seed 0."""
    return dict(zip(column(rows, "instance"), column(rows, name)))


def against(groups, case, name):
    """Ours over the better peer (of smaller median), both at defaults: its name and the four numbers; or None."""
    default = {package: groups[case, package, "default"] for package in NAMES if (case, package, "default") in groups}
    peers = [package for package in default if package != "ours"]
    if "ours" not in default or not peers:
        return None
    better = min(peers, key=lambda package: np.median(column(default[package], name)))
    ours, theirs = by_instance(default["ours"], name), by_instance(default[better], name)
    both = sorted(set(ours) & set(theirs))
    return better, *bootstrap(np.array([ours[i] for i in both]), np.array([theirs[i] for i in both]))


def ratio_table(groups):
    """Markdown: ours over the better peer."""
    shown = ["calls", "rows", "distinct", "outside", "peak_mb"]
    lines = [["case", *(COSTS[name] for name in shown)], ["---"] * (len(shown) + 1)]
    for case in [case for case in ORDER if any(key[0] == case for key in groups)]:
        cells = []
        for name in shown:
            found = against(groups, case, name)
            if found is None:
                cells.append("-")
                continue
            better, ratio, low, high, mean = found
            cells.append(f"{short(ratio)} [{short(low)}, {short(high)}] ({short(mean)}), {NAMES[better]}")
        lines.append([TITLES[case], *cells])
    return lines


def better_peer(groups, case, value, best=max):
    """The peer whose `value(rows)` at defaults is best: name and value; None where there is none."""
    default = {package: groups[case, package, "default"] for package in NAMES if (case, package, "default") in groups}
    values = {package: value(rows) for package, rows in default.items() if package != "ours"}
    values = {package: number for package, number in values.items() if not np.isnan(number)}
    return best(values.items(), key=lambda one: one[1]) if values and "ours" in default else None


def losses(groups):
    """What ours needs more of than the better peer, with the whole interval above 1, and less stable rules."""
    found = []
    for case in [case for case in ORDER if any(key[0] == case for key in groups)]:
        for name in ("calls", "rows", "distinct", "outside", "peak_mb"):
            told = against(groups, case, name)
            if told and told[2] > 1:
                found.append(f"- {TITLES[case]}: {COSTS[name]}, {short(told[1])} times {NAMES[told[0]]} "
                             f"[{short(told[2])}, {short(told[3])}], means {short(told[4])}")  # fmt: skip
        length = lambda rows: np.nanmean(column(rows, "length"))
        for name, value, best, worse in (("length", length, min, 1), ("same rule", same_rule, max, -1)):
            peer = better_peer(groups, case, value, best)
            own = value(groups[case, "ours", "default"]) if peer else np.nan
            if peer and worse * (own - peer[1]) > 1e-9:
                found.append(f"- {TITLES[case]}: {name} {short(own)} against {short(peer[1])} ({NAMES[peer[0]]})")
    return found


def cold_table(groups):
    """Markdown: CPU seconds from the first import to the first explanation."""
    cases = sorted({case for case, _, setting in groups if setting == "cold"}, key=ORDER.index)
    lines = [["package", *(TITLES[case] for case in cases)], ["---"] * (len(cases) + 1)]
    for package in NAMES:
        found = [groups.get((case, package, "cold")) for case in cases]
        if any(found):
            lines.append([NAMES[package], *(middle(column(rows, "outside")) if rows else "-" for rows in found)])
    return lines if cases else []


def markdown(lines):
    """Cells as a markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written(groups, same):
    """The whole report as markdown."""
    agree = "all instances and 1,000 random inputs of each case get equal labels in both environments"
    said = agree if all(same.values()) else f"THE ENVIRONMENTS DISAGREE: {same}"
    parts = [
        f"Checked: {said}.",
        "Medians (means) over instances, seed 0; \"same rule\" over all seeds.\n\n" + markdown(main_table(groups)),
        "Ours over the better peer, both at defaults: ratio of medians [95 %, bootstrap] (ratio of means), which "
        "peer. Below 1: ours needs less.\n\n" + markdown(ratio_table(groups)),
    ]  # fmt: skip
    cold = cold_table(groups)
    if cold:
        parts.append("First explanation in a fresh process, CPU seconds outside the model.\n\n" + markdown(cold))
    parts.append("Where ours needs more than the better peer, at defaults:\n\n" + "\n".join(losses(groups)))
    return "\n\n".join(parts) + "\n"


# --------------------------------------------------------------------------------------------- picture

TEAL, GREY = "#0b7a75", "#8a8f94"
MARKS = {"ours": ("o", TEAL, TEAL), "alibi": ("s", GREY, "white"), "anchor_exp": ("^", GREY, GREY)}
SHIFT = {"ours": -0.24, "alibi": 0.0, "anchor_exp": 0.24}
PANELS = {
    "false": "claims that are false, %",
    "calls": "model calls",
    "rows": "rows asked",
    "outside": "CPU seconds outside the model",
    "same": "same rule, % of pairs of seeds",
}


def value_of(rows, panel):
    """What a panel shows of a case and a package."""
    if panel == "false":
        k, n = false_claims(rows)
        return 100 * k / n if n else np.nan
    return 100 * same_rule(rows) if panel == "same" else np.median(column(rows, panel))


def dots(axis, panel, groups, cases):
    """One panel: a dot for each case and package; the packages stand a little below each other."""
    for package, (mark, edge, face) in MARKS.items():
        own = [(value_of(groups[case, package, "default"], panel), y + SHIFT[package]) for y, case in enumerate(cases)
               if (case, package, "default") in groups]  # fmt: skip
        if not own:
            continue
        axis.plot(*zip(*own), mark, mec=edge, mfc=face, ms=7, zorder=3, clip_on=False)
        if panel == "false":
            left = own[0][0] > 50
            axis.annotate(NAMES[package], own[0], (-8 if left else 8, 0), textcoords="offset points", color=edge,
                          ha="right" if left else "left", va="center", fontsize=9,
                          weight="bold" if package == "ours" else "normal")  # fmt: skip
    if panel in COSTS:
        axis.set_xscale("log")
    else:
        axis.set_xlim(0, 100)


def picture(groups, path):
    """Five panels beside each other, a line for each case."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    cases = [case for case in ORDER if any(key[0] == case for key in groups)]
    figure, axes = plt.subplots(1, len(PANELS), figsize=(16, 1.6 + 0.55 * len(cases)), sharey=True)
    for axis, (panel, title) in zip(axes, PANELS.items()):
        dots(axis, panel, groups, cases)
        axis.set_title(title, fontsize=10, loc="left", pad=14)
        axis.grid(axis="x", color="#e4e6e8")
        for y in range(1, len(cases), 2):
            axis.axhspan(y - 0.5, y + 0.5, color="#f5f6f7", zorder=0)
        axis.set_axisbelow(True)
        axis.tick_params(length=0, pad=9)
        axis.spines[:].set_visible(False)
    axes[0].set_yticks(range(len(cases)), [TITLES[case] for case in cases], fontsize=10)
    axes[0].set_ylim(len(cases) - 0.5, -0.5)
    figure.tight_layout(w_pad=2)
    figure.savefig(path, dpi=110)


def store(table):
    """The plain table among the data of the package, with its checksum."""
    data = Path(__file__).resolve().parents[1] / "data"
    (data / "peers.txt").write_text(table)
    sums = dict(line.split()[::-1] for line in (data / "SHA256SUMS").read_text().splitlines())
    sums["peers.txt"] = sha256(table.encode()).hexdigest()
    (data / "SHA256SUMS").write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))


def report(path, same):
    """Print the tables and write them, with the picture, beside the CSV file."""
    groups = read(path)
    text = written(groups, same)
    path.with_suffix(".md").write_text(text)
    print(text)
    picture(groups, path.with_suffix(".png"))
    if path.stem == "peers":  # the whole run: what notebooks and README show
        store(plain_table(groups))
