"""Figures of the lessons: pure plotting functions, numbers in, a matplotlib figure out.

Teal is what was chosen, grey the rest; shape or text repeats what colour says.
"""

from textwrap import wrap

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from ..bandit import bernoulli_kl
from ..certify import log_above
from ..plots import (
    GREY,  # noqa: F401
    INK,
    PALE,
    RED,
    SMALL,
    TEAL,
    TEXT,
    album,
    at_threshold,
    canvas,
    chip_line,
    listed,
    numbered_segments,
    paint,
    panels,
)  # fmt: skip

# ---- all rooms: the five parts ----------------------------------------------------------

PARTS = {
    "rule generator": (0.0, 0.6, "which words\nto hold?"),
    "sample generator": (0.37, 0.6, "change\nthe others"),
    "model": (0.74, 0.6, "what does it\nsay now?"),
    "evaluation": (0.74, 0.02, "how often does\nit agree?"),
    "search": (0.0, 0.02, "which rule\nnext?"),
}
ARROWS = {  # label -> from, to, and where it is written (nothing: nowhere)
    "rules": ((0.265, 0.79), (0.365, 0.79), None),
    "samples": ((0.635, 0.79), (0.735, 0.79), None),
    "answers": ((0.87, 0.59), (0.87, 0.41), (0.885, 0.5)),
    "precision": ((0.735, 0.21), (0.265, 0.21), (0.44, 0.27)),
    "the best so far": ((0.13, 0.41), (0.13, 0.59), (0.145, 0.5)),
}


def arrow(ax, start, end, **style):
    "An arrow between two points."
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", **style))


def five_boxes(
    lit="",  # name of the part, or several, to show in teal
):
    "The five parts of an anchor search and how they feed each other."
    fig, ax = canvas(7.2, 2.5, xlim=(-0.01, 1.01), ylim=(0, 1))
    ax.axis("off")
    for name, (x, y, question) in PARTS.items():
        on = name in lit
        box = dict(boxstyle="round,pad=0,rounding_size=0.02", lw=2.4 if on else 1.2)
        colours = dict(fc=TEAL if on else "white", ec=TEAL if on else GREY)
        ax.add_patch(FancyBboxPatch((x, y), 0.26, 0.38, mutation_aspect=2, **box, **colours))
        text = dict(ha="center", va="center", color="white" if on else INK)
        ax.text(x + 0.13, y + 0.29, name, weight="bold", fontsize=TEXT, **text)
        ax.text(x + 0.13, y + 0.12, question, fontsize=SMALL, **text)
    for label, (start, end, place) in ARROWS.items():
        arrow(ax, start, end, mutation_scale=14, color=INK, lw=1.2, shrinkA=0, shrinkB=0)
        if place:
            ax.text(*place, label, fontsize=SMALL, color=INK, va="center")
    return fig


# ---- 00 introduction --------------------------------------------------------------------


def harbour():
    "A ship that stays where it is, though wind and tide change: as long as its anchor holds."
    fig, ax = canvas(7.2, 3.0, xlim=(0, 10), ylim=(-3.2, 3.6))
    ax.axis("off")
    x, turn = np.linspace(0, 10, 300), np.linspace(np.pi, 2 * np.pi, 40)
    ax.fill_between(x, 0.12 * np.sin(3 * x), -3.2, color="#dfeceb", lw=0)
    ax.plot(x, 0.12 * np.sin(3 * x), color=GREY, lw=1.5)
    ax.fill_between(x, -2.6 + 0.1 * np.sin(1.3 * x), -3.2, color=PALE, lw=0)
    ax.fill([2.6, 6.0, 5.4, 3.2], [0.55, 0.55, -0.35, -0.35], color=INK)
    ax.plot([4.3, 4.3], [0.55, 3.1], color=INK, lw=3)
    ax.fill([4.42, 4.42, 5.75], [0.85, 2.9, 0.95], color=GREY)
    ax.plot([5.6, 6.6, 7.4], [0.3, -1.2, -2.0], color=TEAL, lw=2)
    for xs, ys in (([7.4, 7.4], [-1.7, -2.7]), ([7.1, 7.7], [-1.85, -1.85]),
                   (7.4 + 0.55 * np.cos(turn), -2.3 + 0.5 * np.sin(turn))):  # fmt: skip
        ax.plot(xs, ys, color=TEAL, lw=4)
    for y, start, end in ((2.6, 0.4, 1.9), (1.7, 2.0, 0.5), (0.9, 0.4, 1.6)):
        arrow(ax, (start, y), (end, y), mutation_scale=14, color=GREY, lw=1.5)
    ax.text(0.4, 3.05, "the wind may turn", fontsize=SMALL, color=INK)
    ax.text(0.4, -1.3, "the tide may come and go", fontsize=SMALL, color=INK)
    ax.text(8.05, -2.25, "the anchor", fontsize=TEXT, color=TEAL, weight="bold")
    said = "the ship stays where it is:\nthe model keeps its decision"
    ax.text(6.3, 2.3, said, fontsize=TEXT, color=INK)
    return fig


# ---- 01 sampling ------------------------------------------------------------------------


def funnel(
    sizes,  # how many samples each share comes from
    shares,  # for every size, several sampled shares
    truth,  # the exact share
):
    "Sampled shares close in on the truth; the band is two standard errors."
    least = min(map(min, shares))
    fig, ax = canvas(7.2, 3.2, xscale="log", xlabel="samples (log scale)",
                     ylabel="share that agrees", xlim=(min(sizes) * 0.8, max(sizes) * 1.25),
                     ylim=(max(0, least - 0.1), 1.02))  # fmt: skip
    wide = np.geomspace(*ax.get_xlim(), 100)
    low, high = truth + np.outer([-2, 2], np.sqrt(truth * (1 - truth) / wide))
    ax.fill_between(wide, low, np.minimum(high, 1.0), color=PALE)
    ax.axhline(truth, color=TEAL, lw=2)
    for n, values in zip(sizes, shares):
        ax.plot([n] * len(values), values, "o", ms=4, mfc="none", mec=INK, alpha=0.6)
    said = dict(fontsize=SMALL, color=INK, va="center")
    ax.annotate("one ring: one experiment", (sizes[0], min(shares[0])), (12, -22),
                textcoords="offset points", arrowprops=dict(arrowstyle="-", color=GREY), **said)
    edge = low[wide.searchsorted(sizes[2])]
    ax.annotate("grey: two standard errors", (sizes[2], edge), (14, -24),
                textcoords="offset points", arrowprops=dict(arrowstyle="-", color=GREY), **said)
    ax.annotate(f"exact: {truth:.3f}", (sizes[-1], truth), (6, -34), textcoords="offset points",
                arrowprops=dict(arrowstyle="-", color=TEAL), ha="right", fontsize=TEXT, color=TEAL,
                weight="bold")  # fmt: skip
    ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
    ax.minorticks_off()
    return fig


# ---- 02 encoding ------------------------------------------------------------------------


def held_grid(
    held,  # (n, d) bool
    words,  # d column names
    rule,  # (d,) bool
    sentences=None,  # n texts of d words, to be written beside their bits
):
    "Samples as a grid of 0 and 1; the rule's columns are framed, rows where it holds are teal."
    holds, (n, d) = (held >= rule).all(axis=1), held.shape
    beside = 0 if sentences is None else 6.4 * d / 6
    fig, ax = canvas(7.2, 0.29 * n + 0.5 + 0.6 * (beside > 0), xlim=(-0.5, d - 0.45 + beside),
                     ylim=(n - 0.45, -0.55))  # fmt: skip
    ax.spines[:].set_visible(False)
    for (i, j), one in np.ndenumerate(held):
        colour = (TEAL if holds[i] else GREY) if one else PALE
        ax.add_patch(Rectangle((j - 0.47, i - 0.42), 0.94, 0.84, color=colour))
        text = dict(ha="center", va="center", fontsize=SMALL)
        ax.text(j, i, int(one), color="white" if one and holds[i] else INK, **text)
    for j in np.flatnonzero(rule):
        ax.add_patch(Rectangle((j - 0.49, -0.49), 0.98, n - 0.02, fill=False, ec=INK, lw=2))
    for i, text in enumerate(sentences if beside else ()):
        kinds = np.where(held[i], np.where(rule & holds[i], "held", "kept"), "changed")
        chip_line(ax, i, text.rstrip(".").split(), kinds, d - 0.4, SMALL)
    turned = dict(rotation=50, ha="left", rotation_mode="anchor") if beside else {}
    ax.set_xticks(range(d), words, fontsize=SMALL, **turned)
    ax.set_yticks(range(n), ["holds" if yes else "" for yes in holds], fontsize=SMALL)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    return fig


def plane(
    precisions,  # (k,)
    coverages,  # (k,)
    threshold=0.95,
    names=None,  # {index: text} written next to a point
    enough="precise enough",  # what the rules right of the threshold are called
):
    "Rules as points: how precise, how often each holds; in a point, how many rules share it."
    points = np.column_stack([precisions, coverages]).astype(float)
    dots, first, shared = np.unique(points.round(9), axis=0, return_index=True, return_counts=True)
    valid, left = points[first, 0] >= threshold, max(0, dots[:, 0].min() // 0.05 * 0.05 - 0.05)
    low = dots[:, 1].min() * 0.7
    fig, ax = canvas(7.2, 3.8, xlabel="precision", ylabel="coverage (log scale)", yscale="log",
                     xlim=(left, 1), ylim=(low, 1.15 * (1.15 / low) ** 0.14))  # fmt: skip
    wide = 11 + 3 * len(str(shared.max())) if shared.max() > 1 else 7  # points: room for the number
    size = dict(ms=wide, clip_on=False, mew=1.4)
    ax.plot(*dots[~valid].T, "o", mfc="white", mec=GREY, **size)
    ax.plot(*dots[valid].T, "o", mfc=TEAL, mec="white", **size)
    for dot, n, yes in zip(dots[shared > 1], shared[shared > 1], valid[shared > 1]):
        text = dict(ha="center", va="center", fontsize=SMALL, color="white" if yes else INK)
        ax.text(*dot, str(n), **text)
    if valid.any():
        best = max(dots[valid].tolist(), key=lambda dot: dot[::-1])
        ax.plot(*best, "o", ms=wide + 7, mfc="none", mec=TEAL, mew=2.4, clip_on=False)
    ax.axvspan(threshold, 1, color=TEAL, alpha=0.08, lw=0)
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    right = threshold > (left + 1) / 2  # then there is more room left of the line
    style = dict(fontsize=SMALL, color=INK, va="top", ha="right" if right else "left")
    said = f" threshold {threshold:g} "
    ax.text(threshold, 0.99, said, transform=ax.get_xaxis_transform(), **style)
    style |= dict(va="bottom", transform=ax.transAxes, weight="bold")
    ax.text(0, 1.01, "not precise enough", **style | dict(ha="left"))
    ax.text(1, 1.01, enough, **style | dict(ha="right", color=TEAL))
    ground = dict(boxstyle="square,pad=0.1", fc="white", ec="none")  # over the line
    beside = dict(xytext=(-0.5 * wide - 8, 0), ha="right", va="center", bbox=ground)
    above = dict(xytext=(0, 13), ha="center", va="bottom")
    for i, text in (names or {}).items():
        style = dict(textcoords="offset points", fontsize=SMALL, color=INK)
        ax.annotate(text, points[i], **style, **(beside if points[i, 0] > 0.9 else above))
    halves = [2.0**-i for i in range(30) if 2.0**-i >= low]
    shown = halves[:: -(-len(halves) // 8)]
    ax.set_yticks(shown, [f"1/{1 / half:.0f}" if half < 1 else "1" for half in shown])
    ax.minorticks_off()
    return fig


# ---- 03 bandit --------------------------------------------------------------------------


def belief_lines(
    labels,  # one text per line
    shares,  # (k,) hits / pulls
    lowers,  # (k,)
    uppers,  # (k,)
    lit=(),  # indices drawn in teal
):
    "What we may believe about each precision: the share seen, the bounds around it, from 0 to 1."
    k = len(labels)
    fig, ax = canvas(7.2, 0.42 * k + 0.8, xlabel="precision", xlim=(-0.01, 1.01),
                     ylim=(k - 0.4, -0.6))  # fmt: skip
    for i, (share, low, high) in enumerate(zip(shares, lowers, uppers)):
        ax.plot([0, 1], [i, i], color=PALE, lw=1, zorder=0)
        colour = TEAL if i in lit else GREY
        ax.plot([low, high], [i, i], color=colour, lw=5, solid_capstyle="butt")
        ax.plot(share, i, "D" if i in lit else "o", color=INK, ms=6, zorder=3)
    listed(ax, labels)
    return fig


def kl_well(
    share,  # hits / pulls
    pulls,  # number of model answers
    rate,  # exploration rate: how much surprise we accept
    lower,  # the bound to the left
    upper,  # the bound to the right
):
    "How surprising the share is for every precision; the bounds lie where it crosses the rate."
    q = np.linspace(0.002, 0.998, 500)
    fig, ax = canvas(xlabel="possible precision q", ylabel=f"{pulls} * kl({share:g}, q)",
                     ylim=(0, 3 * rate), xlim=(0, 1))  # fmt: skip
    ax.plot(q, pulls * bernoulli_kl(share, q), color=INK)
    ax.axhline(rate, color=GREY, ls="--")
    ax.text(0.01, rate * 1.05, "exploration rate", color=INK, fontsize=9)
    ax.axvspan(lower, upper, color=TEAL, alpha=0.15)
    for x, name in ((lower, "lower bound"), (share, "seen"), (upper, "upper bound")):
        ax.axvline(x, color=TEAL, lw=1.4)
        ax.text(x, 2.8 * rate, f" {name}\n {x:.3f}", fontsize=9, color=TEAL, va="top")
    return fig


def ladder(
    state,  # a `Round` of KL-LUCB
    tau=0.15,  # the tolerance
    truth=None,  # (k,) exact precisions, if known
):
    "The arms sorted by belief; the two that block the decision are lit, and the gap between them."
    share = state.arms.hits / np.maximum(state.arms.pulls, 1)
    rest = [i for i in np.lexsort((-state.upper, -share)) if i not in state.beam]
    order = [*state.beam, *rest]
    decided = " - decided" if state.gap <= tau else ""
    title = f"round {state.t}: gap {state.gap:.2f}, tolerance {tau:g}{decided}"
    fig, ax = canvas(7.2, 0.3 * len(order) + 1.0, xlim=(-0.01, 1.12), xlabel="precision",
                     ylim=(len(order) - 0.4, -0.9), title=title)  # fmt: skip
    low, high = state.lower[state.beam].min(), state.upper[rest].max() if rest else 1.0
    blocking = {state.beam[state.lower[state.beam].argmin()]}
    blocking |= {rest[state.upper[rest].argmax()]} if rest else set()
    for row, i in enumerate(order):
        top, width = i in state.beam, 6 if i in blocking else 3
        line = dict(color=TEAL if top else GREY, lw=width, solid_capstyle="butt")
        ax.plot([state.lower[i], state.upper[i]], [row, row], **line)
        ax.plot(share[i], row, "D" if top else "o", color=INK, ms=5, zorder=3)
        if truth is not None:
            ax.plot(truth[i], row, "|", color=RED, ms=12, mew=2, zorder=4)
        ax.text(1.03, row, f"{int(state.arms.pulls[i])}", fontsize=8, va="center", color=INK)
    ax.text(1.03, -0.75, "pulls", fontsize=8, va="center", color=INK)
    ax.axhline(len(state.beam) - 0.5, color=INK, lw=1, ls=":")
    if high > low:
        ax.axvspan(low, high, color=RED, alpha=0.12)
    ax.set_yticks(range(len(order)), [f"arm {i}" for i in order], fontsize=8)
    return fig


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
    style = dict(xytext=(-4, -13), textcoords="offset points", fontsize=8, color=INK, ha="right")
    for x, y, text in zip(pulls, missed, labels):
        ax.annotate(text, (x, y), **style)
    ticks = [int(round(x, -1)) for x in pulls]
    ax.set_xticks(ticks, [str(x) for x in ticks])
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize=9)
    return fig


# ---- 04 beam search ---------------------------------------------------------------------


def search_tree(
    levels,  # list of `Level`
    name,  # function: rule `(d,)` -> text
):
    "The rules looked at, size by size: teal ones grew, the framed ones were accepted."
    most = max(len(rules) for _, (rules, *_), *_ in levels)
    fig, ax = canvas(2.3 * len(levels) + 0.6, 0.36 * most + 0.8,
                     xlim=(-0.5, len(levels) - 0.4), ylim=(-0.7, most - 0.1))  # fmt: skip
    ax.axis("off")
    parents = []  # of the level before: rule and height
    for x, (size, (rules, _, hits, pulls), beam, accepted) in enumerate(levels):
        ax.text(x, most - 0.35, f"size {size}", ha="center", weight="bold", color=INK)
        order = np.argsort(-hits / np.maximum(pulls, 1), kind="stable")
        place = dict(zip(order, (most + len(rules)) / 2 - 1.3 - np.arange(len(rules))))
        for i, y in place.items():
            for parent, height in parents:
                if (parent <= rules[i]).all():
                    ax.plot([x - 0.68, x - 0.32], [height, y], color=PALE, lw=1, zorder=0)
            lit, framed = i in beam, i in accepted
            box = dict(boxstyle="round,pad=0.25", fc=TEAL if lit else "white",
                       ec=INK if framed else GREY, lw=2.6 if framed else 0.8)  # fmt: skip
            text = dict(ha="center", va="center", fontsize=8.5, color="white" if lit else INK)
            ax.text(x, y, name(rules[i]), bbox=box, **text)
        parents = [(rules[i], place[i]) for i in beam]
    return fig


def two_panels(ylabel):
    "Two plots side by side with one y-axis."
    fig, axes = panels(2, (3.7, 3.0), sharey=True)
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel(ylabel)
    return fig, axes


def broken_promises(
    looks,  # (r,) how often we looked
    fooled,  # (r,) share of false acceptance
    children,  # (s,) how many candidates the winner came from
    cursed,  # (s,) share of false acceptance
    delta=0.1,  # what was promised
):
    "False acceptance grows with the number of looks, and with the number of candidates."
    fig, axes = two_panels("share of false claims")
    labels = "looks at one rule", "candidates the winner came from"
    for ax, x, y, label in zip(axes, (looks, children), (fooled, cursed), labels):
        ax.plot(x, y, "o-", color=RED)
        ax.axhline(delta, color=INK, ls="--", lw=1)
        ax.text(x[0], delta + 0.015, f"promised: {delta:g}", fontsize=9, color=INK)
        ax.set(xscale="log", xlabel=label, ylim=(0, 1))
        ax.set_xticks(x, [str(v) for v in x])
        ax.minorticks_off()
    return fig


# ---- 05 certify -------------------------------------------------------------------------


def betting(
    doubter_right,  # (games, samples) coins when the precision is at the threshold
    doubter_wrong,  # (games, samples) coins when it is above
    goal=20,  # coins that prove the point
):
    "Coins of many games, on a logarithmic scale, with the line of the promise."
    fig, axes = two_panels("coins (log scale)")
    titles = "the doubter is right", "the doubter is wrong"
    for ax, games, title in zip(axes, (doubter_right, doubter_wrong), titles):
        for coins in games:
            won = np.flatnonzero(coins >= goal)[:1]
            end = won[0] + 1 if len(won) else len(coins)
            ax.plot(coins[:end], color=TEAL if len(won) else GREY, lw=0.8, alpha=0.8)
            ax.plot(won, coins[won], "D", color=TEAL, ms=4)
        ax.axhline(goal, color=INK, ls="--", lw=1)
        ax.set(yscale="log", ylim=(1e-4, goal * 5), xlabel="samples", title=title)
    axes[0].text(0, goal * 1.3, f"{goal} coins", fontsize=9, color=INK)
    return fig


def belief_curves(
    threshold,
    beliefs,  # name -> (a, b), as `log_e_value` takes it
):
    "How a coin is split over the beliefs between the threshold and 1, one curve a name."
    fig, ax = canvas(7.2, 2.2)
    q = np.linspace(threshold, 1, 400)[1:-1]
    for (name, (a, b)), colour in zip(beliefs.items(), (GREY, TEAL)):
        density = np.exp((a - 1) * np.log(q) + (b - 1) * np.log(1 - q) - log_above(a, b, threshold))
        ax.plot(q, density, color=colour, lw=2)
        peak = density.argmax() if a > 1 else 20
        place = dict(ha="right", va="bottom", fontsize=9)
        ax.text(q[peak] - 0.001, density[peak], name, color=colour, **place)
    ax.set(xlabel="precision", ylabel="coins laid", ylim=(0, None), xlim=(threshold - 0.005, 1))
    return fig


# ---- 07 text ----------------------------------------------------------------------------


def coloured(ax, x, y, parts, between=" "):
    "A line of monospaced text in parts `(kind, text)`; parts of the kind *anchor* are underlined."
    mono = dict(fontsize=9, family="monospace", va="center")
    for kind, style in STYLES.items():
        shown = between.join(text if k == kind else " " * len(text) for k, text in parts)
        ax.text(x, y, shown, **mono, **style)
    below = between.join(("_" if k == "anchor" else " ") * len(text) for k, text in parts)
    ax.text(x, y + 0.05, below, **mono, **STYLES["anchor"])


STYLES = {
    "title": dict(color=INK, weight="bold"),
    "anchor": dict(color=TEAL, weight="bold"),
    "kept": dict(color=INK),
    "new": dict(color=RED, style="italic"),
    "mark": dict(color=GREY),
}


def sentences(
    texts,  # n texts
    anchored,  # for each of them the (start, end) of the anchored words
    verdicts,  # n predictions
    width=78,  # characters per line
):
    "Texts with their anchored words in teal and underlined, the model's verdict in front."
    lines = []
    for text, spans, verdict in zip(texts, anchored, verdicts):
        inside, place = {i for start, end in spans for i in range(start, end)}, 0
        for k, part in enumerate(wrap(text, width)):
            place = text.index(part, place)
            kinds = ["anchor" if place + i in inside else "kept" for i in range(len(part))]
            lines.append(("" if k else str(verdict), list(zip(kinds, part))))
            place += len(part)
    k = len(lines)
    fig, ax = canvas(9.2, 0.27 * k + 0.2, xlim=(0, 14 + width), ylim=(k - 0.4, -0.7))
    ax.axis("off")
    for y, (verdict, row) in enumerate(lines):
        ax.text(0, y, verdict, fontsize=9, color=INK, style="italic", va="center")
        coloured(ax, 12, y, row, "")
    return fig


def strategies(
    blocks,  # for each strategy: title, text, anchored spans (start, end), neighbours (texts)
    width=84,  # characters per line
):
    "The sentence under each strategy, its anchor in teal, and neighbours with new words in red."
    lines = []
    for title, text, spans, around in blocks:
        lines += [[("title", title)], *rows_of(text, text, spans, width)]
        for other in around:
            rows = rows_of(other, text, spans, width - 2)
            lines += [[("mark", " " if k else "–"), *row] for k, row in enumerate(rows)]
        lines.append([])
    fig, ax = canvas(9.2, 0.25 * len(lines), xlim=(0, width + 6), ylim=(len(lines) - 1.4, -0.7))
    ax.axis("off")
    for y, parts in enumerate(lines):
        coloured(ax, 0, y, parts)
    return fig


def rows_of(
    text,  # the text, or a neighbour of it
    original,  # the text
    spans,  # (start, end) of the anchored words of the original
    width,  # characters per line
):
    "Lines of (kind, word): anchored, kept or new. Words are compared place by place, or as a set."
    old, words = original.split(), text.split()
    starts = {original[:start].count(" ") for start, _ in spans}
    aligned = len(words) == len(old)
    same = [word == old[i] if aligned else word in old for i, word in enumerate(words)]
    kinds = ["kept" if yes else "new" for yes in same]
    kinds = ["anchor" if aligned and i in starts else kind for i, kind in enumerate(kinds)]
    rows, room = [[]], width
    for kind, word in zip(kinds, words):
        if room < len(word):
            rows.append([])
            room = width
        rows[-1].append((kind, word))
        room -= len(word) + 1
    return rows


# ---- 08 tabular -------------------------------------------------------------------------


def two_questions(
    names,  # k rules
    written,  # (k,) precision under "perturb"
    found,  # (k,) precision under "observe"
    threshold=0.95,
):
    "The same rules under both questions: a line between the two precisions of each."
    k = len(names)
    fig, ax = canvas(7.2, 0.42 * k + 1.1, xlabel="precision", xlim=(0.3, 1.02),
                     ylim=(k - 0.4, -0.8))  # fmt: skip
    for i, (p, q) in enumerate(zip(written, found)):
        ax.plot([p, q], [i, i], color=PALE, lw=6, zorder=0)
    ax.plot(written, range(k), "o", color=GREY, ms=9, label="written (perturb)")
    ax.plot(found, range(k), "D", color=TEAL, ms=8, label="found (observe)")
    at_threshold(ax, threshold)
    ax.set_yticks(range(k), names, fontsize=9)
    ax.tick_params(axis="y", length=0)
    ax.legend(frameon=False, fontsize=9, loc="upper left", ncols=2)
    return fig


# ---- 09 image ---------------------------------------------------------------------------


def picture_row(
    pictures,  # k pictures of one range
    titles=None,  # k texts
    labels=None,  # k label maps or None: borders to draw
):
    "Pictures side by side."
    pictures, k = list(pictures), len(pictures)
    fig, axes = album(k, pictures[0], k, 0.45)
    limits = min(0, *(p.min() for p in pictures), 0), max(1, *(p.max() for p in pictures), 1)
    for i, (ax, picture) in enumerate(zip(axes, pictures)):
        border = labels[i] if labels else None
        paint(ax, picture, titles[i] if titles else "", border, limits=limits if k > 1 else None)
    return fig


def segment_map(
    picture,
    labels,  # (height, width)
):
    "A picture, and beside it its segments with their numbers."
    return segment_maps(picture, {"the picture": None, "": labels})


def segment_maps(
    picture,
    maps,  # {name: (height, width) labels, or None for the picture alone}
):
    "One picture under several segmentations."
    fig, axes = album(len(maps), picture, len(maps))
    for ax, (name, labels) in zip(axes, maps.items()):
        n = "" if labels is None else f"{len(np.unique(labels))} segments"
        paint(ax, picture, ", ".join(filter(None, (name, n))), labels)
        if labels is not None:
            numbered_segments(ax, labels)
    return fig


def neighbour_grid(
    rows,  # r lists of pictures, equally many
    names,  # r texts at the left
    image,  # the picture itself, for the range
):
    "Rows of neighbours, one row for each way to make them."
    k, height = len(rows[0]), 0.94 * image.shape[0] / image.shape[1]
    fig, axes = panels(k * len(rows), (7.2 / k, height), k)
    limits = (min(0, image.min()), max(1, image.max()))
    for ax, picture in zip(axes, [picture for row in rows for picture in row]):
        paint(ax, picture, limits=limits)
    style = dict(rotation=0, ha="right", va="center", fontsize=8.5, color=INK, labelpad=6)
    for ax, name in zip(axes[::k], names):
        ax.set_ylabel(name, **style)
    return fig


# ---- 10 explore -------------------------------------------------------------------------


def framed(fig, **margins):
    "The figure with fixed margins: faster, and it stands still while a knob moves."
    fig.set_layout_engine(None)
    fig.subplots_adjust(**margins)
    return fig


def running_share(
    shares,  # (n,) share of agreement after each sample
    lowers,  # (n,) what may be believed at least
    uppers,  # (n,) and at most
    most=None,  # how many samples the axis has room for
):
    "The share that agrees as samples come in, and between which bounds it may be believed to lie."
    fig, ax = canvas(4.2, 2.7, xlabel="changed copies asked", ylim=(-0.02, 1.03),
                     xlim=(0, 1.2 * (most or len(shares))))  # fmt: skip
    framed(fig, left=0.1, right=0.98, top=0.9, bottom=0.18)
    n = np.arange(1, len(shares) + 1)
    ax.fill_between(n, lowers, uppers, color=PALE)
    ax.plot(n, shares, color=TEAL, lw=2)
    ax.plot(n[-1], shares[-1], "D", color=INK, ms=6, clip_on=False)
    place = dict(xytext=(8, 0), textcoords="offset points", va="center")
    ax.annotate(f"{shares[-1]:.3f}", (n[-1], shares[-1]), fontsize=TEXT, color=INK, weight="bold",
                **place)  # fmt: skip
    ax.set_title("share that agrees; grey: what may be believed", fontsize=SMALL, loc="left")
    return fig


def setting_lines(
    rows,  # dicts: title, anchor, precision, interval, threshold, coverage, asked, certified
):
    "Settings one above the other: rule, precision with interval and threshold, coverage, cost."
    k, height = len(rows), 0.85 * len(rows) + 0.65
    fig, ax = canvas(7.6, height, xlabel="precision", xlim=(0, 1.46), ylim=(k - 0.45, -0.75),
                     yticks=[])  # fmt: skip
    framed(fig, left=0.02, right=0.99, top=0.93, bottom=0.42 / height)
    ax.spines["left"].set_visible(False)
    ax.set_xticks(np.arange(0, 1.01, 0.2))
    ax.text(1.08, -0.62, "coverage", fontsize=8.5, color=INK)
    ax.text(1.26, -0.62, "samples asked", fontsize=8.5, color=INK)
    for y, row in enumerate(rows):
        sure = row["certified"]
        said = f"{row['title']}   {'anchor' if sure else 'no anchor; closest'}: {row['anchor']}"
        ax.text(0, y - 0.3, said[:95], fontsize=9, color=INK, va="center")
        ax.plot([0, 1], [y, y], color=PALE, lw=1, zorder=0)
        if row["interval"] is not None:
            line = dict(color=TEAL if sure else RED, lw=7 if sure else 3, solid_capstyle="butt")
            ax.plot(row["interval"], [y, y], **line)
        if row["precision"] is not None:
            ax.plot(row["precision"], y, "D" if sure else "o", color=INK, ms=6)
        ax.plot([row["threshold"]] * 2, [y - 0.17, y + 0.17], color=INK, lw=1.5, ls="--")
        ax.text(1.08, y, f"{row['coverage']:.3g}", fontsize=10, color=INK, va="center")
        ax.text(1.26, y, f"{row['asked']:,}", fontsize=10, color=INK, va="center")
    return fig


# ---- 11 guarantee -----------------------------------------------------------------------


def acceptance_curve(
    precisions,  # (k,) sorted
    shares,  # (k,) how often such a rule is certified
    threshold,
    delta,
):
    "How often a rule of each precision is certified: left of the threshold every claim is false."
    fig, ax = canvas(7.2, 2.8, xlabel="true precision", ylabel="share certified")
    for side, colour in ((precisions <= threshold, RED), (precisions >= threshold, TEAL)):
        ax.plot(precisions[side], shares[side], "o-", color=colour, ms=4)
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    ax.text(threshold - 0.001, 0.98, f"threshold {threshold:g}", ha="right", fontsize=9, color=INK)
    ax.set_ylim(-0.03, 1.05)
    ax.plot([precisions[0], threshold], [delta, delta], color=INK, ls=":", lw=1)
    ax.text(precisions[0], delta + 0.03, f"allowed: {delta:g}", fontsize=9, color=INK)
    return fig


def cost_curves(
    costs,  # precision -> (calls, multiple of the limit) for each stride
    strides,
):
    "What a certificate costs, between few calls and few samples: a line for each precision."
    fig, ax = canvas(7.2, 2.9, xlabel="calls", ylabel="samples / limit")
    places = (0.12, 0, "left"), (0, 0.05, "center"), (-0.12, 0, "right"), (0, -0.08, "center")
    for (p, pairs), (right, up, ha) in zip(costs.items(), places):
        (x, *_), (y, *_) = calls, times = np.transpose(pairs)
        colour = TEAL if p == 1 else GREY
        ax.plot(calls, times, "o-", color=colour, ms=4)
        ax.text(x + right, y + up, f"p = {p:g}", color=colour, fontsize=9, ha=ha, va="center")
    calls, times = np.transpose(next(iter(costs.values())))
    for x, y, stride in zip(calls, times, strides):
        ax.text(x, y + 0.07, f"stride {stride:g}", fontsize=8.5, color=INK)
    ax.set(ylim=(0.95, 1.9), xlim=(0.5, None))
    return fig


def before_after(
    before,  # name -> share of false claims
    after,  # the same names, mended
    promised,
):
    "Ways to break a promise, one line each: from the share of false claims before to that after."
    fig, ax = canvas(7.2, 0.36 * len(before) + 1, xlabel="share of false claims",
                     xlim=(-0.02, 1.04), ylim=(len(before) - 0.5, -0.9))  # fmt: skip
    for i, name in enumerate(before):
        ax.plot([before[name], after[name]], [i, i], color=PALE, lw=3, zorder=0)
        ax.plot(before[name], i, "x", color=RED, ms=8, mew=2.5)
        ax.plot(after[name], i, "D", color=TEAL, ms=6)
    ax.text(before["slack"], -0.35, "before", color=RED, fontsize=9, ha="center")
    ax.text(after["slack"], -0.35, "after", color=TEAL, fontsize=9, ha="center")
    listed(ax, list(before))
    ax.axvline(promised, color=INK, ls="--", lw=1)
    ax.text(promised + 0.005, len(before) - 0.55, f"promised: {promised:g}", fontsize=9, color=INK)
    return fig
