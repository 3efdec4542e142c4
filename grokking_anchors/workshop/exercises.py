"""Exercises in notebooks: answers that check themselves, and copies with blanks to fill."""

import ast
import math
from copy import deepcopy
from typing import Any

import numpy as np

__all__ = ["TODO", "StillOpen", "WrongAnswer", "blank", "check", "has_solutions"]

SOLUTION, EXERCISE = "solution", "exercise"  # cell tags: in the source notebook, in the workshop copy
IMPORT_TODO = "from grokking_anchors.workshop.exercises import TODO\n\n"


class OneLine:
    """Makes an exception show as its message alone, without a traceback, in a notebook."""

    def _render_traceback_(self, *args):
        """The lines that IPython prints."""
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
        raise StillOpen("open: an answer above is still TODO; fill it in, then run this cell again.")

    __hash__ = object.__hash__
    __bool__ = __call__ = __iter__ = __len__ = __getitem__ = __contains__ = __array__ = __float__ = __index__ = _open
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __invert__ = __neg__ = __abs__ = _open
    __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _open
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = _open
    __and__ = __or__ = __xor__ = __rand__ = __ror__ = __rxor__ = _open


TODO = Todo()


# ---- check an answer ------------------------------------------------------------------------------


def check(
    answer: Any,  # what the reader found, or TODO
    expected: Any,  # the right value, or a function of the answer that returns truth
    hint: str = "",  # shown when the answer is wrong: a question
    tol: float = 1e-6,  # how far numbers may be off, relative or absolute
) -> None:
    """Print whether an answer is open or right; raise `WrongAnswer` with the hint when it is wrong."""
    try:
        right = not _is_open(answer) and _is_right(answer, expected, tol)
        print("✓ right" if right else "open: write your answer in place of TODO")
    except StillOpen:
        print("open: write your answer in place of TODO")
    except _Wrong as wrong:
        raise WrongAnswer(_message(hint, wrong.__cause__)) from wrong.__cause__


class _Wrong(Exception):
    """Leaves `_is_right` when the answer is wrong; its cause is the error that the answer led to, if any."""


def _is_right(answer, expected, tol):
    """True, or `_Wrong` raised."""
    try:
        right = expected(answer) if callable(expected) else same(answer, expected, tol)
        right = bool(np.all(right))
    except StillOpen:
        raise
    except Exception as error:
        raise _Wrong from error
    if not right:
        raise _Wrong
    return right


def _message(hint, error):
    """What the reader of a wrong answer sees."""
    cause = f" ({type(error).__name__}: {error})" if error else ""
    return f"✗ not yet. {hint or 'What would the next smaller case give?'}{cause}"


def _is_open(answer):
    """Is the answer, or a part of it, TODO?"""
    if isinstance(answer, (list, tuple)):
        return any(map(_is_open, answer))
    return answer is TODO


def same(
    answer: Any,  # what the reader found
    expected: Any,  # the right value
    tol: float = 1e-6,  # how far numbers may be off
) -> bool:
    """Are the two the same: arrays by shape and closeness, floats by closeness, all else exactly?"""
    if isinstance(expected, np.ndarray):
        return _same_array(np.asarray(answer), expected, tol)
    if isinstance(expected, (bool, np.bool_)):
        return isinstance(answer, (bool, np.bool_)) and bool(answer) == bool(expected)
    if isinstance(expected, (float, np.floating)):
        return _is_number(answer) and math.isclose(answer, expected, rel_tol=tol, abs_tol=tol)
    if isinstance(expected, (int, np.integer)):
        return _is_number(answer) and answer == expected
    if isinstance(expected, (list, tuple)):
        return _same_items(answer, expected, tol)
    return bool(answer == expected)


def _is_number(value):
    """A number of Python or numpy, and not a truth value."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _same_array(answer, expected, tol):
    """Same shape, same values; numbers may be off by `tol`, truth values and strings may not."""
    if answer.shape != expected.shape or (answer.dtype == bool) != (expected.dtype == bool):
        return False
    if np.issubdtype(expected.dtype, np.number):
        return np.allclose(answer, expected, rtol=tol, atol=tol, equal_nan=True)
    return np.array_equal(answer, expected)


def _same_items(answer, expected, tol):
    """Same items in the same order, each compared by `same`; an array or a tuple may stand for a list."""
    if not isinstance(answer, (list, tuple, np.ndarray)) or len(answer) != len(expected):
        return False
    return all(same(a, e, tol) for a, e in zip(answer, expected, strict=True))


# ---- make the workshop copy -----------------------------------------------------------------------


def has_solutions(
    notebook: dict,  # a notebook as JSON gives it
) -> bool:
    """Does the notebook hold a code cell tagged `solution`?"""
    return any(map(_is_solution, notebook["cells"]))


def blank(
    notebook: dict,  # a notebook as JSON gives it; it stays as it is
) -> dict:  # the copy with blanks
    """A copy in which each code cell tagged `solution` is a blank to fill, and no stored output tells the answer."""
    copy = deepcopy(notebook)
    open_names, imported = set(), False
    for cell in copy["cells"]:
        if _is_solution(cell):
            open_names |= _blank_cell(cell, with_import=not imported)
            imported = True
        elif cell["cell_type"] == "code":
            imported = imported or _imports_todo(cell)
            if open_names and _tells(cell, open_names):
                cell["outputs"], cell["execution_count"] = [], None
    return copy


def _is_solution(cell):
    """Is this a code cell tagged `solution`?"""
    return cell["cell_type"] == "code" and SOLUTION in cell.get("metadata", {}).get("tags", [])


def _imports_todo(cell):
    """Does a code cell import TODO?"""
    imports = [node for node in ast.walk(_tree(cell)) if isinstance(node, ast.ImportFrom)]
    return any(alias.name == "TODO" for node in imports for alias in node.names)


def _source(cell):
    """The source of a cell as one string."""
    return "".join(cell["source"])


def _tree(cell):
    """The syntax tree of a code cell; an empty one where magics make it no plain Python."""
    try:
        return ast.parse(_source(cell))
    except SyntaxError:
        return ast.Module([], [])


def _tells(cell, open_names):
    """Could the stored output tell an answer: does the cell call `check`, or use a name to be filled in?"""
    names = {node.id for node in ast.walk(_tree(cell)) if isinstance(node, ast.Name)}
    return "check" in names or bool(names & open_names)


def _blank_cell(cell, with_import):
    """Blank one solution cell in place; return the names that are open now."""
    source, names = blank_source(_source(cell))
    text = (IMPORT_TODO if with_import else "") + source
    cell["source"] = text.splitlines(keepends=True) if isinstance(cell["source"], list) else text
    cell["outputs"], cell["execution_count"] = [], None
    tags = cell["metadata"]["tags"]
    cell["metadata"]["tags"] = [EXERCISE if tag == SOLUTION else tag for tag in tags]
    return names


def blank_source(
    source: str,  # code of a solution
) -> tuple[str, set[str]]:  # the code of its blank, and the names to be filled in
    """Keep leading comments, imports and calls of `check`; leave a blank for each name that is assigned or defined."""
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ValueError(f"a solution must be plain Python, without magics: {source!r}") from error
    parts, names = [], set()
    for node in statements:
        text, filled = _blank_statement(node, source)
        if text and text not in parts:
            parts.append(text)
            names |= filled
    return "\n".join([*_leading_comments(source), *parts]), names


def _leading_comments(source):
    """The comment lines, directives among them, before the first line of code."""
    lines = []
    for line in source.splitlines():
        if line.strip() and not line.startswith("#"):
            break
        lines.append(line)
    return "\n".join(lines).strip().splitlines()


def _blank_statement(node: ast.stmt, source: str) -> tuple[str, set[str]]:
    """What remains of one statement, and the names it leaves open."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _blank_function(node, source), {node.name}
    if isinstance(node, ast.ClassDef):
        return f"{node.name} = TODO  # your answer", {node.name}
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        names = _targets(node)
        return "\n".join(f"{name} = TODO  # your answer" for name in names), set(names)
    if isinstance(node, (ast.Import, ast.ImportFrom)) or _calls_check(node):
        return ast.get_source_segment(source, node), set()
    return "", set()


def _targets(node):
    """The names that an assignment gives, in order, each once."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [
        name.id
        for target in targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    ]
    return list(dict.fromkeys(names))


def _calls_check(node):
    """Is this statement a call of `check`?"""
    call = getattr(node, "value", None)
    return isinstance(node, ast.Expr) and isinstance(call, ast.Call) and getattr(call.func, "id", "") == "check"


def _blank_function(node, source):
    """The function with its signature and docstring, and a body that returns TODO."""
    has_docstring = ast.get_docstring(node) is not None
    parts = [_signature(node, source)]
    if has_docstring:
        parts.append("    " + ast.get_source_segment(source, node.body[0]))
    return "\n".join([*parts, "    return TODO  # your answer"])


def _signature(node, source):
    """The lines of a function from its first decorator to the colon, with the comments on its parameters."""
    lines, body = source.splitlines(), node.body[0]
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    before_body = lines[body.lineno - 1].encode()[: body.col_offset].decode()  # column offsets count bytes
    head = [*lines[first - 1 : body.lineno - 1], before_body]
    while head[-1].lstrip().startswith("#") or not head[-1].strip():
        head.pop()  # a comment below the colon belongs to the solution
    return "\n".join(head).rstrip()
