#!/usr/bin/env python3
"""Build nbs/settings.md, the page of all options, from `Settings` and the signatures of the explainers.

python tools/options.py            write the page
python tools/options.py --check    write nothing; exit 1 if the page is not current
"""

import sys
from dataclasses import fields
from inspect import signature
from pathlib import Path

from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, Explainer, Settings
from grokking_anchors.search import SOME, STRATEGIES
from grokking_anchors.settings import ASKED, meanings
from minutes import settle

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "nbs" / "settings.md"
KINDS = {"texts": AnchorText, "tables": AnchorTabular, "pictures": AnchorImage}
OWN = {  # what the sampler of one kind alone is told -> meaning
    "distribution": "which rows are asked about. `'perturb'`: random training rows, the rule's columns written "
    "into them; `'observe'`: training rows that satisfy the rule, as they are",
    "count_rows": "rows at most for a first look at the other of these two questions; when not given, a tenth "
    "of what the search asked, 100 at most",
    "extra": "further columns of the row: `'error'` refuses them, `'keep'` gives them to the model, unchanged "
    "in every sample",
    "p_sample": "probability that a segment which the rule does not hold is hidden",
}
TEXT = """<!-- Built by tools/options.py from grokking_anchors/settings.py: edit the comments there, then run that. -->
# Settings

All of these are keyword arguments of `explain`; those of the first table also of `find_anchor`, and together they are
the class `Settings`. A misspelt name is an error that suggests the right one. Words are explained in the
[glossary](glossary.md); what `threshold`, `delta` and `tau` change, cost and promise is a table in
[05 Certify](05_certify.ipynb).

## Of every explanation

The last column names the searches that read an option; {refusing} refuses the others by name. When the search is
chosen for you (`"auto"`), it is one that reads all you have changed. `None` means no limit, or chosen for you.

{settings}

The exact search asks the model about every input and tests nothing; it takes `delta`, `coverage_samples` and
`max_pulls`, and has no use for them.

## What is asked of the model

{asked}

## Known to one kind of input only

{own}

What is chosen when the explainer is made, such as how words are changed or how a picture is cut, stands in its help:
`help(AnchorText)`, `help(AnchorTabular)`, `help(AnchorImage)`.
"""


def table(
    rows: list,  # option, default, and more cells
    *head: str,  # names of the columns
) -> str:  # markdown
    """A table; option and default as one would type them."""
    typed = [[f"`{name}`", f"`{value!r}`", *more] for name, value, *more in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *typed])


def own_options() -> list:  # option, kind, default
    """What the samplers of the explainers take besides the instance."""
    made = [(kind, list(signature(one.sampler).parameters.values())[2:]) for kind, one in KINDS.items()]
    return [(option.name, kind, option.default) for kind, options in made for option in options]


def page() -> str:  # markdown
    """What the page should be."""
    told, asked = meanings(), signature(Explainer.explain).parameters
    readers = {name: ", ".join(s for s, one in STRATEGIES.items() if name in one.reads) for name in SOME}
    rows = [[f.name, f.default, told[f.name], readers.get(f.name, "all")] for f in fields(Settings)]
    return TEXT.format(
        refusing=", ".join(f"`search={name!r}`" for name, one in STRATEGIES.items() if not SOME <= one.reads),
        settings=table(rows, "option", "default", "meaning", "read by"),
        asked=table([[name, asked[name].default, ASKED[name]] for name in ASKED], "option", "default", "meaning"),
        own=table([[name, value, OWN[name], of] for name, of, value in own_options()],
                  "option", "default", "meaning", "of"),
    )  # fmt: skip


def main(argv=None):
    """Write or check; exit code 1 if the check finds something."""
    return settle({PAGE.relative_to(ROOT): page()}, __doc__, "tools/options.py", argv)


if __name__ == "__main__":
    sys.exit(main())
