"""Figures of the lessons: pure plotting functions, numbers in, a matplotlib figure out.

Teal is what was chosen, grey the rest; shape or text repeats what colour says.
"""

from base64 import b64encode
from functools import partial
from html import escape
from io import BytesIO
from textwrap import fill

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.transforms import blended_transform_factory

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
    dimmed,
    folded,
    kinds_of,
    listed,
    numbered_segments,
    paint,
    panels,
    word_chips,
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
    valid = points[first, 0] > min(threshold, 1 - 1e-9)  # exceeded; 1 is reached
    left = max(0, dots[:, 0].min() // 0.05 * 0.05 - 0.05)
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
    ax.axvline(threshold, color=INK, ls="--", lw=1, zorder=1)
    style = dict(textcoords="offset points", fontsize=SMALL, color=INK)
    place = style | dict(xycoords=ax.get_xaxis_transform())
    sides = [dict(xytext=(-6, 0), ha="right"), dict(xytext=(6, 0), ha="left")]  # of the line
    place |= sides[0 if threshold > (left + 1) / 2 else 1]  # where there is more room
    ax.annotate(f"threshold {threshold:g}", (threshold, 0.99), va="top", **place)
    heads = ("not precise enough", INK, ~valid), (enough, TEAL, valid)
    for side, (text, colour, there) in zip(sides, heads):
        bold = place | side | dict(weight="bold", color=colour, va="bottom")
        ax.annotate(text if there.any() else "", (threshold, 1.01), **bold)
    if names is not None:
        framed(fig, left=0.14, right=0.83, bottom=0.16, top=0.92)  # room for names; it stands still
    for i, text in (names or {}).items():  # nothing is right of the best in its row
        beside = style | dict(xytext=(0.5 * wide + 8, 0), ha="left", va="center")
        ax.annotate(text.replace(", ", ",\n") if len(text) > 14 else text, points[i], **beside)
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
        ax.plot(share, i, "D", color=INK, ms=6, zorder=3)
    listed(ax, labels, SMALL)
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
    ax.text(0.01, rate * 1.05, "exploration rate", color=INK, fontsize=SMALL)
    ax.axvspan(lower, upper, color=TEAL, alpha=0.15)
    for name, x, side in (("lower bound", lower, "right"), ("seen", share, "right"),
                          ("upper bound", upper, "left")):  # fmt: skip
        ax.axvline(x, color=TEAL, lw=1.4)
        place = dict(xytext=(4 if side == "left" else -4, 0), textcoords="offset points", ha=side)
        style = dict(fontsize=SMALL, color=TEAL, va="top", annotation_clip=False)
        ax.annotate(f"{name}\n{x:.3f}", (x, 2.9 * rate), **place, **style)
    return fig


def ladder(
    state,  # a `Round` of KL-LUCB
    tau=0.15,  # the tolerance
    truth=None,  # (k,) exact precisions, if known
):
    "Arms, each in its place: teal is the choice; the two that block it are thick, and their gap."
    k, beam = len(state.lower), state.beam
    share = state.arms.hits / np.maximum(state.arms.pulls, 1)
    rest = np.setdiff1d(np.arange(k), beam)
    low, high = state.lower[beam].min(), state.upper[rest].max() if len(rest) else 0.0
    decided = state.gap <= tau
    two = [*beam[[state.lower[beam].argmin()]], *rest[state.upper[rest].argsort()[-1:]]]
    blocking = [] if decided else two
    sign, end = ("at most", "decided") if decided else ("above", "ask those that block")
    title = f"round {state.t}: gap {state.gap:.2f}, {sign} the tolerance {tau:g}: {end}"
    fig, ax = canvas(7.2, 0.3 * k + 1.2, xlim=(-0.01, 1.16), ylim=(k - 0.4, -1.1))
    framed(fig, left=0.1, right=0.99, top=1 - 0.32 / (0.3 * k + 1.2), bottom=0.56 / (0.3 * k + 1.2))
    ax.set_title(title, fontsize=TEXT, loc="left", color=INK)
    ax.set_xlabel("precision", fontsize=SMALL)
    ax.set_xticks(np.arange(0, 1.01, 0.2))
    ax.tick_params(labelsize=SMALL)
    for i in range(k):
        colour = TEAL if i in beam else GREY
        wide = dict(lw=7 if i in blocking else 3, solid_capstyle="butt", color=colour)
        ax.plot([state.lower[i], state.upper[i]], [i, i], **wide)
        ax.plot(share[i], i, "D" if i in beam else "o", color=INK, ms=5, zorder=3)
        style = dict(fontsize=SMALL, va="center", color=INK)
        ax.text(1.03, i, f"{int(state.arms.pulls[i])}", **style)
        if truth is not None:
            ax.plot(truth[i], i, "|", color=RED, ms=12, mew=2, zorder=4)
    ax.text(1.03, -0.8, "pulls", **style)
    ax.text(0, -0.8, "line: what may be believed; thick: keeps it open", **style)
    if truth is not None:
        ax.text(truth[0], -0.8, "truth, unseen", **style | dict(color=RED, ha="center"))
    if high > low:
        ax.axvspan(low, high, color=PALE if decided else GREY, alpha=0.3, lw=0, zorder=0)
    names = [f"arm {i}" + " ✓" * (i in beam) for i in range(k)]
    listed(ax, names, SMALL)
    for i, text in enumerate(ax.get_yticklabels()):
        text.set(color=TEAL if i in beam else INK, weight="bold" if i in beam else "normal")
    return fig


def allocation(
    pulls,  # (r,) mean pulls of r settings
    missed,  # (r,) share of wrong choices of LUCB
    missed_even,  # (r,) the same, pulls spread evenly
    labels,  # r texts
):
    "Wrong choices against questions asked: LUCB and even allocation."
    top = max(*missed, *missed_even)
    xlim, ylim = (min(pulls) * 0.85, max(pulls) * 1.5), (-0.14 * top, 1.12 * top)
    fig, ax = canvas(xlabel="pulls (log scale)", ylabel="share of wrong choices", xscale="log",
                     ylim=ylim, xlim=xlim)  # fmt: skip
    ax.plot(pulls, missed_even, "o--", color=GREY)
    ax.plot(pulls, missed, "D-", color=TEAL)
    last, style = int(np.argmax(pulls)), dict(textcoords="offset points", fontsize=SMALL)
    ends = (missed_even, "even allocation", INK), (missed, "KL-LUCB", TEAL)
    for values, name, colour in ends:
        place = dict(xytext=(9, 0), va="center", color=colour, weight="bold")
        ax.annotate(name, (pulls[last], values[last]), **place, **style)
    for x, y, text in zip(pulls, missed, labels):
        away = dict(xytext=(0, -9), ha="center", va="top")
        if x == min(pulls):  # where the two lines meet
            away = dict(xytext=(9, 0), ha="left", va="center")
        ax.annotate(text, (x, y), color=INK, **away, **style)
    ticks = [int(round(x, -1)) for x in pulls]
    ax.set_xticks(ticks, [str(x) for x in ticks])
    ax.set_yticks([y for y in ax.get_yticks() if 0 <= y <= 1.12 * top])
    ax.minorticks_off()
    return fig


# ---- 04 beam search ---------------------------------------------------------------------


def search_tree(
    levels,  # list of `Level`
    name,  # function: rule `(d,)` -> text
    steps=None,  # how many to show: two for each size, its rules and then its beam; all of them
    rows=0,  # to leave room for, at least
):
    "Rules looked at and their shares, size by size: teal ones may grow, framed ones are accepted."
    from matplotlib.textpath import TextPath

    told = []
    for _, (rules, _, hits, pulls), *_ in levels:
        shares = hits / np.maximum(pulls, 1)
        told.append([f"{name(rule)}  {share:.2f}" for rule, share in zip(rules, shares)])
    wide = [max(TextPath((0, 0), text, size=SMALL).get_extents().width for text in texts) + 14
            for texts in told]  # fmt: skip
    steps, step = 2 * len(levels) if steps is None else steps, 21
    gap = max(40, min(110, (510 - sum(wide)) / max(len(levels) - 1, 1)))
    width = max(518, sum(wide) + gap * (len(levels) - 1) + 8)
    height = step * max(rows, *map(len, told)) + 30
    fig, ax = canvas(width / 72, height / 72, xlim=(0, width), ylim=(0, height))  # in points
    framed(fig, left=0, right=1, bottom=0, top=1)
    ax.axis("off")
    left, parents = 4.0, []  # of the level before: rule, right edge and height
    for x, level in enumerate(levels[: (steps + 1) // 2]):
        number, (rules, _, hits, pulls), beam, accepted = level
        known = steps > 2 * x + 1
        ax.text(left + wide[x] / 2, height - 12, f"size {number}", ha="center", va="center",
                weight="bold", color=INK, fontsize=TEXT)  # fmt: skip
        order = np.argsort(-hits / np.maximum(pulls, 1), kind="stable")
        top = (height - 24 + step * len(rules)) / 2 - step / 2
        place = {i: top - step * row for row, i in enumerate(order)}
        for i, y in place.items():
            for parent, end, at in parents:
                if (parent <= rules[i]).all():
                    ax.plot([end, left], [at, y], color=GREY, lw=1, zorder=0)
            lit, framed_ = known and i in beam, known and i in accepted
            box = dict(boxstyle="round,pad=0,rounding_size=4", fc=TEAL if lit else "white",
                       ec=INK if framed_ else GREY, lw=2.6 if framed_ else 0.9)  # fmt: skip
            ax.add_patch(FancyBboxPatch((left, y - 8.5), wide[x], 17, **box))
            text = dict(ha="center", va="center", fontsize=SMALL, color="white" if lit else INK)
            ax.text(left + wide[x] / 2, y, told[x][i], **text)
        parents = [(rules[i], left + wide[x], place[i]) for i in beam if i not in accepted]
        left += wide[x] + gap
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
        below = dict(fontsize=SMALL, color=INK, ha="right", va="top")
        ax.text(x[-1], delta - 0.015, f"promised: {delta:g}", **below)
        ax.set(xscale="log", xlabel=label, ylim=(0, 1))
        ax.set_xticks(x, [str(v) for v in x])
        ax.minorticks_off()
    return fig


# ---- 05 certify -------------------------------------------------------------------------


def betting(
    doubter_right,  # (games, samples) coins when the precision is at the threshold
    doubter_wrong,  # (games, samples) coins when it is above
    goal=20,  # coins that prove the point
    most=1000,  # samples to draw
):
    "Coins of many games, on a logarithmic scale, with the line of the promise."
    fig, axes = two_panels("coins (log scale)")
    titles = "the doubter is right", "the doubter is wrong"
    for ax, games, title in zip(axes, (doubter_right, doubter_wrong), titles):
        coins_won(ax, games[:, :most], goal, most)
        ax.set_title(title, fontsize=TEXT)
    axes[0].set_ylabel("coins (log scale)")
    return fig


def coins_won(ax, games, goal, most):
    "Games up to the sample where they reach the goal, on axes that stay the same."
    for coins in games:
        won = np.flatnonzero(coins >= goal)[:1]
        end = won[0] + 1 if len(won) else len(coins)
        path = np.concatenate([[1.0], coins[:end]])
        ax.plot(path, color=TEAL if len(won) else GREY, lw=0.8, alpha=0.8)
        ax.plot(won + 1, coins[won], "D", color=TEAL, ms=4)
    reached = int((games >= goal).any(axis=1).sum())
    style = dict(fontsize=SMALL, va="bottom", color=TEAL if reached else INK)
    ax.text(0.01 * most, goal * 1.25, f"{reached} of {len(games)} got here", **style)
    ax.axhline(goal, color=INK, ls="--", lw=1)
    ax.text(most, goal * 1.25, f"{goal} coins", fontsize=SMALL, color=INK, ha="right", va="bottom")
    ax.set(yscale="log", ylim=(1e-4, goal * 8), xlim=(0, most), xlabel="samples")
    ax.minorticks_off()


def betting_so_far(
    games,  # (games, samples) coins so far
    goal=20,  # coins that prove the point
    most=1000,  # samples that there will be
):
    "Coins of many games up to now, with the line of the promise."
    fig, ax = canvas(7.2, 2.9, ylabel="coins (log scale)")
    framed(fig, left=0.1, right=0.96, bottom=0.17, top=0.97)
    coins_won(ax, games, goal, most)
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
        place = dict(ha="right", va="bottom", fontsize=SMALL)
        ax.text(q[peak] - 0.001, density[peak], name, color=colour, **place)
    ax.set(xlabel="precision", ylabel="coins laid", ylim=(0, None), xlim=(threshold - 0.005, 1))
    return fig


# ---- 07 text ----------------------------------------------------------------------------


class Sentences(list):
    "Sentences as chips, each `(what stands before it, words, their kinds)`; in plain text marked."

    def _repr_html_(self):
        left = "text-align:left;vertical-align:top;white-space:{};line-height:1.9"
        line = f'<tr><td style="{left}">{{}}</td><td style="{left}">{{}}</td></tr>'
        rows = ((escape(str(before)), word_chips(words, kinds)) for before, words, kinds in self)
        lines = (line.format("nowrap", before, "normal", chips) for before, chips in rows)
        return f"<table>{''.join(lines)}</table>"

    def __repr__(self):
        marks = {"held": "[{}]", "changed": "*{}*"}
        said = lambda words, kinds: (marks.get(k, "{}").format(w) for w, k in zip(words, kinds))
        rows = ((before, " ".join(said(words, kinds))) for before, words, kinds in self)
        return "\n".join(f"{before:<18} {text}" for before, text in rows)


def held_words(text, spans):
    "The words of a text and their kinds: held where a span `(start, end)` lies, else kept."
    words, kinds, end = [], [], 0
    for start, stop in [*spans, (len(text), len(text))]:
        between, inside = text[end:start].split(), text[start:stop].split()
        words += between + inside
        kinds += ["kept"] * len(between) + ["held"] * len(inside)
        end = stop
    return words, kinds


def sentences(
    texts,  # n texts
    anchored,  # for each of them the (start, end) of the anchored words
    verdicts,  # n predictions
):
    "Texts with their anchored words in teal, the model's verdict in front."
    rows = zip(texts, anchored, verdicts)
    return Sentences((verdict, *held_words(text, spans)) for text, spans, verdict in rows)


def changed_words(text, original, spans):
    "The words of a neighbour and their kinds, by place; if their number differs, as a set."
    words, (old, kinds) = text.split(), held_words(original, spans)
    if len(words) != len(old):
        return words, ["kept" if word in old else "changed" for word in words]
    return words, kinds_of(old, words, [kind == "held" for kind in kinds])


def strategies(
    blocks,  # for each strategy: title, text, anchored spans (start, end), neighbours (texts)
):
    "The sentence under each strategy, its anchor in teal, and neighbours, new words in orange."
    lines = Sentences()
    for title, text, spans, around in blocks:
        lines.append((title, *held_words(text, spans)))
        lines += [("a neighbour", *changed_words(other, text, spans)) for other in around]
    return lines


def meters(
    shares,  # {label: number from 0 to 1}
    threshold=0.95,  # marked by a line; the bar of a share that reaches it is teal
):
    "Shares as bars, in HTML: drawn at once, and each says its number."
    bar = '<div style="height:1.2em;{}">{}</div>'
    mark = f"position:absolute;top:0;left:{100 * threshold:g}%;border-left:2px dashed {INK}"
    ground = f"position:relative;width:300px;background:{PALE}"
    line = "<tr><th>{}</th><td>{}</td><td>{}</td></tr>"
    def row(label, share):
        grown = f"width:{100 * share:.1f}%;background:{TEAL if share >= threshold else GREY}"
        drawn = bar.format(ground, bar.format(grown, "") + bar.format(mark, ""))
        return line.format(escape(label), drawn, f"<b>{share:.3f}</b>")
    told = f'<div style="text-align:right">threshold {threshold:g}</div>'
    rows = [row(*one) for one in shares.items()] + [line.format("", told, "")]
    return f"<table>{''.join(rows)}</table>"


# ---- 08 tabular -------------------------------------------------------------------------


def two_questions(
    names,  # k rules
    written,  # (k,) precision under "perturb"
    found,  # (k,) precision under "observe"
    threshold=0.95,
):
    "The same rules under both questions: a line between the two precisions of each, with numbers."
    k = len(names)
    fig, ax = canvas(7.2, 0.5 * k + 1.1, xlabel="precision", ylim=(k - 0.4, -0.9),
                     xlim=(min(*written, *found) - 0.12, 1.11))  # fmt: skip
    for i, pair in enumerate(zip(written, found)):
        ax.plot(pair, [i, i], color=PALE, lw=6, zorder=0)
        (low, left), (high, right) = sorted(zip(pair, ("written", "found")))
        style = dict(va="center", fontsize=SMALL, color=INK)
        style["bbox"] = dict(fc="white", ec="none", pad=0.5)  # a line behind a number stays behind
        ax.text(low - 0.015, i, f"{left} {low:.2f}", ha="right", **style)
        ax.text(high + 0.015, i, f"{right} {high:.2f}", ha="left", **style)
    ax.plot(written, range(k), "o", color=GREY, ms=9)
    ax.plot(found, range(k), "D", color=TEAL, ms=8)
    at_threshold(ax, threshold, -0.65)
    listed(ax, names, SMALL)
    ax.set_xticks([x / 10 for x in range(11) if x / 10 > ax.get_xlim()[0]])
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


def pixels(picture, alt, most, style):
    "A small picture as the text of an `<img>` tag, a pixel as a square; `most` is white."
    from matplotlib.image import imsave

    imsave(buffer := BytesIO(), picture / most, cmap="gray", vmin=0, vmax=1)
    data = b64encode(buffer.getvalue()).decode()
    style = f"image-rendering:pixelated;margin:0;{style}"
    return f'<img style="{style}" alt="{escape(alt)}" src="data:image/png;base64,{data}">'


def held_segments(
    picture,  # (height, width), a few pixels
    labels,  # (height, width)
    rule,  # {number of a segment: is it held?}
):
    "The picture in HTML, dimmed where nothing is held, with numbers; held ones are teal."
    visible = np.isin(labels, [i for i, on in rule.items() if on])
    image = pixels(dimmed(picture, visible), "what is held", picture.max(), "width:180px")
    place = "position:absolute;left:{:.1f}%;top:{:.1f}%;transform:translate(-50%,-50%);"
    style = place + "font-size:10pt;{}"
    chip = f"padding:0 5px;border-radius:4px;background:{TEAL};color:#ffffff"
    plain = f"color:{INK};text-shadow:0 0 3px #ffffff,0 0 3px #ffffff"  # no button
    def told(i, on):
        y, x = (100 * (at.mean() + 0.5) / n for at, n in zip(np.nonzero(labels == i), labels.shape))
        return f'<span style="{style.format(x, y, chip if on else plain)}">{i}</span>'
    numbers = "".join(told(i, on) for i, on in rule.items())
    style = "position:relative;display:inline-block;line-height:1.3"
    return f'<div style="{style}">{image}{numbers}</div>'


def tiles(
    pictures,  # k small ones, of numbers from 0 to `most`
    titles,  # k texts
    colours,  # k colours of their frames
    most,  # the value that is white
):
    "Small pictures side by side in HTML, with a frame."
    tile = '<figure style="display:inline-block;margin:4px;text-align:center">{}{}</figure>'
    def told(one, title, colour):
        image = pixels(one, title, most, f"width:96px;border:3px solid {colour}")
        return tile.format(image, f"<figcaption>{escape(title)}</figcaption>")
    return "".join(map(told, pictures, titles, colours))


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
    style = dict(rotation=0, ha="right", va="center", fontsize=SMALL, color=INK, labelpad=6)
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
    fig, ax = canvas(7.2, 2.2, xlabel="changed copies asked", ylim=(-0.02, 1.03),
                     xlim=(0, 1.1 * (most or len(shares))))  # fmt: skip
    framed(fig, left=0.06, right=0.99, top=0.88, bottom=0.22)
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
    low=0.0,  # where the axis begins
):
    "Settings one above the other: rule, precision with interval and threshold, coverage, cost."
    odd = "no anchor, closest rule:\n"
    said = [("" if row["certified"] else odd) + folded(row["anchor"], 40) for row in rows]
    names = [fill(row["title"], 34) for row in rows]
    above = [0.38 + 0.18 * name.count("\n") for name in names]  # inches
    heights = [high + 0.18 * text.count("\n") + 0.24 for high, text in zip(above, said)]
    ends = np.cumsum(heights)
    whole = ends[-1] + 0.75
    fig, ax = canvas(7.2, whole, xlim=(low, 1 + (1 - low) / 60), ylim=(ends[-1], 0), yticks=[])
    framed(fig, left=0.45, right=0.77, top=1 - 0.25 / whole, bottom=0.5 / whole)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("precision", fontsize=TEXT)
    ax.set_xticks([low, (1 + low) / 2, 1], [f"{x:.3g}" for x in (low, (1 + low) / 2, 1)])
    write = partial(ax.text, transform=blended_transform_factory(fig.transFigure, ax.transData),
                    fontsize=SMALL, color=INK)  # fmt: skip
    write(0.79, -0.06, "coverage")
    write(0.995, -0.06, "samples", ha="right")
    for row, name, text, y in zip(rows, names, said, ends - heights + above):
        sure, t = row["certified"], row["threshold"]
        write(0.01, y - 0.14, name, weight="bold")
        write(0.02, y - 0.06, text, va="top", linespacing=1.25, color=TEAL if sure else RED)
        ax.plot([low, 1], [y, y], color=PALE, lw=1, zorder=0)
        if row["interval"] is not None:
            line = dict(color=TEAL if sure else RED, lw=7 if sure else 3, solid_capstyle="butt")
            ax.plot(row["interval"], [y, y], **line)
        if row["precision"] is not None:
            ax.plot(row["precision"], y, "D" if sure else "o", color=INK, ms=6, clip_on=False)
        ax.plot([t, t], [y - 0.13, y + 0.13], color=INK, lw=1.5, ls="--")
        side = "left" if t < (1 + low) / 2 else "right"
        ax.text(t, y - 0.18, f"threshold {t:g}", ha=side, fontsize=SMALL, color=INK)
        write(0.79, y, f"{row['coverage']:.3g}", va="center", fontsize=TEXT)
        write(0.995, y, f"{row['asked']:,}", va="center", ha="right", fontsize=TEXT)
    return fig


# ---- 11 guarantee -----------------------------------------------------------------------


def acceptance_curve(
    precisions,  # (k,) sorted
    shares,  # (k,) how often such a rule is certified
    threshold,
    delta,
):
    "How often a rule of each precision is certified: left of the threshold every claim is false."
    fig, ax = canvas(7.2, 2.9, xlabel="true precision", ylabel="share certified")
    sides = (precisions <= threshold, RED, "s"), (precisions >= threshold, TEAL, "o")
    for side, colour, mark in sides:
        ax.plot(precisions[side], shares[side], f"{mark}-", color=colour, ms=5)
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    low, left = precisions[0], dict(ha="right", fontsize=SMALL)
    ax.text(threshold - 0.001, 0.94, f"threshold {threshold:g}", color=INK, **left)
    ax.text(threshold - 0.001, 0.2, "here a claim is false", color=RED, **left)
    ax.text(1, 0.9, "here it is true", color=TEAL, va="top", **left)
    ax.set_ylim(-0.04, 1.05)
    ax.plot([low, threshold], [delta, delta], color=INK, ls=":", lw=1)
    ax.text(low, delta + 0.03, f"allowed: {delta:g}", fontsize=SMALL, color=INK)
    return fig


def cost_curves(
    costs,  # precision -> (calls, multiple of the limit) for each stride
    strides,
):
    "What a certificate costs, between few calls and few samples: a panel for each precision."
    fig, axes = panels(len(costs), (7.2 / len(costs), 2.5))
    most = np.concatenate(list(costs.values())).max(axis=0)
    for ax, (p, pairs) in zip(axes, costs.items()):
        calls, times = np.transpose(pairs)
        ax.plot(calls, times, "o-", color=TEAL, ms=5)
        for x, y, stride in zip(calls, times, strides):
            name = "" if ax is not axes[0] or stride != strides[0] else "stride "
            ax.text(x + 0.1, y + 0.05, f"{name}{stride:g}", fontsize=SMALL, color=INK)
        ax.axhline(1, color=INK, ls="--", lw=1)
        ax.set(ylim=(0.9, most[1] + 0.15), xlim=(0, most[0] + 1.2), xlabel="calls")
        ax.set_title(f"precision {p:g}", fontsize=TEXT, color=INK)
        ax.spines[["top", "right"]].set_visible(False)
        ax.label_outer()
    axes[0].set_ylabel("samples, times the limit")
    axes[0].text(most[0] + 1.2, 0.98, "limit", fontsize=SMALL, ha="right", va="top", color=INK)
    return fig


def before_after(
    before,  # name -> share of false claims
    after,  # the same names, mended
    promised,
):
    "Ways to break a promise, one line each: from the share of false claims before to that after."
    fig, ax = canvas(7.2, 0.38 * len(before) + 1.1, xlabel="share of false claims",
                     xlim=(-0.02, 1.04), ylim=(len(before) - 0.5, -1))  # fmt: skip
    for i, name in enumerate(before):
        ax.plot([before[name], after[name]], [i, i], color=PALE, lw=3, zorder=0)
        ax.plot(before[name], i, "x", color=RED, ms=8, mew=2.5)
        ax.plot(after[name], i, "D", color=TEAL, ms=6)
    (first, *_), middle = before, dict(fontsize=SMALL, ha="center")
    ax.text(before[first], -0.35, "before", color=RED, **middle)
    ax.text(after[first], -0.35, "after", color=TEAL, **middle)
    listed(ax, list(before), SMALL)
    ax.axvline(promised, color=INK, ls="--", lw=1)
    ax.text(promised + 0.01, -0.7, f"promised: {promised:g}", fontsize=SMALL, color=INK)
    return fig
