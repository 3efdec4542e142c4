"""Nothing is hidden: what a notebook exports is shown, or folded where the engine stands; prose comes before it."""

import re

import pytest

from conftest import by_name, numbered, read

DIRECTIVE = re.compile(r"^\s*#\s*\|\s*([\w-]+):?[ \t]*(.*?)\s*$", re.MULTILINE)
EXPORT = {"export", "exporti", "exports", "exportd"}
HIDE = {"hide", "hide_input", "hide_line", "filter_stream", "code-fold", "include", "echo"}
HIDING_TAGS = {"hide", "hide-input", "hide-cell", "hide_input", "remove-input", "remove-cell", "remove_input"}


def directives(cell):
    """The `#|` directives of a cell, and those of its metadata: name -> value."""
    found = dict(DIRECTIVE.findall("".join(cell["source"])))
    return {**found, **cell["metadata"].get("nbdev", {})}


def hidden(cell):
    """Does a directive, a tag or metadata hide or fold this cell's code?"""
    found = {name for name, value in directives(cell).items() if name in HIDE and str(value).lower() != "show"}
    off = {name for name in ("include", "echo") if str(directives(cell).get(name)).lower() == "true"}
    off |= {name for name in ("code-fold",) if str(directives(cell).get(name)).lower() == "false"}
    metadata, engine = cell["metadata"], "engine" in cell["metadata"].get("tags", [])  # behind the room: test_story.py
    source_hidden = metadata.get("jupyter", {}).get("source_hidden") and not engine
    folded = metadata.get("hide_input") or source_hidden or metadata.get("collapsed")
    return bool(found - off or folded or HIDING_TAGS & set(metadata.get("tags", [])))


def is_only_directives(cell):
    """Is there no code in this cell but directives and comments?"""
    return all(line.lstrip().startswith("#") or not line.strip() for line in cell["source"])


def breaches(notebook):
    """What an exporting cell does wrong: a list of (source, reason)."""
    found, before = [], None
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and EXPORT & set(directives(cell)):
            if hidden(cell):
                found.append(("".join(cell["source"]), "is hidden"))
            if before is None or before["cell_type"] != "markdown":
                found.append(("".join(cell["source"]), "has no prose before it"))
        if cell["cell_type"] != "code" or not is_only_directives(cell):
            before = cell
    return found


@pytest.mark.parametrize("path", numbered(99), ids=by_name)
def test_exports_are_shown_and_told(path):
    """No exporting cell of the story is hidden or folded, and each follows a cell of prose."""
    assert not breaches(read(path))


PROSE = {"cell_type": "markdown", "source": ["Why."], "metadata": {}}


def code(*source, **metadata):
    """A code cell."""
    return {"cell_type": "code", "source": list(source), "metadata": metadata}


@pytest.mark.parametrize(
    "cells, wrong",
    [
        ([PROSE, code("#| export\n", "x = 1")], []),
        ([PROSE, code("#| default_exp a"), code("#| export\n", "x = 1")], []),
        ([code("y = 2"), code("#| export\n", "x = 1")], ["has no prose before it"]),
        ([PROSE, code("#| export\n", "x = 1"), code("#|export\n", "y = 1")], ["has no prose before it"]),
        ([PROSE, code("#| hide\n", "#| export\n", "x = 1")], ["is hidden"]),
        ([PROSE, code("#| exporti\n", "#| hide_input\n", "x = 1")], ["is hidden"]),
        ([PROSE, code("#| export\n", "#| code-fold: true\n", "x = 1")], ["is hidden"]),
        ([PROSE, code("#| export\n", "#| code-fold: show\n", "x = 1")], []),
        ([PROSE, code("#| export\n", "#| echo: false\n", "x = 1")], ["is hidden"]),
        ([PROSE, code("#| export\n", "x = 1", tags=["hide-input"])], ["is hidden"]),
        ([PROSE, code("#| export\n", "x = 1", jupyter={"source_hidden": True})], ["is hidden"]),
        ([PROSE, code("#| export\n", "x = 1", tags=["engine"], jupyter={"source_hidden": True})], []),
        ([PROSE, code("#| export\n", "#| hide\n", "x = 1", tags=["engine"])], ["is hidden"]),
    ],
)
def test_breaches_are_noticed(cells, wrong):
    """Each way to hide an export is found, and nothing else is."""
    assert [reason for _, reason in breaches({"cells": cells})] == wrong
