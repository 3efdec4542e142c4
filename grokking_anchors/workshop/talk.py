"""What the talk needs beside its own code: catching up, polls, and pictures of plain numbers."""

import ast
import json
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..paths import notebooks_path
from . import figures
from .exercises import TODO, targets
from .knobs import Knob, Live, View, live

__all__ = ["behind", "built", "poll", "race", "tree"]

BUILT = "built"  # tag of the cells of `live` that make the algorithm


def built() -> list[ast.stmt]:
    """Imports, functions and assignments that `live` types on its way to an anchor, in order."""
    notebook = json.loads((notebooks_path() / "live.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if BUILT in cell["metadata"].get("tags", [])]
    statements = [node for cell in cells for node in ast.parse("".join(cell["source"])).body]
    return [node for node in statements if defined(node)]


def defined(
    node: ast.stmt,
) -> list[str]:
    """The names that a statement gives to what follows."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    return [node.name] if isinstance(node, ast.FunctionDef) else targets(node)


def still_open(namespace, name):
    """Is this name missing, or a blank that nobody has filled in?"""
    value = namespace.get(name, TODO)
    return value is TODO or "TODO" in getattr(getattr(value, "__code__", None), "co_names", ())


def behind(
    namespace: dict,  # `globals()`
    last: str,  # a function of the talk
) -> None:
    """Type what is missing or open up to that function, and say what; yours stays as it is."""
    statements, typed = built(), []
    ends = [i for i, node in enumerate(statements) if last in defined(node)]
    if not ends:
        raise ValueError(f"last must be a function that the talk types, came: {last!r}")
    for node in statements[: ends[0] + 1]:
        if any(still_open(namespace, name) for name in defined(node)):
            exec(compile(ast.Module([node], []), "live", "exec"), namespace)
            typed += defined(node)
    said = f"open: {', '.join(typed)} (typed for you now)"
    print(said if typed else "✓ nothing is open up to here")


def poll(
    question: str,
    options: list[str],
    right: str,  # one of the options
    why: str,  # shown with the verdict, after the choice
) -> Live:
    """A question to choose an answer to before one sees it: buttons, and then the reason."""
    if right not in options:
        raise ValueError(f"right must be one of the options {options}, came: {right!r}")

    def verdict(answer):
        if answer not in options:
            return View(f"Poll: {question}")
        return View(f"{f'✓ {right}.' if answer == right else f'✗ It is: {right}.'} {why}")

    return live(verdict, answer=Knob(["not yet", *options], "your answer"))


def race(
    rounds: list,  # of `kl_lucb` as the talk types it: beam, hits, pulls, lower, upper, gap
    number: int,  # which one, from 1
    truth: np.ndarray,  # exact precisions `(k,)`
    tau: float,  # the tolerance
) -> View:
    """One round: who leads, what it has cost, and its picture."""
    beam, hits, pulls, lower, upper, gap = rounds[number - 1]
    state = dict(beam=beam, arms=SimpleNamespace(hits=hits, pulls=pulls), t=number)
    figure = figures.ladder(SimpleNamespace(**state, lower=lower, upper=upper, gap=gap), tau, truth)
    figures.framed(figure, left=0.1, right=0.98, bottom=0.17, top=0.9)
    chosen = " and ".join(map(str, sorted(np.ravel(beam).tolist())))
    return View(f"Round {number} of {len(rounds)}: gap {gap:.2f}, {pulls.sum():.0f} questions so "
                f"far, ahead: arms {chosen}.", figure)


def tree(
    levels: list,  # of `beam_search` as the talk types it: rules, shares, beam, found
    name: Any,  # function: rule `(d,)` -> text
) -> Any:
    """A picture of the search, size by size."""
    seen = [(rules, None, shares, np.ones(len(shares))) for rules, shares, _, _ in levels]
    sizes = [(size, known, *level[2:]) for size, (known, level) in enumerate(zip(seen, levels))]
    return figures.search_tree(sizes, name)
