"""Exercises in notebooks: answers that check themselves, and copies with blanks to fill."""

import ast
import re
from copy import deepcopy
from itertools import takewhile
from typing import Any

import numpy as np

__all__ = ["TODO", "StillOpen", "WrongAnswer", "blank", "check", "has_solutions"]

SOLUTION, EXERCISE = "solution", "exercise"  # cell tags: in the source, in the workshop copy
IMPORT_TODO = "from grokking_anchors.workshop.exercises import TODO\n\n"
IMPORTS_TODO = re.compile(r"^from \S+ import .*\bTODO\b", re.MULTILINE)


class OneLine:
    """Makes an exception show as its message alone, without a traceback, in a notebook."""

    def _render_traceback_(self, *args):
        return [str(self)]


class StillOpen(OneLine, Exception):
    """Raised where the value of a blank is needed that nobody has filled in yet."""


class WrongAnswer(OneLine, AssertionError):
    """Raised by `check`; its message is the hint."""


class Todo:
    """A blank. It may be passed around and printed; to compute with it raises `StillOpen`."""

    def __repr__(self):
        return "TODO"

    def _open(self, *args, **kwargs):
        raise StillOpen("open: an answer above is TODO; fill it in, then run this cell again.")

    __hash__ = object.__hash__


TWO_SIDED = "add sub mul truediv floordiv mod pow matmul and or xor"
ONE_SIDED = "bool call iter len getitem contains array float index invert neg abs eq ne lt le gt ge"
for use in [*f"{ONE_SIDED} {TWO_SIDED}".split(), *(f"r{name}" for name in TWO_SIDED.split())]:
    setattr(Todo, f"__{use}__", Todo._open)
TODO = Todo()


# ---- check an answer ---------------------------------------------------------------------


def check(
    answer: Any,  # what the reader found, or TODO
    expected: Any,  # the right value, or a function of the answer that returns truth
    hint: str = "", tol: float = 1e-6,  # a question for a wrong answer; how far numbers may be off
) -> None:
    """Print whether an answer is open or right; `WrongAnswer` with the hint if it is wrong."""
    cause, still_open = "", _is_open(answer)
    judge = expected if callable(expected) else lambda answer: same(answer, expected, tol)
    try:
        right = still_open or bool(np.all(judge(answer)))
    except Exception as error:
        right = still_open = isinstance(error, StillOpen)
        cause = f" ({type(error).__name__}: {error})"
    if not right:
        raise WrongAnswer(f"✗ not yet. {hint or 'What would the next smaller case give?'}{cause}")
    print("open: write your answer in place of TODO" if still_open else "✓ right")


def _is_open(answer):
    """Is the answer, or a part of it, TODO?"""
    return any(map(_is_open, answer)) if isinstance(answer, (list, tuple)) else answer is TODO


def same(
    answer: Any,  # what the reader found
    expected: Any,  # the right value
    tol: float = 1e-6,  # how far numbers may be off
) -> bool:
    """Are the two the same: arrays by shape and closeness, floats by closeness, others exactly?"""
    if isinstance(expected, (list, tuple)):
        listed = isinstance(answer, (list, tuple, np.ndarray)) and len(answer) == len(expected)
        return listed and all(same(a, e, tol) for a, e in zip(answer, expected))
    got, wanted = np.asarray(answer), np.asarray(expected)
    kind, number = wanted.dtype.kind, got.dtype.kind in "biuf"
    if kind not in "biuf":
        return np.array_equal(got, wanted)
    if not number or got.shape != wanted.shape or (got.dtype == bool) != (kind == "b"):
        return False
    return bool(np.all(np.isclose(got, wanted, tol, tol, True) if kind == "f" else got == wanted))


# ---- make the workshop copy --------------------------------------------------------------


def has_solutions(
    notebook: dict,  # a notebook as JSON gives it
) -> bool:
    """Does the notebook hold a code cell tagged `solution`?"""
    return any(map(_is_solution, notebook["cells"]))


def blank(
    notebook: dict,  # a notebook as JSON gives it; it stays as it is
) -> dict:  # the copy with blanks
    """A copy in which cells tagged `solution` are blanks, and no cell has an output."""
    copy, imported = deepcopy(notebook), False
    for cell in copy["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            if solution := _is_solution(cell):
                _blank_cell(cell, with_import=not imported)
            imported = imported or solution or bool(IMPORTS_TODO.search("".join(cell["source"])))
    return copy


def _is_solution(cell):
    """Is this a code cell tagged `solution`?"""
    return cell["cell_type"] == "code" and SOLUTION in cell.get("metadata", {}).get("tags", [])


def _blank_cell(cell, with_import):
    """Blank one solution cell in place."""
    text = IMPORT_TODO * with_import + blank_source("".join(cell["source"]))
    cell["source"] = text.splitlines(keepends=True) if isinstance(cell["source"], list) else text
    tags = cell["metadata"]["tags"]
    cell["metadata"]["tags"] = [EXERCISE if tag == SOLUTION else tag for tag in tags]


def blank_source(
    source: str,  # code of a solution
) -> str:  # the code of its blank
    """Leading comments, imports, calls of `check` stay; each name that is assigned is a blank."""
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ValueError(f"a solution must be plain Python, without magics: {source!r}") from error
    blanks = dict.fromkeys(_blank_statement(node, source) for node in statements)  # each once
    lines = takewhile(lambda line: line.startswith("#") or not line.strip(), source.splitlines())
    comments = "\n".join(lines).strip().splitlines()
    return "\n".join([*comments, *filter(None, blanks)])


def _blank_statement(node, source):
    """What remains of one statement."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _blank_function(node, source)
    call = getattr(node, "value", None)
    checks = isinstance(call, ast.Call) and getattr(call.func, "id", "") == "check"
    if isinstance(node, (ast.Import, ast.ImportFrom)) or checks and isinstance(node, ast.Expr):
        return ast.get_source_segment(source, node)
    names = [node.name] if isinstance(node, ast.ClassDef) else targets(node)
    return "\n".join(f"{name} = TODO  # your answer" for name in names)


def targets(node):
    """The names that an assignment gives, in order, each once."""
    if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return []
    targets = getattr(node, "targets", None) or [node.target]
    inside = [part for target in targets for part in ast.walk(target)]
    stored = [part for part in inside if isinstance(getattr(part, "ctx", None), ast.Store)]
    return list(dict.fromkeys(part.id for part in stored if isinstance(part, ast.Name)))


def _blank_function(node, source):
    """The function from its decorators to the docstring, and a body that returns TODO."""
    lines, body = source.splitlines(), node.body[0]
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    before_body = lines[body.lineno - 1].encode()[: body.col_offset].decode()  # counted in bytes
    head = [*lines[first - 1 : body.lineno - 1], before_body]
    while head[-1].lstrip().startswith("#") or not head[-1].strip():
        head.pop()  # a comment below the colon belongs to the solution
    told = ast.get_docstring(node) is not None
    doc = [f"    {ast.get_source_segment(source, body)}"] if told else []
    return "\n".join(["\n".join(head).rstrip(), *doc, "    return TODO  # your answer"])
