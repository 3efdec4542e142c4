"""Pictures and tables that only the slides show, and how they get onto a slide: numbers in, a figure or HTML out.

A slide is 1280 pixels wide and a picture 1160, for 7.2 inches: a letter of 9.5 points is 21 pixels high.
"""

import html

import numpy as np
from IPython.display import HTML, display
from matplotlib.patches import Circle, Ellipse, FancyBboxPatch, Polygon, Rectangle
from matplotlib.text import Text

from grokking_anchors.plots import GREY, INK, RED, SMALL, TEAL, TEXT, chip, kinds_of, panels, svg, word_chips

YELLOW = "#f6c700"  # of a road sign

# ---- onto a slide ---------------------------------------------------------------------------------


def draw(
    figure,  # of matplotlib
    alt,  # what it shows, in words
    height=None,  # inches, for 7.2 of width; as it is when not given
):
    "Show a figure on a slide; no letter of it is too small for the back row."
    width, tall = figure.get_size_inches()
    figure.set_size_inches(7.2, height or tall * 7.2 / width)
    for text in figure.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), SMALL))
    for axis in [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]:
        if axis.get_scale() == "log":  # no small exponents
            axis.set_major_formatter(lambda value, _: f"{value:g}")
            axis.set_minor_formatter(lambda value, _: "")
    for ax in figure.axes:  # as points in a picture; letters stay text
        for artist in [*ax.collections, *(line for line in ax.lines if len(line.get_xdata()) > 600)]:
            artist.set_rasterized(True)
    figure.set_dpi(200)
    display(HTML(svg(figure, html.escape(alt))))


def show(table):
    "Show HTML on a slide."
    display(HTML(table))


STOPS = "What is an anchor?", "Anchors as rule sets", "Finding anchors", "KL-LUCB", "Putting it together"


def stops(
    here,  # 1 to 5
):
    "The five stops of the talk; the one where we are is lit."
    names = [f'<li class="{"here" if i == here else ""}">{i}<br>{name}</li>' for i, name in enumerate(STOPS, 1)]
    return f'<ul class="stops">{"".join(names)}</ul>'


# ---- sentences ------------------------------------------------------------------------------------


def split(text):
    "The words of a sentence."
    return text.rstrip(".").split()


def chips_of(
    words,  # d words of the instance
    text,  # a changed copy
    rule,  # (d,) bool; where it does not hold, no word is shown as held
):
    "A changed copy as chips: held, kept, changed."
    sample = split(text)
    holds = all(old == new for old, new, on in zip(words, sample, rule) if on)
    return word_chips(sample, kinds_of(words, sample, rule if holds else np.zeros(len(words), bool)))


def verdict(text, usual):
    "What the model says; red when it is not the usual."
    mark = "✓" if text == usual else "✗"
    return f'<span class="{"" if text == usual else "lost"}">{mark} {text}</span>'


def copies(
    words,  # d words of the instance
    rule,  # (d,) bool
    texts,  # changed copies
    verdicts,  # of the model
    usual,  # its verdict of the instance
    late=(),  # which verdicts wait for a key
):
    "Rows of a table: copies of a sentence as chips, and what the model says of each."
    rows = []
    for i, (text, said) in enumerate(zip(texts, verdicts)):
        wait = "fragment" if i in late else ""
        said = f'<span class="{wait}">{verdict(said, usual)}</span>'
        rows.append(f'<tr><td>{chips_of(words, text, rule)}</td><td class="verdict">{said}</td></tr>')
    return "".join(rows)


def asked(
    words,
    texts,  # the sentence, and changed copies
    verdicts,
):
    "Sentences, the model, and what it says; what it says of the copies waits for a key."
    rows = []
    for i, (text, said) in enumerate(zip(texts, verdicts)):
        box = f'<td class="model" rowspan="{len(texts)}">the model</td>' if i == 0 else ""
        arrows = ['<td class="arrow">→</td>'] * 2
        said = f'<td class="verdict"><span class="{"fragment" if i else ""}">{verdict(said, verdicts[0])}</span></td>'
        sentence = chips_of(words, text, np.zeros(len(words), bool))
        rows.append(f"<tr><td>{sentence}</td>{arrows[0]}{box}{arrows[1]}{said}</tr>")
    return f'<table class="copies small tall">{"".join(rows)}</table>'


def bits(
    words,  # d words of the instance
    held,  # (n, d) bool
    texts,  # n copies
    rule,  # (d,) bool
):
    "Copies as rows of 0 and 1, what the rule asks for framed, and each copy beside its row."
    head = "".join(f"<th>{word}</th>" for word in words)
    rows = []
    for i, (row, text) in enumerate(zip(held, texts)):
        cells = "".join(
            f'<td class="bit {"on" if one else ""} {"asked" if on else ""}">{one:d}</td>' for one, on in zip(row, rule)
        )
        yes = bool((row >= rule).all())
        kinds = ("holds" if yes else "") + (" first" if i == 0 else "")
        said = "rule holds" if yes else ""
        rows.append(
            f'<tr class="{kinds}">{cells}<td style="padding-left:26px">{chips_of(words, text, rule)}</td>'
            f'<td class="said">{said}</td></tr>'
        )
    return f'<table class="bits"><tr>{head}<td></td><td></td></tr>{"".join(rows)}</table>'


def bar(share, kind=""):
    "A share as a bar, and as a number."
    return f'<span class="bar"><span class="{kind}" style="width:{100 * share:.0f}%"></span></span>{share:.2f}'


def scores(
    words,  # d words
    rules,  # (k, d) bool
    precisions,  # (k,)
    coverages,  # (k,)
):
    "A row for each rule: its words, held in the sentence, and its two numbers as bars."
    rows = "".join(
        f"<tr><td>{word_chips(np.array(words)[rule], ['held'] * rule.sum()) or 'nothing held'}</td>"
        f"<td>{bar(p)}</td><td>{bar(c, 'other')}</td></tr>"
        for rule, p, c in zip(rules, precisions, coverages)
    )
    return f'<table class="scores"><tr><th>rule</th><th>precision</th><th>coverage</th></tr>{rows}</table>'


def row_table(
    columns,  # names of those that are shown
    anchored,  # of these: which the rule holds
    rows,  # dicts: the instance, then neighbours
    verdicts,  # of the model
):
    "A row of a table, the columns of the anchor in teal, and neighbours with other values in orange."
    head = "".join(f"<th>{name.replace('-', ' ')}</th>" for name in columns)
    lines = []
    for row, said in zip(rows, verdicts):
        cells = []
        for name in columns:
            same = row[name] == rows[0][name]
            kind = "held" if name in anchored else "kept" if same else "changed"
            cells.append(f"<td>{chip(str(row[name]).replace('-', ' '), kind)}</td>")
        lines.append(f"<tr>{''.join(cells)}<td>{verdict(said, verdicts[0])}</td></tr>")
    return f'<table class="people"><tr>{head}<th>the model says</th></tr>{"".join(lines)}</table>'


# ---- what keeps a decision -------------------------------------------------------------------------


def bare(n, size, **limits):
    "A figure with n axes that show nothing yet."
    figure, axes = panels(n, size)
    for ax in axes:
        ax.axis("off")
        ax.set(**limits)
    return figure, axes


def memories(
    n,  # how many of the pictures are seen, 1 to 4
):
    "A place sign in the rain, a face, a tower; and at last the tower's copy elsewhere."
    figure, axes = bare(3, (2.4, 2.75), xlim=(0, 10), ylim=(0, 11.4), aspect="equal")
    for paint, ax in zip((road_sign, face, tower), axes[:n]):
        paint(ax)
    if n > 3:
        eiffel(axes[2], 8.2, 2.4, 0.42, GREY)
        axes[2].text(8.0, 7.9, "Las Vegas!", ha="center", fontsize=TEXT, color=RED, weight="bold")
    paris = "Paris" + ", nearly always" * (n > 3)
    captions = "I know where I am,\nwhatever the weather", "needs no caption", paris
    for caption, ax in zip(captions, axes[:n]):
        ax.text(5, 0.9, caption, ha="center", va="center", fontsize=TEXT, color=INK)
    return figure


def road_sign(ax):
    "A yellow sign with a name, in the rain."
    for x in (2.6, 7.4):
        ax.add_patch(Rectangle((x - 0.13, 2.2), 0.26, 3.4, color=GREY))
    box = dict(boxstyle="round,pad=0.25", fc=YELLOW, ec="black", lw=3)
    ax.add_patch(FancyBboxPatch((1.1, 4.9), 7.8, 2.6, **box))
    ax.text(5, 6.2, "Göttingen", ha="center", va="center", fontsize=15, weight="bold", color="black")
    for x, wide in ((3.2, 2.6), (4.8, 3.2), (6.5, 2.6)):
        ax.add_patch(Ellipse((x, 9.9), wide, 1.5, color=GREY, lw=0))
    for x in np.linspace(2.2, 7.4, 7):
        ax.plot([x, x - 0.4], [9.0, 8.2], color="#5b84a8", lw=2)


def face(ax):
    "A head with hair in all directions, a moustache, and the tongue out."
    angle = np.linspace(-0.25 * np.pi, 1.25 * np.pi, 48)
    far = np.where(np.arange(48) % 2, 3.3, 4.3) + 0.25 * np.sin(9 * angle)
    hair = np.c_[5 + far * np.cos(angle), 6.9 + 0.95 * far * np.sin(angle)]
    ax.add_patch(Polygon(hair, closed=True, fc="#c9ced4", ec=GREY, lw=1))
    ax.add_patch(Ellipse((5, 6.2), 5.0, 6.4, fc="#fbf1e6", ec=INK, lw=2))
    for x, way in ((3.9, 1), (6.1, -1)):
        ax.add_patch(Ellipse((x, 7.1), 0.95, 0.75, fc="white", ec=INK, lw=1.3))
        ax.add_patch(Circle((x, 7.1), 0.22, color=INK))
        ax.plot([x - 0.75, x + 0.7], [7.8 - 0.15 * way, 7.8 + 0.15 * way], color=GREY, lw=5, solid_capstyle="round")
    for y in (8.5, 8.9):
        x = np.linspace(3.7, 6.3, 30)
        ax.plot(x, y + 0.08 * np.sin(3 * x), color="#cbb9a6", lw=1.3)
    ax.add_patch(Ellipse((5, 6.0), 0.95, 1.1, fc="#f3dfca", ec=INK, lw=1.3))
    ax.add_patch(Ellipse((5, 4.2), 1.5, 0.55, color=INK))
    ax.add_patch(Ellipse((5, 3.75), 0.95, 1.5, fc="#d96a6f", ec=INK, lw=1.3))
    left = np.array([(5, 5.4), (4.2, 5.5), (3.1, 4.9), (2.9, 4.3), (3.8, 4.6), (4.4, 4.45), (5, 4.75)])
    for half in (left, left * (-1, 1) + (10, 0)):
        ax.add_patch(Polygon(half, closed=True, fc="#c9ced4", ec=GREY, lw=1))


def tower(ax):
    "The one in Paris."
    eiffel(ax, 4.0, 2.4, 1.0, INK)


def eiffel(ax, x, y, size, colour):
    "An iron tower on four legs: where it stands, and how large."
    up = np.linspace(0, 1, 60)
    half = 2.7 * np.exp(-3.4 * up) + 0.1
    ax.fill_betweenx(y + 8.2 * size * up, x - size * half, x + size * half, color=colour, lw=0)
    ax.add_patch(Ellipse((x, y), 3.0 * size, 3.0 * size, color="white", lw=0))
    ax.add_patch(Ellipse((x, y + 3.1 * size), 0.75 * size, 1.5 * size, color="white", lw=0))
    for height, wide in ((1.75, 4.1), (4.3, 1.75), (7.4, 0.7)):
        ax.add_patch(Rectangle((x - wide * size / 2, y + height * size), wide * size, 0.26 * size, color=colour))
    ax.plot([x, x], [y + 8.1 * size, y + 8.9 * size], color=colour, lw=2)


# ---- the search ------------------------------------------------------------------------------------


def grown(
    tree,  # function: levels -> figure with a text "size k" above each column
    levels,  # all of them
    step,  # 0, 1, 2 ...: a level is laid out, then its beam is chosen, then the next is laid out ...
):
    "A tree of rules on its way; all steps have one size."
    at, chosen = divmod(step + 1, 2)  # the first level has one rule, which needs no choice
    bare_level = levels[at]._replace(beam=[], accepted=[])
    now = levels[at] if chosen or at == 0 else bare_level
    figure = tree([*levels[:at], now, *levels[at + 1 :]])
    figure.set_size_inches(7.2, 3.1)
    figure.canvas.draw()
    figure.set_layout_engine("none")  # what is hidden keeps its place
    (ax,) = figure.axes
    middle = lambda artist: artist.get_window_extent().get_points()[:, 0].mean()
    heads = [middle(text) for text in ax.texts if text.get_text().startswith("size ")]
    last = heads[at] + 0.4 * (heads[1] - heads[0])
    for artist in [*ax.texts, *ax.lines, *ax.patches, *ax.collections]:
        artist.set_visible(artist.get_visible() and middle(artist) < last)
    return figure


def machines(
    names,  # k rules
    answers,  # (k, n) bool: does the model agree?
):
    "Candidates as slot machines, each with the answers that were pulled from it."
    k, n = np.shape(answers)
    figure, (ax,) = bare(1, (7.2, 2.15), xlim=(-0.1, 10.6), ylim=(k - 0.35, -0.95))
    ax.text(3.35, -0.75, "one pull = one question about a changed copy", fontsize=SMALL, color=INK, va="center")
    ax.text(9.1, -0.75, "share so far", fontsize=SMALL, color=INK, va="center")
    for y, (name, row) in enumerate(zip(names, answers)):
        box = dict(boxstyle="round,pad=0.06", fc="white", ec=TEAL, lw=2)
        ax.add_patch(FancyBboxPatch((0.1, y - 0.28), 2.1, 0.56, mutation_aspect=0.35, **box))
        ax.text(1.15, y, name, ha="center", va="center", fontsize=TEXT, color=INK, weight="bold")
        ax.plot([2.28, 2.6, 2.6], [y + 0.12, y + 0.12, y - 0.22], color=GREY, lw=3, solid_capstyle="round")
        ax.plot(2.6, y - 0.26, "o", color=RED, ms=9)
        for i, yes in enumerate(row):
            style = dict(ha="center", va="center", fontsize=TEXT + 2, weight="bold", color=TEAL if yes else RED)
            ax.text(3.45 + 4.9 * i / (n - 1), y, "✓" if yes else "✗", **style)
        ax.text(9.5, y, f"{row.sum():.0f} of {n}", va="center", fontsize=TEXT, color=INK, weight="bold", ha="center")
    return figure


def tau_curves(
    taus,  # (k,)
    questions,  # (k,) on average
    wrong,  # (k,) share of choices
    seen,  # 0 axes only, 1 the questions, 2 the wrong choices too
):
    "Two curves over one axis of tau: what a race costs, and how often it chooses wrongly."
    figure, axes = panels(2, (3.6, 2.5))
    numbers = [f"{value:.0f}" for value in questions], [f"{value:.0%}" for value in wrong]
    parts = zip(axes, (questions, wrong), numbers, (TEAL, RED), ("questions asked", "wrong choices"))
    for i, (ax, values, texts, colour, title) in enumerate(parts):
        top = 1.25 * max(values)
        ax.set(xlim=(0, taus[-1] * 1.13), ylim=(0, top), xlabel="tau", yticks=[])
        ax.set_xticks(taus, [f"{tau:g}" for tau in taus])
        ax.set_title(title, loc="left", fontsize=TEXT, color=colour, weight="bold")
        ax.spines[["top", "right", "left"]].set_visible(False)
        if seen <= i:
            ax.text(taus[-1] / 2, top / 2, "?", fontsize=40, ha="center", va="center", color=GREY)
            continue
        ax.plot(taus, values, "Do"[i] + "-", color=colour, lw=2.5, ms=7, clip_on=False, zorder=3)
        for x, y, text in zip(taus, values, texts):  # beside the falling curve, before the rising one
            ax.text(x + (0.012, -0.008)[i], y + 0.06 * top, text, ha=("left", "right")[i], fontsize=TEXT, color=INK)
    return figure
