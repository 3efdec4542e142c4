#!/usr/bin/env python3
"""Build nbs/images/moving.gif: words are ticked, neighbours flow by, the share that keeps the answer climbs to 1.

    python tools/moving.py            write it
    python tools/moving.py --check    draw nothing; exit 1 if it is not the one that this would draw

What it shows is asked of the package's toy, with its sampler and its model. The file remembers, as a comment, a
digest of what it shows and of how it was drawn; letters are drawn a little differently from machine to machine, so
the check compares digests and not dots.
"""

import argparse
import io
import sys
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from grokking_anchors import plots
from grokking_anchors.asking import agreement
from grokking_anchors.sampling import toy_model, toy_sampler

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "nbs" / "images" / "moving.gif"
SENTENCE, THRESHOLD = "Python is the best programming language.", 0.95
HELD = [[], ["best"], ["best", "is"]]  # the words that are ticked, stage by stage
NEIGHBOURS, SEEN = 40, 4  # asked at each stage; lines that are seen at once
SLOW, STEPS = 4, (6, 9, 14, 20, 29, 40)  # first one by one, then faster
ALT = (
    "The sentence 'Python is the best programming language.' as six chips. Nothing is held: changed sentences flow by, "
    "and the model keeps its answer in 22 of 40. The word best is ticked: 34 of 40. The words best and is are ticked: "
    "40 of 40, beyond the threshold of .95."
)


class Frame(NamedTuple):
    """What is seen at one moment."""

    held: tuple  # words that are held
    fresh: str  # the word that is being ticked, or ""
    rows: tuple  # neighbours, newest first: words, kinds, does the model say the same
    hits: int  # of all neighbours of this stage so far
    pulls: int
    said: str  # one line above
    pause: int  # milliseconds


def storyboard() -> list[Frame]:
    """All frames in their order."""
    sampler, agrees = toy_sampler(), agreement(toy_model, [SENTENCE])
    rng, frames = np.random.default_rng(0), []
    for words in HELD:
        rule = np.isin(sampler.names, words)
        _, choices = sampler.draw(np.repeat(rule[None], NEIGHBOURS, axis=0), rng)
        texts = sampler.render(choices)
        frames += stage(sampler.names, rule, texts, agrees(texts) > 0.5, words)
    return frames


def stage(names, rule, texts, agreed, words) -> list[Frame]:
    """The frames for one rule: it is ticked, its neighbours flow by, and what came out."""
    split, told = [text.rstrip(".").split() for text in texts], [name for name in names if name in words]
    rows = [(tuple(new), tuple(plots.kinds_of(names, new, rule)), bool(ok)) for new, ok in zip(split, agreed)]
    held, name = tuple(words), f"{{{', '.join(told)}}}"
    told = f"Hold {name}, change the rest:" if words else "The model says: positive. Which words are enough for that?"
    frames = [Frame(held, words[-1], (), 0, 0, told, 800)] if words else [Frame((), "", (), 0, 0, told, 2000)]
    told = told if words else "Hold nothing, change any word:"
    for i in [*range(1, SLOW + 1), *STEPS]:
        seen, pause = tuple(rows[max(0, i - SEEN) : i][::-1]), 340 if i <= SLOW else 120
        frames.append(Frame(held, "", seen, int(agreed[:i].sum()), i, told, pause))
    ends = {0: "Hold nothing: not enough.", 1: f"Hold {name}: better, not enough.", 2: f"{name} is enough: an anchor."}
    pause = 3000 if len(words) == 2 else 600
    return [*frames, frames[-1]._replace(said=ends[len(words)], pause=pause)]


# ---- drawn ------------------------------------------------------------------------------


def drawn(frame: Frame):
    """One frame as a matplotlib figure, 7.2 inches wide."""
    names = toy_sampler().names
    fig, (ax,) = plots.panels(1, (7.2, 3.6))
    fig.set_layout_engine("none")
    ax.set(position=(0, 0, 1, 1), xlim=(0, 7.2), ylim=(0, 3.6))
    ax.axis("off")
    ax.text(0.3, 3.33, frame.said, fontsize=13.5, color=plots.INK, va="center", weight="bold")
    kinds = ["held" if name in frame.held else "kept" for name in names]
    plots.chip_line(ax, 2.86, names, kinds, x=0.3, size=15)
    if frame.fresh:
        ring(ax, names, frame.fresh)
    for i, (words, kinds, same) in enumerate(frame.rows):
        y, colour = 2.3 - 0.3 * i, plots.TEAL if same else plots.RED
        plots.chip_line(ax, y, words, kinds, x=0.62, size=11)
        ax.text(0.42, y, "✓" if same else "✗", fontsize=13, color=colour, va="center", ha="center", weight="bold")
        answer = "positive" if same else "negative"
        ax.text(6.9, y, answer, fontsize=11, color=colour, va="center", ha="right")
    if not frame.rows and not frame.held:
        key(ax)
    share(ax, frame)
    return fig


def key(ax):
    """What the chips and the marks mean."""
    plots.chip_line(ax, 2.1, ["held", "may change", "changed"], ["held", "kept", "changed"], x=0.3, size=11)
    marks = (0.42, "✓", plots.TEAL, "the model says the same"), (3.0, "✗", plots.RED, "it does not")
    for x, mark, colour, said in marks:
        ax.text(x, 1.7, mark, fontsize=13, color=colour, va="center", ha="center", weight="bold")
        ax.text(x + 0.2, 1.7, said, fontsize=11, color=plots.INK, va="center")


def ring(ax, names, fresh):
    """A tick over the word that has just been chosen."""
    chip = next(text for text in ax.texts if text.get_text() == fresh)
    ax.annotate("✓", (0.5, 1), (0, 4), xycoords=chip, textcoords="offset points", fontsize=13, ha="center",
                color=plots.TEAL, weight="bold", va="bottom")  # fmt: skip


def share(ax, frame):
    """How many kept the answer so far, as a bar from 0 to 1 with the threshold."""
    left, width, y, tall = 0.3, 4.4, 0.5, 0.24
    value = frame.hits / max(frame.pulls, 1)
    colour = plots.TEAL if value > THRESHOLD and frame.pulls == NEIGHBOURS else plots.GREY  # few tell little
    ax.add_patch(rectangle((left, y - tall / 2), width, tall, plots.PALE))
    ax.add_patch(rectangle((left, y - tall / 2), width * value, tall, colour))
    at = left + width * THRESHOLD
    ax.plot([at, at], [y - 0.2, y + 0.2], color=plots.INK, lw=1.2, ls="--")
    ax.text(at, y - 0.32, "threshold .95", fontsize=9.5, color=plots.INK, ha="center", va="center")
    for end in (0, 1):
        ax.text(left + width * end, y + 0.24, str(end), fontsize=9.5, color=plots.INK, ha="center", va="center")
    said = f"{frame.hits} of {frame.pulls}: {value:.2f}" if frame.pulls else ""
    ax.text(6.9, y, said, fontsize=13.5, color=plots.INK, va="center", ha="right", weight="bold")
    ax.text(left, y - 0.32, "the model says the same", fontsize=9.5, color=plots.INK, va="center")


def rectangle(*place):
    """A bar without an edge."""
    from matplotlib.patches import Rectangle

    *where, colour = place
    return Rectangle(*where, fc=colour, ec="none")


def image(frame: Frame, dpi=160) -> Image.Image:
    """One frame as a picture."""
    return Image.open(io.BytesIO(plots.picture_bytes(drawn(frame), "png", dpi=dpi))).convert("RGB")


# ---- a file -----------------------------------------------------------------------------


def digest(frames: list[Frame]) -> str:
    """Of what is shown, the colours, and this file."""
    colours = (plots.TEAL, plots.GREY, plots.INK, plots.PALE, plots.ORANGE, plots.RED)
    return sha256(repr((frames, colours, Path(__file__).read_text(encoding="utf-8"))).encode()).hexdigest()


def palette() -> Image.Image:
    """White, our colours, and what lies between them where a letter ends; the first is the ground."""
    mixes = {plots.INK: (1, 0.7, 0.4, 0.2), plots.TEAL: (1, 0.7, 0.4, 0.2), plots.ORANGE: (1, 0.6, 0.25)}
    mixes |= {plots.RED: (1, 0.6, 0.25), plots.GREY: (1, 0.5), plots.PALE: (1,)}
    rgb = lambda colour: np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    dots = [255 - part * (255 - rgb(colour)) for colour, parts in mixes.items() for part in parts]
    sheet = Image.new("P", (1, 1))
    sheet.putpalette(np.array([[255] * 3, *dots]).round().astype(int).ravel().tolist())
    return sheet


def gif(frames: list[Frame]) -> bytes:
    """The frames as a GIF that never ends; one palette for all of them, so that little changes between two."""
    few, dither = palette(), Image.Dither.NONE
    first, *rest = [image(frame).quantize(palette=few, dither=dither) for frame in frames]
    buffer, pauses = io.BytesIO(), [frame.pause for frame in frames]
    options = dict(save_all=True, append_images=rest, duration=pauses, loop=0, optimize=True)
    first.save(buffer, "GIF", comment=digest(frames).encode(), **options)
    return buffer.getvalue()


def is_current(path: Path = PATH) -> bool:
    """Is the file the one that this would draw?"""
    if not path.exists():
        return False
    with Image.open(path) as stored:
        return stored.info.get("comment", b"") == digest(storyboard()).encode()


def main(argv=None):
    """Write or check; exit code 1 if the check finds something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="draw nothing; exit 1 if the file is not current")
    if not parser.parse_args(argv).check:
        PATH.write_bytes(gif(storyboard()))
        return print(f"{PATH.relative_to(ROOT)}: {PATH.stat().st_size / 1000:.0f} kB")
    if not is_current():
        print(f"not current: {PATH.relative_to(ROOT)}; run python tools/moving.py", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
