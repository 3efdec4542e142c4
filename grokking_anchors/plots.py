"""Pictures of explanations: numbers in, a matplotlib figure out."""

import base64
import html
import io
import re
from functools import cache
from textwrap import fill
from urllib.parse import quote

import numpy as np

# The only colours and sizes of pictures, widgets, tables and pages; shape or text says the same.
# Teal is held or chosen, grey the rest, orange a changed word, red what is wrong or lost.
TEAL, GREY, INK, PALE, WHITE = "#0b7a75", "#9aa1a9", "#22313f", "#e8eaed", "#ffffff"
ORANGE, RED = "#c2560c", "#a11d33"
SMALL, TEXT = 9.5, 10.5  # points: at 7.2 inches over 1100 pixels of a slide 20 and 22 pixels

# ---- words as chips ---------------------------------------------------------------------

FACES = {  # kind -> colours of ground (for dark pages), edge and letters, and their weight
    "held": (TEAL, TEAL, WHITE, "normal"), "kept": (WHITE, GREY, INK, "normal"),
    "changed": (WHITE, GREY, ORANGE, "bold"), "doubt": (RED, RED, WHITE, "normal"),
}  # fmt: skip
SHAPE = "border-radius:4px;padding:1px 6px;margin:1px;display:inline-block;"
CHIPS = {  # kind -> CSS
    kind: f"{SHAPE}background:{ground};border:1px solid {edge};color:{letters}"
    + ";font-weight:bold" * (weight == "bold")
    for kind, (ground, edge, letters, weight) in FACES.items()
}


def chip(
    text,
    kind="held",  # held: the rule holds it; kept: it may change; changed: it did; doubt
):
    "A word as HTML."
    return f'<span style="{CHIPS[kind]}">{html.escape(str(text))}</span>'


def kinds_of(
    words,  # d words of the instance
    sample,  # d words of a changed copy
    rule,  # (d,) bool: which words are held
):
    "For each word of a changed copy: held, kept or changed."
    pairs = zip(words, sample, rule)
    return ["held" if on else "kept" if old == new else "changed" for old, new, on in pairs]


def word_chips(
    words,  # d words
    kinds,  # of each, see `chip`
):
    "A sentence as chips, in HTML."
    return " ".join(map(chip, words, kinds))


def neighbour_chips(
    old,  # the instance
    new,  # a sample of it
    held,  # the words of the rule
):
    "A sample as HTML; the words of a sentence that is as long as the instance become chips."
    both = (old, new) if isinstance(old, str) and isinstance(new, str) else ("", "")
    by_blanks, by_signs = (
        [re.findall(cut, text) for text in both] for cut in (r"\S+", r"[\w'’-]+|[^\w\s]+")
    )
    was, now = by_blanks if len(by_blanks[0]) == len(by_blanks[1]) else by_signs
    if not was or len(was) != len(now):
        return html.escape(str(new))
    known = {re.sub(r"(st|nd|rd|th)\)$", "", name) for name in held}  # very (2nd): the second very
    bare = [word.strip(".,;:!?") for word in was]
    named = [{word, f"{word} ({bare[: i + 1].count(word)}"} for i, word in enumerate(bare)]
    rule = [a == b and bool(known & names) for a, b, names in zip(was, now, named)]
    return word_chips(now, kinds_of(was, now, rule))


def chip_line(
    ax,
    y,  # where the line lies
    words,
    kinds,  # of each, see `chip`
    x=0.0,  # where it begins
    size=TEXT,  # points
):
    "A sentence as chips, in a picture; returns how wide it is, in points."
    from matplotlib.textpath import TextPath

    place = 0.45 * size
    for word, kind in zip(map(str, words), kinds):
        ground, edge, colour, weight = FACES[kind]
        box = dict(boxstyle="round,pad=0.28", fc=ground, ec=edge, lw=1)
        ax.annotate(word, (x, y), (place, 0), textcoords="offset points", va="center", color=colour,
                    fontsize=size, weight=weight, bbox=box, annotation_clip=False)  # fmt: skip
        wide = TextPath((0, 0), word, size=size, prop=dict(weight=weight)).get_extents().width
        place += wide + 1.05 * size
    return place


# ---- figures ----------------------------------------------------------------------------


@cache
def crisp():
    "A kind of figure that a notebook shows with two dots for each pixel."
    from matplotlib.figure import Figure

    class Crisp(Figure):
        def _repr_mimebundle_(self, **kind):
            width, height = (round(inches * self.dpi) for inches in self.get_size_inches())
            data = base64.b64encode(picture_bytes(self, "png", dpi=2 * self.dpi)).decode()
            return {"image/png": data}, {"image/png": dict(width=width, height=height)}

        def _ipython_display_(self):  # before matplotlib's own picture of any figure, which is not
            from IPython.display import display

            data, size = self._repr_mimebundle_()
            display(data | {"text/plain": repr(self)}, metadata=size, raw=True)

    return Crisp


def canvas(
    width=7.0,  # inches
    height=3.2,  # inches
    ax=None,  # to draw into; of a new figure when not given
    **axes,  # passed to `Axes.set`: xlabel, ylabel, xlim, title ...
):
    "A figure with one axes, without the box around it."
    fig, (ax,) = panels(1, (width, height)) if ax is None else (ax.figure, [ax])
    ax.spines[["top", "right"]].set_visible(False)
    ax.set(**axes)
    return fig, ax


def panels(
    n,  # how many axes are wanted
    size,  # (width, height) of each, in inches
    columns=None,  # side by side; all of them when not given
    **options,  # of `subplots`
):
    "A white figure with n axes, and no more than n that are seen; a notebook shows it once."
    import matplotlib.pyplot as plt

    columns = columns or n
    lines, (width, height) = -(-n // columns), size
    options |= dict(figsize=(width * columns, height * lines), dpi=90, facecolor="white")
    options |= dict(FigureClass=crisp(), layout="constrained", squeeze=False)
    fig, axes = plt.subplots(lines, columns, **options)
    plt.close(fig)  # it is handed out, and not shown again at the end of a cell
    for ax in axes.ravel()[n:]:
        ax.axis("off")
    return fig, axes.ravel()[:n]


def png(
    figure,  # of matplotlib
    alt,  # what it shows, in words, escaped
    **options,  # of `savefig`
):
    "The figure as the text of an `<img>` tag, on a white ground."
    options = dict(dpi=2 * figure.dpi) | options
    data = base64.b64encode(picture_bytes(figure, "png", **options)).decode()
    style, width = "background:#ffffff;max-width:100%", round(figure.get_size_inches()[0] * 90)
    return f'<img style="{style}" width="{width}" alt="{alt}" src="data:image/png;base64,{data}">'


def svg(
    figure,  # of matplotlib
    alt,  # what it shows, in words, escaped
):
    "The figure as the text of an `<img>` tag that is sharp at every size; its letters are text."
    import matplotlib

    fonts = {"font.sans-serif": ["DejaVu Sans", "Verdana"], "svg.fonttype": "none"}
    with matplotlib.rc_context({**fonts, "svg.hashsalt": "anchors"}):
        text = picture_bytes(figure, "svg", metadata=dict(Date=None, Creator=None)).decode()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    shorter = lambda places: re.sub(r"(\.\d\d)\d+", r"\1", places[0])  # not in what is written
    text = re.sub(r' (?:d|x|y)="[^"]*"', shorter, re.sub(r"\s*\n\s*", " ", text))
    text = quote(text.replace("> <", "><"), safe=" =:/;,.()'@!*+?&<>[]{}|")
    style = "background:#ffffff;max-width:100%"
    return f'<img style="{style}" alt="{alt}" src="data:image/svg+xml,{html.escape(text)}">'


def picture_bytes(
    figure,  # of matplotlib
    kind,  # "png", "svg" or "pdf"
    **options,  # of `savefig`
):
    "The figure as the bytes of a file."
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, **options)
    return buffer.getvalue() if kind != "png" else few_colours(buffer.getvalue())


def few_colours(
    data,  # of a PNG file
    most=120_000,  # bytes
):
    "A picture; one of more bytes, which shows a photo, in 255 colours."
    from PIL import Image

    if len(data) > most:
        picture = Image.open(io.BytesIO(data)).convert("RGB").quantize(255)
        picture.save(buffer := io.BytesIO(), "png", optimize=True)
        data = buffer.getvalue()
    return data


def bar_list(
    names,  # k texts, broken into lines and never cut
    **axes,  # passed to `Axes.set`
):
    "A figure with room for k bars, counted from above, each with its name; and the axes."
    labels = [fill(name, 36, subsequent_indent="    ", break_on_hyphens=False) for name in names]
    each = max(0.42, *(0.17 * (label.count("\n") + 1) + 0.12 for label in labels), 0)
    ax = axes.pop("ax", None)
    fig, ax = canvas(7.2, each * len(labels) + 1.2, ax, ylim=(len(labels) - 0.4, -0.9), **axes)
    listed(ax, labels)
    return fig, ax


def entitled(ax, title):
    "The figure of these axes, which get a title of one line."
    ax.set_title(short(title, 80), fontsize=9.5, loc="left", color=INK, pad=10)
    return ax.figure


def listed(ax, labels, size=SMALL):
    "Name the lines of a chart that counts them from above."
    ax.set_yticks(range(len(labels)), labels, fontsize=size)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def at_threshold(ax, threshold, y=-0.5):
    "A dashed line where the threshold lies, with its value."
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    words = f"threshold {threshold:g}"
    ax.text(threshold - 0.005, y, words, ha="right", va="bottom", fontsize=SMALL, color=INK)


def short(text, most):
    "A text of at most so many characters."
    return text if len(text) <= most else text[: most - 3] + "..."


def folded(rule, most):
    "A rule in lines of at most so many characters, that begin with AND; it is never cut."
    fits = lambda one: one if len(one) > most - 4 else one.replace(" ", "\xa0")
    whole = " AND\xa0".join(map(fits, rule.split(" AND ")))
    return fill(whole, most, break_on_hyphens=False).replace("\xa0", " ")


# ---- any explanation --------------------------------------------------------------------


def partial_bars(
    names,  # k predicates in the order in which they were added
    precisions,  # k numbers, None where not measured
    coverages,  # k numbers
    threshold=0.95,
    interval=None,  # of the last precision
    ax=None,  # to draw into
):
    "Precision gained predicate by predicate; coverage is written at the end of each bar."
    last, labels = len(names) - 1, [f"{'+ ' * (i > 0)}{name}" for i, name in enumerate(names)]
    fig, ax = bar_list(labels, ax=ax, xlim=(0, 1.3), xlabel="precision")
    for i, (precision, coverage) in enumerate(zip(precisions, coverages)):
        ax.barh(i, precision or 0, height=0.55, color=TEAL if i == last else GREY)
        ax.text(1.03, i, f"coverage {coverage:.2g}", va="center", fontsize=SMALL, color=INK)
        inside, said = (precision or 0) >= 0.2, f"{precision or 0:.2f}"
        colour, x = ("white" if i == last else INK, 0) if inside else (INK, precision or 0)
        said = "not measured" if precision is None else said
        ax.text(x + 0.012, i, said, va="center", fontsize=SMALL, color=colour, weight="bold")
    if interval is not None:
        ax.plot(interval, [last] * 2, color=INK, lw=2, marker="|", ms=9)
    at_threshold(ax, threshold)
    ax.set_xticks(np.arange(0, 1.01, 0.2))
    return fig


def lit_bar(ax, which):
    "Of the bars of `partial_bars` that one alone is teal, with its number in white; None: no bar."
    numbers = (text for text in ax.texts if text.get_weight() == "bold")
    for i, (bar, number) in enumerate(zip(ax.patches, numbers)):
        bar.set_color(TEAL if i == which else GREY)
        number.set_color("white" if i == which and bar.get_width() >= 0.2 else INK)


def claim_lines(
    lines,  # name -> (share, interval or None)
    threshold,
):
    "Shares with their intervals on one axis, below each other, and where the threshold lies."
    ends = [end for share, interval in lines.values() for end in interval or (share,)]
    left = min(threshold, *ends) - 0.01
    fig, ax = canvas(7.2, 0.55 * len(lines) + 1, xlabel="precision", xlim=(max(0, left), 1.002),
                     ylim=(len(lines) - 0.4, -1))  # fmt: skip
    for i, (share, interval) in enumerate(lines.values()):
        colour = TEAL if i else GREY
        ax.plot(interval or (share, share), [i, i], color=colour, lw=6, solid_capstyle="butt")
        ax.plot(share, i, "D", color=INK, ms=6, zorder=3)
        end = share > 1 - (1 - left) / 20  # its number does not stand beyond the axis
        ax.text(share, i - 0.24, f"{share:.3f}", ha="right" if end else "center", va="bottom",
                fontsize=SMALL, color=INK)  # fmt: skip
    listed(ax, list(lines))
    ax.axvline(threshold, color=INK, ls="--", lw=1)
    ax.text(threshold, -1, f" threshold {threshold:g}", va="top", fontsize=SMALL, color=INK)
    return fig


def share_bars(
    names,  # k texts
    shares,  # k numbers in [0, 1]
    intervals,  # k pairs, None where there is none
    marked,  # k bool: which are certified
    threshold,
):
    "How often the prediction is lost when this alone is replaced, with the intervals of the tests."
    told = "share of samples in which the prediction is lost"
    fig, ax = bar_list(names, xlim=(0, 1.02), xlabel=told)
    for i, (share, interval, best) in enumerate(zip(shares, intervals, marked)):
        ax.barh(i, share, height=0.55, color=TEAL if best else GREY)
        x = 0.012 + (share < 0.2) * max([share, *(interval or ())])  # of a small bar behind it
        style = dict(fontsize=SMALL, color="white" if best and share >= 0.2 else INK, weight="bold")
        ax.text(x, i, f"{share:.2f}", va="center", **style)
        if interval is not None:
            ax.plot(interval, [i] * 2, color=INK, lw=2, marker="|", ms=9)
    at_threshold(ax, threshold)
    return fig


def global_view(
    names,  # k anchors, in the order in which they were picked
    reached,  # (k,) share of rows covered by the first i anchors
    own,  # (k,) share of rows that each covers by itself
    among="rows",  # of what these are shares
):
    "The few anchors that together cover most of the data, each where its prediction is given."
    labels = [folded(name, 48) for name in names]
    each = max([0.42, *(0.17 * label.count("\n") + 0.3 for label in labels)])
    fig, ax = canvas(7.2, each * len(names) + 1.1, xlim=(0, 1.02), ylim=(len(names) - 0.4, -0.9),
                     xlabel=f"share of {among} covered")  # fmt: skip
    if not names:  # an empty anchor speaks of its own instance only
        ax.set(ylim=(0.5, -0.5), yticks=[])
        ax.text(0.02, 0, "no anchor covers more than its own instance", fontsize=TEXT)
        return fig
    before = np.concatenate([[0], reached[:-1]])
    widest = int(before.argmax()) if before.max() > 0.5 else None
    for i in range(len(names)):
        ax.barh(i, reached[i], color=PALE, height=0.62)
        ax.barh(i, reached[i] - before[i], left=before[i], color=TEAL, height=0.62)
        ax.plot(own[i], i, "|", color=INK, ms=14, mew=2)
        if i == widest:
            x, side = (0.01, "left") if own[i] > before[i] / 2 else (before[i] - 0.01, "right")
            ax.text(x, i, "by those above", va="center", ha=side, fontsize=SMALL, color=INK)
    told, side = ("| {}", "left") if own[0] < 0.5 else ("{} |", "right")
    told = told.format("this one by itself")
    ax.text(own[0], -0.38, told, va="bottom", ha=side, fontsize=SMALL, color=INK)
    listed(ax, labels)
    return fig


# ---- tables -----------------------------------------------------------------------------


def number_lines(
    lines,  # dicts: text, counts, ticks (edges of the counts, or labels), number, low, high, value,
    # and dates: are these days since 1970?
    title="",
):
    "A line per anchored column: how the data lies, what the rule allows, and the instance."
    fig, axes = panels(max(len(lines), 1), (7.2, 1.05 + 0.4 / max(len(lines), 1)), 1)
    told = short(title, 60) + "   (grey: the data, teal: what the rule allows, diamond: this row)"
    fig.suptitle(told, fontsize=SMALL, x=0.01, ha="left", color=INK)
    for ax, line in zip(axes, lines):
        counts, number = np.asarray(line["counts"], float), line["number"]
        edges = np.asarray(line["ticks"], float) if number else np.arange(len(counts) + 1) - 0.5
        inside = (edges[:-1] >= line["low"] - 1e-9) & (edges[1:] <= line["high"] + 1e-9)
        colours = [TEAL if yes and not number else GREY for yes in inside]
        ax.bar(edges[:-1], counts / max(counts.max(), 1), np.diff(edges), align="edge", ec="white",
               lw=0.4, color=colours)  # fmt: skip
        low, high = max(line["low"], edges[0]), min(line["high"], edges[-1])
        if number:
            high = max(high, low + (edges[-1] - edges[0]) / 80)  # a bin of one value is still seen
            ax.axvspan(low, high, color=TEAL, alpha=0.25, lw=0)
            ax.plot([low, high], [0, 0], color=TEAL, lw=6, solid_capstyle="butt")
        else:
            ax.set_xticks(range(len(counts)), category_names(line["ticks"], inside))
        if line["value"] is not None:
            value = np.clip(line["value"], edges[0], edges[-1])
            ax.plot(value, 0.12, "D", color=INK, ms=7, mec="white", clip_on=False, zorder=4)
        ax.set_title(line["text"], fontsize=TEXT, loc="left", color=INK, pad=3)
        ax.set(yticks=[], ylim=(-0.08, 1.08), xlim=(edges[0], edges[-1]))
        ax.tick_params(labelsize=SMALL)
        if line.get("dates"):
            ax.xaxis_date()
        ax.spines[["top", "right", "left"]].set_visible(False)
    return fig


def category_names(
    names,  # k categories
    inside,  # (k,) bool: which the rule allows
):
    "What to write below the bars: every name, in two lines at most; else the only one inside."
    room = 80 // len(names)  # characters below each bar
    texts = [fill(str(name), room, break_long_words=False) for name in names]
    if all(len(line) <= room for text in texts for line in text.split("\n")):
        if max(text.count("\n") for text in texts) < 2:
            return texts
    alone = np.count_nonzero(inside) == 1
    return [str(name) if alone and on else "" for name, on in zip(names, inside)]


# ---- pictures ---------------------------------------------------------------------------


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
    if picture.dtype in (float, np.float32):
        low, high = limits or (min(0, picture.min()), max(1, picture.max()))
        picture = np.clip((picture - low) / (high - low), 0, 1)
    most = 1 if picture.dtype.kind == "f" else None
    ax.imshow(picture, cmap="gray", interpolation="nearest", vmin=0, vmax=most)
    if labels is not None:
        ax.add_collection(borders(small(labels), colour))
    ax.set_title(title, fontsize=SMALL, color=INK)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=GREY)


def borders(labels, colour=TEAL):
    "Lines between pixels of different labels, white below so that they show on any picture."
    from matplotlib.collections import LineCollection
    from matplotlib.patheffects import Normal, Stroke

    lines = []
    for axis, (right, down) in enumerate([(-0.5, 0.5), (0.5, -0.5)]):  # below, and to the right
        y, x = np.nonzero(np.diff(labels, axis=axis))
        ends = [(x + right, y + down), (x + 0.5, y + 0.5)]
        lines += list(np.stack([np.stack(end, 1) for end in ends], 1))
    effects = [Stroke(linewidth=2.6, foreground="white"), Normal()]
    return LineCollection(lines, colors=colour, lw=1.3, capstyle="projecting", path_effects=effects)


def numbered_segments(ax, labels):
    "Write each segment's number where it lies, larger ones first, as long as none covers another."
    shown, placed = small(labels), []
    ground = dict(boxstyle="round,pad=0.15", fc="white", ec="none", alpha=0.75)
    room = np.array([0.12, 0.12]) * shown.shape[::-1]  # of a number on a picture of 2.4 inches
    known, sizes = np.unique(shown, return_counts=True)
    for i in known[np.argsort(-sizes, kind="stable")] if len(known) <= 40 else ():
        y, x = np.nonzero(shown == i)
        middle = np.argmin((y - y.mean()) ** 2 + (x - x.mean()) ** 2)  # next to its centre
        spot = np.array([x[middle], y[middle]])
        if any((np.abs(spot - other) < room).all() for other in placed):
            continue
        placed.append(spot)
        ax.text(*spot, f"{i:g}", ha="center", va="center", fontsize=SMALL, color=INK, bbox=ground)


def album(
    n,  # pictures
    picture,  # one of them, for the shape
    columns,
    room=0.4,  # inches for each title
):
    "A figure with n axes, each of the shape of the picture."
    width = 7.2 / max(columns, 3)
    return panels(n, (width, width * picture.shape[0] / picture.shape[1] + room), columns)


def one_picture(
    picture,  # (height, width) or (height, width, 3), 0 to 1
):
    "A picture by itself."
    fig, axes = album(1, picture, 3, 0)
    paint(axes[0], picture, limits=(0, 1))
    return fig


def image_story(
    picture,  # (height, width) or (height, width, 3), 0 to 1
    labels,  # (height, width)
    visible,  # (height, width) bool: the anchor
    neighbours=((), ()),  # pictures that keep the prediction, and pictures that lose it
    titles=("prediction", "anchor"),  # of the first two
    colour=TEAL,
):
    "The picture with its segments, the anchor, neighbours that keep and lose the prediction."
    kept, lost = neighbours
    pictures = [picture, dimmed(picture, visible), *kept, *lost]
    titles = [*(short(title, 44) for title in titles),
              *["still the same"] * len(kept), *["not any more"] * len(lost)]  # fmt: skip
    fig, axes = album(len(pictures), picture, 4 if len(pictures) == 4 else min(len(pictures), 3))
    for i, (ax, one) in enumerate(zip(axes, pictures)):  # what is held has a border everywhere
        paint(ax, one, titles[i], visible if i else labels, colour if i else GREY, limits=(0, 1))
        if i > 1:
            ax.spines[:].set(color=TEAL if i < 2 + len(kept) else RED, linewidth=2)
    numbered_segments(axes[0], labels)
    return fig


def held_picture(
    picture,  # (height, width) or (height, width, 3), 0 to 1
    visible,  # (height, width) bool: the anchor
    title,
    colour,
    ax,  # to draw into
):
    "The anchor alone, in axes of somebody's own."
    paint(ax, dimmed(picture, visible), short(title, 60), visible, colour, limits=(0, 1))
    return ax.figure


def growing(
    picture,  # (height, width) or (height, width, 3), 0 to 1
    steps,  # k (height, width) bool: the partial anchors, in order
    precisions,  # k numbers, None where not measured
    coverages,  # k numbers
    most=9,  # partial anchors to show; of more, the first and the last
):
    "The anchor grows segment by segment; precision and coverage stand above each step."
    k = len(steps)
    chosen = list(range(k)) if k <= most else [*range(most - 1), k - 1]
    fig, axes = album(len(chosen) or 1, picture, min(len(chosen), 3) or 1, 0.5)
    if not chosen:
        nothing = np.zeros(picture.shape[:2], bool)
        paint(axes[0], dimmed(picture, nothing), "the empty rule is enough", limits=(0, 1))
    for ax, i in zip(axes, chosen):
        share = "not measured" if precisions[i] is None else f"{precisions[i]:.2f}"
        title = f"{i + 1} segment{'s' * (i > 0)}: precision {share}\ncoverage {coverages[i]:.3g}"
        paint(ax, dimmed(picture, steps[i]), title, steps[i], limits=(0, 1))
    return fig
