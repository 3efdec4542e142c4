"""An explanation as a page or a picture in a file."""

import html
import os
import sys
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import Any

import numpy as np

from .files import visible, written
from .plots import picture_bytes, png
from .settings import one_of

__all__ = ["Pages", "said", "wrapped"]


def wrapped(
    text: str,  # may have several lines
    start: str = "",  # what its first line begins with
    indent: str = "  ",  # what all others begin with
) -> str:
    """The text in lines as wide as the terminal, or of 80 where there is none, broken at blanks."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    whole: Any = dict(break_long_words=False, break_on_hyphens=False, subsequent_indent=indent)
    width = max(20, get_terminal_size().columns if known else 80)
    lines = (start + text).split("\n")
    begins = ["", *[indent] * (len(lines) - 1)]
    filled = (fill(line, width, initial_indent=one, **whole) for one, line in zip(begins, lines))
    return "\n".join(filled)


def said(
    e: Any,  # an explanation
) -> str:
    """The prediction as people read it: the name of the class, or a number of few digits."""
    value: Any = e.meta.get("class_name", e.prediction)
    if not isinstance(value, float | np.floating):
        return str(value)
    value = float(value)
    return f"{value:.0f}" if 1e5 <= abs(value) < 1e15 else f"{value:.6g}"


class Pages:
    """What has `facts`, a `plot` and HTML, as files."""

    @property
    def said(self) -> str:
        """The prediction as people read it."""
        return said(self)

    @property
    def title(self: Any) -> str:
        """One line: what the model said, and what this is."""
        kind = "anchor" if self.certified else "no anchor, the closest rule"
        empty = ", empty: nothing needs to be held" if self.is_empty else ""
        return visible(f"prediction: {self.said}; {kind}{empty}")

    def to_html(self: Any) -> str:
        """One page that needs no other file: the title, the facts, the picture."""
        title, body = html.escape(self.title), self._repr_html_()
        picture = "" if "<img" in body else png(self.plot(), "the anchor, step by step")
        head = f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        body = f"<body><h1>{title}</h1>\n{body}\n{picture}</body></html>\n"
        return visible(f"<!DOCTYPE html>\n{head}\n{body}")

    def save(self: Any, path: Any) -> None:
        """Write a file, whole or not at all; the suffix says what: .json, .html, .png, .svg, .pdf.

        ValueError for any other suffix.
        """
        suffix = Path(path).suffix.lower()
        one_of("the suffix of path", suffix, (".json", ".html", ".png", ".svg", ".pdf"))
        texts = {".json": self.to_json, ".html": self.to_html}
        picture = lambda: picture_bytes(self.plot(), suffix[1:], bbox_inches="tight")
        written(path, texts.get(suffix, picture)())
