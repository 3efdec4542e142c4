"""Pure plotting functions of the notebooks and of `Explanation.plot`: numbers in, a matplotlib figure out.

Teal is what was chosen, grey the rest; shape or text repeats what colour says.
"""

from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

TEAL, GREY, INK, PALE, RED = "#0b7a75", "#9aa1a9", "#22313f", "#e8eaed", "#b3541e"


def canvas(
    width=7.0,  # inches
    height=3.2,  # inches
    **axes,  # passed to `Axes.set`: xlabel, ylabel, xlim, title ...
):
    "A figure with one axes, without the box around it."
    fig, ax = plt.subplots(figsize=(width, height), dpi=90, layout="constrained")
    fig.patch.set_facecolor("white")
    ax.spines[["top", "right"]].set_visible(False)
    ax.set(**axes)
    return fig, ax


def done(fig):
    "The figure, closed, so that a notebook shows it once."
    plt.close(fig)
    return fig


# ---- 00 to 07: the five parts -----------------------------------------------------------

PARTS = {
    "rule generator": (0.1, 0.72, "which words\nto hold?"),
    "sample generator": (0.38, 0.72, "change\nthe others"),
    "model": (0.66, 0.72, "what does it\nsay now?"),
    "evaluation": (0.66, 0.14, "how often does\nit agree?"),
    "search": (0.1, 0.14, "which rule\nnext?"),
}


def five_boxes(
    lit="",  # name of the part, or several, to show in teal
):
    "The five parts of an anchor search and how they feed each other."
    fig, ax = canvas(7.2, 2.5, xlim=(-0.02, 0.94), ylim=(0, 1.02))
    ax.axis("off")
    for name, (x, y, question) in PARTS.items():
        on = name in lit
        box = FancyBboxPatch((x - 0.09, y - 0.11), 0.21, 0.34, boxstyle="round,pad=0.012", mutation_aspect=0.6,
                             fc=TEAL if on else "white", ec=TEAL if on else GREY, lw=2.4 if on else 1.2)
        ax.add_patch(box)
        ax.text(x + 0.015, y + 0.15, name, ha="center", va="center", weight="bold", fontsize=10, color="white" if on else INK)
        ax.text(x + 0.015, y - 0.01, question, ha="center", va="center", fontsize=8.5, color="white" if on else INK)
    arrows = [((0.23, 0.78), (0.285, 0.78)), ((0.51, 0.78), (0.565, 0.78)), ((0.675, 0.59), (0.675, 0.39)),
              ((0.56, 0.2), (0.235, 0.2)), ((0.115, 0.39), (0.115, 0.59))]
    for (start, end), label in zip(arrows, ["rules", "samples", "answers", "precision", "the best so far"]):
        ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=13, color=INK, lw=1.2))
        middle = np.mean([start, end], axis=0)
        if label in ("answers", "the best so far"):
            ax.text(middle[0] + 0.012, middle[1], label, fontsize=8, color=INK, va="center")
        elif label == "precision":
            ax.text(middle[0], middle[1] + 0.035, label, fontsize=8, color=INK, ha="center")
    return done(fig)


# ---- 01 sampling ------------------------------------------------------------------------

def funnel(
    sizes,  # how many samples each share comes from
    shares,  # for every size, several sampled shares
    truth,  # the exact share
):
    "Sampled shares close in on the truth; the band is two standard errors."
    fig, ax = canvas(xscale="log", xlabel="samples (log scale)", ylabel="share that agrees", ylim=(max(0, truth - 0.45), min(1.02, truth + 0.45)))
    wide = np.geomspace(min(sizes) * 0.8, max(sizes) * 1.25, 100)
    error = 2 * np.sqrt(truth * (1 - truth) / wide)
    ax.fill_between(wide, truth - error, np.minimum(truth + error, 1.0), color=PALE, label="two standard errors")
    ax.axhline(truth, color=TEAL, lw=2, label=f"exact: {truth:.3f}")
    for n, values in zip(sizes, shares):
        ax.plot(np.full(len(values), n), values, "o", ms=4, mfc="none", mec=INK, alpha=0.6)
    ax.plot([], [], "o", ms=4, mfc="none", mec=INK, label="one experiment")
    ax.legend(frameon=False, loc="lower right", fontsize=9)
    return done(fig)


# ---- 02 encoding ------------------------------------------------------------------------

def held_grid(
    held,  # (n, d) bool
    words,  # d column names
    rule,  # (d,) bool
):
    "Samples as a grid of 0 and 1; the rule's columns are framed, rows where it holds are teal."
    holds = (held >= rule).all(axis=1)
    fig, ax = canvas(1.0 * len(words) + 1.4, 0.27 * len(held) + 0.9, xlim=(-0.5, len(words) - 0.5), ylim=(len(held) - 0.5, -0.5))
    ax.spines[:].set_visible(False)
    for (i, j), one in np.ndenumerate(held):
        ax.add_patch(plt.Rectangle((j - 0.47, i - 0.42), 0.94, 0.84, color=(TEAL if holds[i] else GREY) if one else PALE))
        ax.text(j, i, int(one), ha="center", va="center", fontsize=8, color="white" if one else INK)
    for j in np.flatnonzero(rule):
        ax.add_patch(plt.Rectangle((j - 0.49, -0.49), 0.98, len(held) - 0.02, fill=False, ec=INK, lw=2))
    ax.set_xticks(range(len(words)), [f"'{word}'" for word in words], fontsize=9)
    ax.set_yticks(range(len(held)), ["holds" if yes else "" for yes in holds], fontsize=8)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    return done(fig)


def plane(
    precisions,  # (k,)
    coverages,  # (k,)
    threshold=0.95,  # rules right of it are anchors
    names=None,  # {index: text} written next to a point
):
    "Every rule as a point: how precise, how often it holds. Anchors lie right of the line; the best of them on top."
    valid = np.asarray(precisions) >= threshold
    fig, ax = canvas(7.2, 3.8, xlabel="precision", ylabel="coverage (log scale)", yscale="log", xlim=(min(precisions) - 0.05, 1.03), ylim=(min(coverages) * 0.8, 1.6))
    ax.plot(np.asarray(precisions)[~valid], np.asarray(coverages)[~valid], "o", mfc="none", mec=GREY, label="not precise enough")
    ax.plot(np.asarray(precisions)[valid], np.asarray(coverages)[valid], "o", color=TEAL, label="anchors")
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    ax.text(threshold - 0.004, min(coverages), f"threshold {threshold:g}", ha="right", fontsize=9, color=INK)
    if valid.any():
        best = max(np.flatnonzero(valid), key=lambda i: (coverages[i], precisions[i]))
        ax.plot(precisions[best], coverages[best], "o", ms=15, mfc="none", mec=TEAL, mew=2, label="largest coverage")
    for i, text in (names or {}).items():
        ax.annotate(text, (precisions[i], coverages[i]), xytext=(0, 11), textcoords="offset points", fontsize=9, color=INK, ha="center")
    ax.legend(frameon=False, fontsize=9, loc="lower left")
    return done(fig)


# ---- 03 bandit --------------------------------------------------------------------------

def belief_lines(
    labels,  # one text per line
    shares,  # (k,) hits / pulls
    lowers,  # (k,)
    uppers,  # (k,)
    marks=(),  # positions of dashed vertical lines, e.g. the truth
    lit=(),  # indices drawn in teal
):
    "What we may believe about each precision: a line from 0 to 1, the share seen, the bounds around it."
    fig, ax = canvas(7.2, 0.42 * len(labels) + 0.8, xlim=(-0.01, 1.01), ylim=(len(labels) - 0.4, -0.6), xlabel="precision")
    for i, (share, low, high) in enumerate(zip(shares, lowers, uppers)):
        colour = TEAL if i in lit else GREY
        ax.plot([0, 1], [i, i], color=PALE, lw=1, zorder=0)
        ax.plot([low, high], [i, i], color=colour, lw=5, solid_capstyle="butt")
        ax.plot(share, i, "D" if i in lit else "o", color=INK, ms=6, zorder=3)
    for mark in marks:
        ax.axvline(mark, color=INK, ls="--", lw=1)
    ax.set_yticks(range(len(labels)), labels, fontsize=9)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return done(fig)


def kl_well(
    share,  # hits / pulls
    pulls,  # number of model answers
    rate,  # exploration rate: how much surprise we accept
    lower,  # the bound to the left
    upper,  # the bound to the right
):
    "How surprising the share seen would be for every possible precision; where the curve crosses the rate lie the bounds."
    q = np.linspace(0.002, 0.998, 500)
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = pulls * (share * np.log(share / q) + (1 - share) * np.log((1 - share) / (1 - q)))
    fig, ax = canvas(xlabel="possible precision q", ylabel=f"{pulls} * kl({share:g}, q)", ylim=(0, 3 * rate), xlim=(0, 1))
    ax.plot(q, cost, color=INK)
    ax.axhline(rate, color=GREY, ls="--")
    ax.text(0.01, rate * 1.05, "exploration rate", color=INK, fontsize=9)
    ax.axvspan(lower, upper, color=TEAL, alpha=0.15)
    for x, name in ((lower, "lower bound"), (share, "seen"), (upper, "upper bound")):
        ax.axvline(x, color=TEAL, lw=1.4)
        ax.text(x, 2.8 * rate, f" {name}\n {x:.3f}", fontsize=9, color=TEAL, va="top")
    return done(fig)


def ladder(
    state,  # a `Round` of KL-LUCB
    tau=0.15,  # the tolerance
    truth=None,  # (k,) exact precisions, if known
):
    "The arms sorted by belief; the two that block the decision are lit, with the gap between their bounds."
    share = state.hits / np.maximum(state.pulls, 1)
    rest = [i for i in np.lexsort((-state.upper, -share)) if i not in state.top]
    order = [*state.top, *rest]
    fig, ax = canvas(7.2, 0.3 * len(order) + 1.0, xlim=(-0.01, 1.12), ylim=(len(order) - 0.4, -0.9), xlabel="precision",
                     title=f"round {state.t}: gap {state.gap:.2f}, tolerance {tau:g}" + (" - decided" if state.gap <= tau else ""))
    low, high = state.lower[state.top].min(), state.upper[rest].max() if rest else 1.0
    blocking = {state.top[state.lower[state.top].argmin()], rest[state.upper[rest].argmax()] if rest else -1}
    for row, i in enumerate(order):
        colour = TEAL if i in state.top else GREY
        ax.plot([state.lower[i], state.upper[i]], [row, row], color=colour, lw=6 if i in blocking else 3, solid_capstyle="butt")
        ax.plot(share[i], row, "D" if i in state.top else "o", color=INK, ms=5, zorder=3)
        if truth is not None:
            ax.plot(truth[i], row, "|", color=RED, ms=12, mew=2, zorder=4)
        ax.text(1.03, row, f"{int(state.pulls[i])}", fontsize=8, va="center", color=INK)
    ax.text(1.03, -0.75, "pulls", fontsize=8, va="center", color=INK)
    ax.axhline(len(state.top) - 0.5, color=INK, lw=1, ls=":")
    if high > low:
        ax.axvspan(low, high, color=RED, alpha=0.12)
    ax.set_yticks(range(len(order)), [f"arm {i}" for i in order], fontsize=8)
    return done(fig)


def allocation(
    pulls,  # (r,) mean pulls of r settings
    missed,  # (r,) share of wrong choices of LUCB
    missed_even,  # (r,) the same, pulls spread evenly
    labels,  # r texts
):
    "Wrong choices against questions asked: LUCB and even allocation."
    fig, ax = canvas(xlabel="pulls (log scale)", ylabel="share of wrong choices", xscale="log")
    ax.plot(pulls, missed_even, "o--", color=GREY, label="even allocation")
    ax.plot(pulls, missed, "D-", color=TEAL, label="KL-LUCB")
    for x, y, text in zip(pulls, missed, labels):
        ax.annotate(text, (x, y), xytext=(-4, -13), textcoords="offset points", fontsize=8, color=INK, ha="right")
    ticks = [int(round(x, -1)) for x in pulls]
    ax.set_xticks(ticks, [str(x) for x in ticks])
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=9)
    return done(fig)


# ---- 04 beam search ---------------------------------------------------------------------

def search_tree(
    levels,  # list of `Level`
    name,  # function: rule `(d,)` -> text
):
    "The rules looked at, size by size: teal ones grew, the framed ones were accepted."
    most = max(len(level.candidates.rules) for level in levels)
    fig, ax = canvas(2.3 * len(levels) + 0.6, 0.36 * most + 0.8, xlim=(-0.5, len(levels) - 0.4), ylim=(-0.7, most - 0.1))
    ax.axis("off")
    place, parents = {}, []
    for x, level in enumerate(levels):
        rules, count = level.candidates.rules, len(level.candidates.rules)
        ax.text(x, most - 0.35, f"size {level.size}", ha="center", weight="bold", color=INK)
        for i in np.argsort(-level.candidates.hits / np.maximum(level.candidates.pulls, 1), kind="stable"):
            y = (most - count) / 2 + count - 1 - sum(key[0] == x for key in place) - 0.3
            place[x, i] = y
            for j, parent in parents:
                if (parent <= rules[i]).all():
                    ax.plot([x - 0.68, x - 0.32], [place[x - 1, j], y], color=PALE, lw=1, zorder=0)
            lit, accepted = i in level.top, i in level.accepted
            ax.text(x, y, name(rules[i]), ha="center", va="center", fontsize=8.5, color="white" if lit else INK,
                    bbox=dict(boxstyle="round,pad=0.25", fc=TEAL if lit else "white", ec=INK if accepted else GREY, lw=2.6 if accepted else 0.8))
        parents = [(i, rules[i]) for i in level.top]
    return done(fig)


def broken_promises(
    looks,  # (r,) how often we looked
    fooled,  # (r,) share of false acceptance
    children,  # (s,) how many candidates the winner came from
    cursed,  # (s,) share of false acceptance
    delta=0.1,  # what was promised
):
    "False acceptance grows with the number of looks, and with the number of candidates."
    fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.0), dpi=90, sharey=True, layout="constrained")
    fig.patch.set_facecolor("white")
    for ax, x, y, label in ((axes[0], looks, fooled, "looks at one rule"), (axes[1], children, cursed, "candidates the winner came from")):
        ax.plot(x, y, "o-", color=RED)
        ax.axhline(delta, color=INK, ls="--", lw=1)
        ax.text(x[0], delta + 0.015, f"promised: {delta:g}", fontsize=9, color=INK)
        ax.set(xscale="log", xlabel=label, ylim=(0, 1))
        ax.set_xticks(x, [str(v) for v in x])
        ax.minorticks_off()
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("share of false claims")
    return done(fig)


# ---- 05 certify -------------------------------------------------------------------------

def betting(
    doubter_right,  # (games, samples) coins when the precision is at the threshold
    doubter_wrong,  # (games, samples) coins when it is above
    goal=20,  # coins that prove the point
):
    "Coins of many games, on a logarithmic scale, with the line of the promise."
    fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.0), dpi=90, sharey=True, layout="constrained")
    fig.patch.set_facecolor("white")
    for ax, games, title in ((axes[0], doubter_right, "the doubter is right"), (axes[1], doubter_wrong, "the doubter is wrong")):
        for coins in games:
            won = np.flatnonzero(coins >= goal)
            end = won[0] + 1 if len(won) else len(coins)
            ax.plot(coins[:end], color=TEAL if len(won) else GREY, lw=0.8, alpha=0.8)
            if len(won):
                ax.plot(end - 1, coins[end - 1], "D", color=TEAL, ms=4)
        ax.axhline(goal, color=INK, ls="--", lw=1)
        ax.set(yscale="log", ylim=(1e-4, goal * 5), xlabel="samples", title=title)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].text(0, goal * 1.3, f"{goal} coins", fontsize=9, color=INK)
    axes[0].set_ylabel("coins (log scale)")
    return done(fig)


# ---- 06 explanation ---------------------------------------------------------------------

def partial_bars(
    names,  # k predicates in the order in which they were added
    precisions,  # k numbers, None where not measured
    coverages,  # k numbers
    threshold=0.95,
    interval=None,  # of the last precision
):
    "Precision gained predicate by predicate; coverage is written at the end of each bar."
    labels = [name if i == 0 else f"+ {name}" for i, name in enumerate(names)]
    labels = [label if len(label) <= 34 else label[:31] + "..." for label in labels]
    fig, ax = canvas(7.2, 0.42 * len(labels) + 0.9, xlim=(0, 1.22), ylim=(len(labels) - 0.4, -0.6), xlabel="precision")
    for i, (precision, coverage) in enumerate(zip(precisions, coverages)):
        last = i == len(labels) - 1
        ax.barh(i, precision or 0, height=0.55, color=TEAL if last else GREY)
        ax.text(1.04, i, f"coverage {coverage:.2g}", va="center", fontsize=8.5, color=INK)
        ax.text(0.012, i, "not measured" if precision is None else f"{precision:.2f}", va="center", fontsize=9, color="white", weight="bold")
    if interval is not None:
        ax.plot(interval, [len(labels) - 1] * 2, color=INK, lw=2, marker="|", ms=9)
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    ax.text(threshold - 0.005, -0.5, f"threshold {threshold:g}", ha="right", fontsize=8.5, color=INK)
    ax.set_yticks(range(len(labels)), labels, fontsize=9)
    ax.set_xticks(np.arange(0, 1.01, 0.2))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return done(fig)


# ---- 07 text ----------------------------------------------------------------------------

def sentences(
    texts,  # n texts
    anchored,  # for each of them the (start, end) of the anchored words
    verdicts,  # n predictions
    width=78,  # characters per line
):
    "Texts with their anchored words in teal and underlined, the model's verdict in front."
    lines = []
    for text, spans, verdict in zip(texts, anchored, verdicts):
        marked = np.zeros(len(text), bool)
        for start, end in spans:
            marked[start:end] = True
        place = 0
        for k, part in enumerate(wrap(text, width)):
            place = text.index(part, place)
            lines.append((str(verdict) if k == 0 else "", part, marked[place:place + len(part)]))
            place += len(part)
    fig, ax = canvas(9.2, 0.27 * len(lines) + 0.2, xlim=(0, 14 + width), ylim=(len(lines) - 0.4, -0.7))
    ax.axis("off")
    for y, (verdict, part, marked) in enumerate(lines):
        ax.text(0, y, verdict, fontsize=9, color=INK, style="italic", va="center")
        for yes, style in ((False, dict(color=INK)), (True, dict(color=TEAL, weight="bold"))):
            shown = "".join(c if m == yes else " " for c, m in zip(part, marked))
            ax.text(12, y, shown, fontsize=9, family="monospace", va="center", **style)
        below = "".join("_" if m else " " for m in marked)
        ax.text(12, y + 0.05, below, fontsize=9, family="monospace", va="center", color=TEAL, weight="bold")
    return done(fig)


# ---- 00 introduction --------------------------------------------------------------------

def harbour():
    "A ship that stays where it is, though wind and tide change: as long as its anchor holds."
    fig, ax = canvas(7.2, 3.0, xlim=(0, 10), ylim=(-3.2, 3.6))
    ax.axis("off")
    x = np.linspace(0, 10, 300)
    ax.fill_between(x, 0.12 * np.sin(3 * x), -3.2, color="#dfeceb", lw=0)
    ax.plot(x, 0.12 * np.sin(3 * x), color=GREY, lw=1.5)
    ax.fill_between(x, -2.6 + 0.1 * np.sin(1.3 * x), -3.2, color=PALE, lw=0)
    ax.fill([2.6, 6.0, 5.4, 3.2], [0.55, 0.55, -0.35, -0.35], color=INK)
    ax.plot([4.3, 4.3], [0.55, 3.1], color=INK, lw=3)
    ax.fill([4.42, 4.42, 5.75], [0.85, 2.9, 0.95], color=GREY)
    ax.plot([5.6, 6.6, 7.4], [0.3, -1.2, -2.0], color=TEAL, lw=2)
    ax.plot([7.4, 7.4], [-1.7, -2.7], color=TEAL, lw=4)
    turn = np.linspace(np.pi, 2 * np.pi, 40)
    ax.plot(7.4 + 0.55 * np.cos(turn), -2.3 + 0.5 * np.sin(turn), color=TEAL, lw=4)
    ax.plot([7.1, 7.7], [-1.85, -1.85], color=TEAL, lw=4)
    for y, start, end in ((2.6, 0.4, 1.9), (1.7, 2.0, 0.5), (0.9, 0.4, 1.6)):
        ax.add_patch(FancyArrowPatch((start, y), (end, y), arrowstyle="-|>", mutation_scale=14, color=GREY, lw=1.5))
    ax.text(0.4, 3.05, "the wind may turn", fontsize=9, color=INK)
    ax.text(0.4, -1.3, "the tide may come and go", fontsize=9, color=INK)
    ax.text(8.05, -2.25, "the anchor", fontsize=10, color=TEAL, weight="bold")
    ax.text(6.3, 2.3, "the ship stays where it is:\nthe model keeps its decision", fontsize=10, color=INK)
    return done(fig)


# ---- 09 image ---------------------------------------------------------------------------

def small(
    picture,  # (height, width) or (height, width, channels)
    most=400,  # pixels of its longer side, about
):
    "The picture, thinned out when it is larger than anyone can see here."
    step = max(1, max(picture.shape[:2]) // most)
    return picture[::step, ::step]


def dimmed(
    picture,  # (height, width) or (height, width, channels)
    visible,  # (height, width) bool
):
    "The picture with all that is not visible led towards the middle of its range."
    low, high = float(picture.min()), float(picture.max())
    faint = 0.22 * picture + 0.78 * (low + 0.55 * (high - low))
    return np.where(visible.reshape(visible.shape + (1,) * (picture.ndim - 2)), picture, faint)


def paint(
    ax,
    picture,  # (height, width), (height, width, 1) or (height, width, 3 or 4)
    title="",
    labels=None,  # (height, width): draw borders between different values
    colour=TEAL,  # of the borders
    limits=None,  # lowest and highest value of a grey picture
):
    "One picture without axes; borders run between pixels."
    picture = small(picture if picture.ndim == 2 or picture.shape[2] != 1 else picture[..., 0])
    if picture.dtype == float or picture.dtype == np.float32:
        low, high = limits or (min(0, picture.min()), max(1, picture.max()))
        picture = np.clip((picture - low) / (high - low), 0, 1)
    ax.imshow(picture, cmap="gray", interpolation="nearest", vmin=0, vmax=1 if picture.dtype.kind == "f" else None)
    if labels is not None:
        ax.add_collection(borders(small(labels), colour))
    ax.set_title(title, fontsize=9, color=INK)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set(visible=True, color=GREY)


def borders(labels, colour=TEAL):
    "Lines between pixels of different labels, white below so that they show on any picture."
    from matplotlib.collections import LineCollection
    from matplotlib.patheffects import Normal, Stroke

    y, x = np.nonzero(labels[:, 1:] != labels[:, :-1])
    upright = np.stack([np.stack([x + 0.5, y - 0.5], 1), np.stack([x + 0.5, y + 0.5], 1)], 1)
    y, x = np.nonzero(labels[1:] != labels[:-1])
    flat = np.stack([np.stack([x - 0.5, y + 0.5], 1), np.stack([x + 0.5, y + 0.5], 1)], 1)
    effects = [Stroke(linewidth=2.6, foreground="white"), Normal()]
    return LineCollection([*upright, *flat], colors=colour, lw=1.3, capstyle="projecting", path_effects=effects)


def picture_row(
    pictures,  # k pictures of one range
    titles=None,  # k texts
    labels=None,  # k label maps or None: borders to draw
    width=7.2,  # inches, all together
):
    "Pictures side by side."
    pictures, k = list(pictures), len(pictures)
    height = width / max(k, 3) * pictures[0].shape[0] / pictures[0].shape[1] + 0.45
    fig, axes = plt.subplots(1, k, figsize=(width * k / max(k, 3), height), dpi=90, layout="constrained", squeeze=False)
    fig.patch.set_facecolor("white")
    limits = (min(0, *(p.min() for p in pictures)), max(1, *(p.max() for p in pictures))) if k > 1 else None
    for i, (ax, picture) in enumerate(zip(axes[0], pictures)):
        paint(ax, picture, titles[i] if titles else "", labels[i] if labels else None, limits=limits)
    return done(fig)


def numbered_segments(ax, labels):
    "Write each segment's number where it lies, if there are few enough to read."
    numbers = np.unique(labels)
    if len(numbers) > 40:
        return
    step = max(1, max(labels.shape) // 400)
    for i in numbers:
        y, x = np.nonzero(labels[::step, ::step] == i)
        if len(y):
            middle = np.argmin((y - y.mean()) ** 2 + (x - x.mean()) ** 2)  # the pixel of the segment next to its centre
            ax.text(x[middle], y[middle], f"{i:g}", ha="center", va="center", fontsize=7.5, color=INK,
                    bbox=dict(boxstyle="round,pad=0.15", fc="white", ec="none", alpha=0.75))


def segment_map(
    picture,
    labels,  # (height, width)
):
    "A picture, and beside it its segments with their numbers."
    return segment_maps(picture, {"": labels}, first="the picture")


def segment_maps(
    picture,
    maps,  # {name: (height, width) labels}
    first=None,  # title of the picture itself; None leaves it out
):
    "One picture under several segmentations."
    shown = ([(first, None)] if first else []) + list(maps.items())
    k = len(shown)
    height = 7.2 / max(k, 3) * picture.shape[0] / picture.shape[1] + 0.4
    fig, axes = plt.subplots(1, k, figsize=(7.2 * k / max(k, 3), height), dpi=90, layout="constrained", squeeze=False)
    fig.patch.set_facecolor("white")
    for ax, (name, labels) in zip(axes[0], shown):
        count = "" if labels is None else f"{len(np.unique(labels))} segments"
        paint(ax, picture, ", ".join(text for text in (name, count) if text), labels)
        if labels is not None:
            numbered_segments(ax, labels)
    return done(fig)


def neighbour_grid(
    rows,  # r lists of pictures, equally many
    names,  # r texts at the left
    image,  # the picture itself, for the range
):
    "Rows of neighbours, one row for each way to make them."
    r, k = len(rows), len(rows[0])
    fig, axes = plt.subplots(r, k, figsize=(7.2, 0.94 * r * image.shape[0] / image.shape[1]), dpi=90, layout="constrained", squeeze=False)
    fig.patch.set_facecolor("white")
    limits = (min(0, image.min()), max(1, image.max()))
    for line, pictures, name in zip(axes, rows, names):
        for ax, picture in zip(line, pictures):
            paint(ax, picture, limits=limits)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=8.5, color=INK, labelpad=6)
    return done(fig)


def image_story(
    picture,  # (height, width) or (height, width, 3), 0 to 1
    labels,  # (height, width)
    visible,  # (height, width) bool: the anchor
    kept=(),  # neighbours that keep the prediction
    lost=(),  # neighbours that lose it
    certified=True,
    prediction="",
):
    "The picture with its segments, the anchor with the rest dimmed, neighbours that keep and lose the prediction."
    kept, lost = list(kept), list(lost)
    pictures = [picture, dimmed(picture, visible), *kept, *lost]
    titles = [f"prediction: {prediction}", "anchor" if certified else "no anchor; closest rule",
              *["still the same"] * len(kept), *["not any more"] * len(lost)]
    columns = 4 if len(pictures) == 4 else min(len(pictures), 3)
    lines = -(-len(pictures) // columns)
    height = 7.2 / max(columns, 3) * picture.shape[0] / picture.shape[1] + 0.35
    fig, axes = plt.subplots(lines, columns, figsize=(7.2 * columns / max(columns, 3), height * lines), dpi=90, layout="constrained", squeeze=False)
    fig.patch.set_facecolor("white")
    for ax in axes.ravel()[len(pictures):]:
        ax.axis("off")
    for i, (ax, one) in enumerate(zip(axes.ravel(), pictures)):
        colour = TEAL if certified else RED
        paint(ax, one, titles[i], labels if i == 0 else visible if i == 1 else None, colour if i else GREY, limits=(0, 1))
        if i == 0:
            numbered_segments(ax, labels)
        if i > 1:
            ax.spines[:].set(color=TEAL if i < 2 + len(kept) else RED, linewidth=2)
    return done(fig)


def growing(
    picture,  # (height, width) or (height, width, 3), 0 to 1
    steps,  # k (height, width) bool: the partial anchors, in order
    precisions,  # k numbers, None where not measured
    coverages,  # k numbers
    most=9,  # partial anchors to show; of more, the first and the last
):
    "The anchor grows segment by segment; precision and coverage stand above each step."
    chosen = list(range(len(steps))) if len(steps) <= most else [*range(most - 1), len(steps) - 1]
    if not chosen:
        return picture_row([dimmed(picture, np.zeros(picture.shape[:2], bool))], ["the empty rule is enough"])
    columns = min(len(chosen), 3)
    lines = -(-len(chosen) // columns)
    height = 7.2 / 3 * picture.shape[0] / picture.shape[1] + 0.5
    fig, axes = plt.subplots(lines, columns, figsize=(7.2 * columns / 3, height * lines), dpi=90, layout="constrained", squeeze=False)
    fig.patch.set_facecolor("white")
    for ax in axes.ravel()[len(chosen):]:
        ax.axis("off")
    for ax, i in zip(axes.ravel(), chosen):
        share = "not measured" if precisions[i] is None else f"{precisions[i]:.2f}"
        paint(ax, dimmed(picture, steps[i]), f"{i + 1} segment{'s' * (i > 0)}: precision {share}\ncoverage {coverages[i]:.3g}", steps[i], limits=(0, 1))
    return done(fig)


# ---- 08 tabular -------------------------------------------------------------------------

def number_lines(
    lines,  # dicts: text, counts, ticks (edges of the counts, or labels), low, high, value; low and high in units of ticks
):
    "One line per anchored column: how the data lies, the part that the rule allows, and the instance."
    fig, axes = plt.subplots(max(len(lines), 1), 1, figsize=(7.2, 0.95 * len(lines) + 0.4), dpi=90, layout="constrained", squeeze=False)
    fig.patch.set_facecolor("white")
    for ax, line in zip(axes[:, 0], lines):
        counts = np.asarray(line["counts"], float)
        edges = np.asarray(line["ticks"], float) if line["number"] else np.arange(len(counts) + 1) - 0.5
        inside = (edges[:-1] >= line["low"] - 1e-9) & (edges[1:] <= line["high"] + 1e-9)
        ax.bar(edges[:-1], counts / max(counts.max(), 1), np.diff(edges), align="edge", ec="white", lw=0.4,
               color=[TEAL if yes and not line["number"] else GREY for yes in inside])
        low, high = max(line["low"], edges[0]), min(line["high"], edges[-1])
        if line["number"]:
            high = max(high, low + (edges[-1] - edges[0]) / 80)  # a bin of one value is still seen
            ax.axvspan(low, high, color=TEAL, alpha=0.25, lw=0)
            ax.plot([low, high], [0, 0], color=TEAL, lw=6, solid_capstyle="butt")
        if line["value"] is not None:
            ax.plot(np.clip(line["value"], edges[0], edges[-1]), 0.12, "D", color=INK, ms=7, mec="white")
        ax.set_title(line["text"], fontsize=9.5, loc="left", color=INK, pad=3)
        ax.set(yticks=[], ylim=(-0.08, 1.08), xlim=(edges[0], edges[-1]))
        if not line["number"]:
            ax.set_xticks(range(len(counts)), [str(label)[:11] for label in line["ticks"]], fontsize=7)
        ax.tick_params(labelsize=7.5)
        ax.spines[["top", "right", "left"]].set_visible(False)
    return done(fig)


def ribbons(
    names,  # k predicates in the order in which they were added
    precisions,  # k numbers, None where not measured
    coverages,  # k numbers
    threshold=0.95,
    start=None,  # precision with nothing held
):
    "Partial anchors: each bar is the precision that one predicate adds; the thicker, the more rows are still covered."
    labels = [str(name) if i == 0 else f"+ {name}" for i, name in enumerate(names)]
    labels = [label if len(label) <= 40 else label[:37] + "..." for label in labels]
    fig, ax = canvas(7.4, 0.4 * len(labels) + 0.9, xlim=(0, 1.18), ylim=(len(labels) - 0.4, -0.7), xlabel="precision")
    before = 0.0 if start is None else start
    for i, (precision, coverage) in enumerate(zip(precisions, coverages)):
        after = before if precision is None else precision
        low, high = min(before, after), max(before, after)
        height = 0.12 + 0.68 * coverage
        ax.barh(i, max(high - low, 0.004), left=low, height=height, color=TEAL if after >= before else RED, hatch=None if after >= before else "//")
        ax.plot([before, before], [i - 0.5, i + 0.4], color=GREY, lw=0.8)
        ax.text(1.02, i, f"cov. {coverage:.2g}", va="center", fontsize=8.5, color=INK)
        before = after
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    ax.text(threshold - 0.005, -0.5, f"threshold {threshold:g}", ha="right", fontsize=8.5, color=INK)
    ax.set_yticks(range(len(labels)), labels, fontsize=8.5)
    ax.set_xticks(np.arange(0, 1.01, 0.2))
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return done(fig)


def two_questions(
    names,  # k rules
    written,  # (k,) precision under "perturb"
    found,  # (k,) precision under "observe"
    threshold=0.95,
):
    "The same rules under both questions: a line between the two precisions of each."
    fig, ax = canvas(7.2, 0.42 * len(names) + 1.1, xlim=(0.3, 1.02), ylim=(len(names) - 0.4, -0.8), xlabel="precision")
    for i, (p, q) in enumerate(zip(written, found)):
        ax.plot([p, q], [i, i], color=PALE, lw=6, zorder=0)
        ax.plot(p, i, "o", color=GREY, ms=9, label="written (perturb)" if i == 0 else None)
        ax.plot(q, i, "D", color=TEAL, ms=8, label="found (observe)" if i == 0 else None)
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.tick_params(axis="y", length=0)
    ax.legend(frameon=False, fontsize=9, loc="upper left", ncols=2)
    return done(fig)


def global_view(
    names,  # k anchors, in the order in which they were picked
    reached,  # (k,) share of rows covered by the first i anchors
    own,  # (k,) share of rows that each covers by itself
):
    "The few anchors that together cover most of the data."
    labels = [name if len(name) <= 48 else name[:45] + "..." for name in names]
    fig, ax = canvas(7.4, 0.42 * len(labels) + 0.9, xlim=(0, 1.02), ylim=(len(labels) - 0.4, -0.6), xlabel="share of rows covered")
    before = np.concatenate([[0], reached[:-1]])
    for i in range(len(labels)):
        ax.barh(i, reached[i], color=PALE, height=0.62)
        ax.barh(i, reached[i] - before[i], left=before[i], color=TEAL, height=0.62)
        ax.plot(own[i], i, "|", color=INK, ms=14, mew=2, label="covers by itself" if i == 0 else None)
    ax.set_yticks(range(len(labels)), labels, fontsize=8.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.legend(frameon=False, fontsize=8.5, loc="lower right", bbox_to_anchor=(1, 0.98))
    return done(fig)


# ---- 07b strategies ---------------------------------------------------------------------

def strategies(
    blocks,  # for each strategy: title, text, anchored spans (start, end), neighbours (texts)
    width=84,  # characters per line
):
    "The sentence under each strategy, its anchor in teal and underlined, and neighbours with new words in red italics."
    lines = []
    for title, text, spans, around in blocks:
        lines += [[("title", title)], *rows_of(text, text, spans, width)]
        for other in around:
            lines += [[("mark", " " if k else "–"), *row] for k, row in enumerate(rows_of(other, text, spans, width - 2))]
        lines.append([])
    fig, ax = canvas(9.2, 0.25 * len(lines), xlim=(0, width + 6), ylim=(len(lines) - 1.4, -0.7))
    ax.axis("off")
    styles = {"title": dict(color=INK, weight="bold"), "anchor": dict(color=TEAL, weight="bold"), "kept": dict(color=INK),
              "new": dict(color=RED, style="italic"), "mark": dict(color=GREY)}
    for y, parts in enumerate(lines):
        for kind, style in styles.items():
            shown = " ".join(word if kind == k else " " * len(word) for k, word in parts)
            ax.text(0, y, shown, fontsize=9, family="monospace", va="center", **style)
        below = " ".join(("_" if k == "anchor" else " ") * len(word) for k, word in parts)
        ax.text(0, y + 0.05, below, fontsize=9, family="monospace", va="center", color=TEAL, weight="bold")
    return done(fig)


def rows_of(
    text,  # the sentence, or a neighbour
    original,  # the sentence
    spans,  # (start, end) of its anchored words
    width,  # characters per line
):
    "Lines of (kind, word): each word anchored, kept or new. Neighbours have the sentence's words, place by place."
    old, starts = original.split(), {original[:start].count(" ") for start, _ in spans}
    words = text.split()
    aligned = len(words) == len(old)
    kinds = ["anchor" if aligned and i in starts else "kept" if (aligned and word == old[i]) or (not aligned and word in old) else "new"
             for i, word in enumerate(words)]
    rows, room = [[]], width
    for kind, word in zip(kinds, words):
        if room < len(word):
            rows.append([])
            room = width
        rows[-1].append((kind, word))
        room -= len(word) + 1
    return rows


# ---- 10 explore -------------------------------------------------------------------------

def running_share(
    shares,  # (n,) share of agreement after each sample
    lowers,  # (n,) what may be believed at least
    uppers,  # (n,) and at most
    samples,  # some of the samples, as text
    agreed,  # for each of them: does the model agree?
):
    "The share as samples come in, with its bounds; on the right some of the samples, marked by the model's answer."
    fig, (ax, listed) = plt.subplots(1, 2, figsize=(7.6, 2.7), dpi=90, width_ratios=[3, 2.4])
    fig.subplots_adjust(left=0.07, right=0.995, top=0.9, bottom=0.19, wspace=0.05)
    n = np.arange(1, len(shares) + 1)
    ax.fill_between(n, lowers, uppers, color=PALE)
    ax.plot(n, shares, color=TEAL, lw=2)
    ax.plot(n[-1], shares[-1], "D", color=INK, ms=6)
    ax.set(xlim=(0, n[-1] * 1.03), ylim=(0, 1.03), xlabel="samples", title="share that agrees, with its bounds")
    ax.title.set_fontsize(10)
    ax.spines[["top", "right"]].set_visible(False)
    listed.axis("off")
    listed.set(xlim=(0, 1), ylim=(7.6, -0.6))
    for y, (sample, yes) in enumerate(zip(samples, agreed)):
        sample = str(sample) if len(str(sample)) <= 44 else str(sample)[:41] + "..."
        listed.text(0, y, "✓" if yes else "✗", fontsize=9, va="center", color=TEAL if yes else RED, weight="bold")
        listed.text(0.06, y, sample, fontsize=7.5, va="center", color=INK)
    return done(fig)


def setting_lines(
    titles,  # one text per setting
    anchors,  # the rule found under each
    shares,  # its precision, None where not measured
    intervals,  # (lower, upper), None where not tested
    thresholds,
    coverages,
    rows,  # samples asked
    certified,  # is the rule an anchor
):
    "Settings one above the other: the rule, its precision with interval and threshold, its coverage, the questions asked."
    fig, ax = plt.subplots(figsize=(7.6, 0.85 * len(titles) + 0.65), dpi=90)
    fig.subplots_adjust(left=0.02, right=0.99, top=0.93, bottom=0.42 / (0.85 * len(titles) + 0.65))
    fig.patch.set_facecolor("white")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set(xlim=(0, 1.42), ylim=(len(titles) - 0.45, -0.75), xlabel="precision")
    ax.set_yticks([])
    ax.set_xticks(np.arange(0, 1.01, 0.2))
    ax.text(1.08, -0.62, "coverage", fontsize=8.5, color=INK)
    ax.text(1.26, -0.62, "samples asked", fontsize=8.5, color=INK)
    for y, title in enumerate(titles):
        colour = TEAL if certified[y] else RED
        kind = "anchor" if certified[y] else "no anchor; closest"
        ax.text(0, y - 0.3, f"{title}   {kind}: {anchors[y]}"[:95], fontsize=9, color=INK, va="center")
        ax.plot([0, 1], [y, y], color=PALE, lw=1, zorder=0)
        if intervals[y] is not None:
            ax.plot(intervals[y], [y, y], color=colour, lw=7 if certified[y] else 3, solid_capstyle="butt")
        if shares[y] is not None:
            ax.plot(shares[y], y, "D" if certified[y] else "o", color=INK, ms=6)
        ax.plot([thresholds[y]] * 2, [y - 0.17, y + 0.17], color=INK, lw=1.5, ls="--")
        ax.text(1.08, y, f"{coverages[y]:.3g}", fontsize=10, color=INK, va="center")
        ax.text(1.26, y, f"{rows[y]:,}", fontsize=10, color=INK, va="center")
    return done(fig)
