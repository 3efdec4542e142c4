#!/usr/bin/env python3
"""The house: how large each module is, and which looks at which.

    python tools/house.py              lines, statements, functions of each module, and the arrows
    python tools/house.py REVISION     the same beside an earlier revision

Lines hold at most 100 characters (a longer one counts as several); a function's lines are counted
without its docstring, comments and blank lines.
"""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "grokking_anchors"
GROUND = ("settings", "paths", "plots", "models", "tables", "files", "published",
          "params", "pages")  # plain modules that every room may use  # fmt: skip
ROOF = ("__init__", "explainers", "utils", "cli")  # plain modules that no room may use
WIDTH, LONG, MOST = 100, 15, 6  # characters, lines of a function, parameters


class Size(NamedTuple):
    """How large a module is."""

    lines: int
    statements: int
    functions: int
    long: int  # functions of more than 15 lines
    longest: str


def size(
    text: str,  # of a module
) -> Size:
    """Count it."""
    tree, lines = ast.parse(text), text.splitlines()
    nodes = list(ast.walk(tree))
    functions = [(own_lines(node, lines), node.name) for node in nodes if isinstance(node, ast.FunctionDef)]
    longest = max(functions, default=(0, ""))
    return Size(
        sum(max(1, -(-len(line) // WIDTH)) for line in lines),
        sum(isinstance(node, ast.stmt) for node in nodes),
        len(functions),
        sum(n > LONG for n, _ in functions),
        f"{longest[1]} {longest[0]}".strip(),
    )


def own_lines(function, lines):
    """The lines of a function with code in them."""
    doc = function.body[0] if ast.get_docstring(function) is not None else None
    skip = range(doc.lineno, doc.end_lineno + 1) if doc else ()
    numbered = enumerate(lines[function.lineno - 1 : function.end_lineno], function.lineno)
    return sum(bool(line.strip()) and line.strip()[0] != "#" and i not in skip for i, line in numbered)


def wide(
    text: str,  # of a module
) -> list[str]:
    """The functions with too many parameters, `self` not counted."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    count = {f: [a.arg for a in f.args.posonlyargs + f.args.args + f.args.kwonlyargs] for f in found}
    return [f.name for f, names in count.items() if len(set(names) - {"self", "cls"}) > MOST]


def modules(
    revision: str = "",  # of git; the working copy when not given
) -> dict[str, str]:  # name below the package, with dots -> text
    """All modules of the package but the generated index."""
    if not revision:
        paths = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / PACKAGE).rglob("*.py")}
        texts = {name: path.read_text(encoding="utf-8") for name, path in sorted(paths.items())}
    else:
        names = git("ls-tree", "-r", "--name-only", revision, f"{PACKAGE}/").splitlines()
        texts = {name: git("show", f"{revision}:{name}") for name in names if name.endswith(".py")}
    short = {name[len(PACKAGE) + 1 : -3].replace("/", "."): text for name, text in texts.items()}
    return {name: text for name, text in short.items() if name != "_modidx"}


def git(*arguments):
    """What git prints."""
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout


# ---- arrows ---------------------------------------------------------------------------------------

EXPORT = re.compile(r"^#\|\s*default_exp\s+(\S+)", re.MULTILINE)
IMPORT = re.compile(rf"^\s*(?:from|import) {PACKAGE}\.([\w.]+)", re.MULTILINE)
FROM_TOP = re.compile(rf"^\s*from {PACKAGE} import ([\w, ]+)", re.MULTILINE)
LISTED = re.compile(r"^from \.([\w.]+) import (\w+)", re.MULTILINE)


def rooms() -> dict[str, str]:  # notebook -> module, in the order of the house
    """The rooms that export a module."""
    found = {path.stem: EXPORT.search(code(path)) for path in sorted((ROOT / "nbs").glob("[0-9]*.ipynb"))}
    return {name: match[1] for name, match in found.items() if match}


def code(path):
    """All code of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def imports(
    text: str,  # of a module
    name: str,  # its name
) -> set[str]:  # modules of the package
    """The modules that a module imports, wherever in it."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    found, above = set(), name.split(".")
    for node in nodes:
        inside = node.level or (node.module or "").split(".")[0] == PACKAGE
        start = above[: len(above) - node.level] if node.level else []
        target = [part for part in (node.module or "").split(".") if part and part != PACKAGE]
        if inside:
            listed = [".".join([*start, *target])] if target else [one.name for one in node.names]
            found |= {".".join([*start, one]) if not target else one for one in listed}
    return found - {"", "__version__"}


def floors() -> dict[str, int]:  # module -> floor
    """Where each module lies: ground, rooms in order, the workshop, the roof."""
    order = {name: 0 for name in GROUND}
    order |= {module: i for i, module in enumerate(rooms().values(), 1) if "workshop" not in module}
    top = len(order)
    order |= {name: top if name.startswith("workshop") else top + 1 for name in modules() if name not in order}
    return order


def upward() -> list[str]:
    """Arrows of the engine that do not lead down: to the same floor or above (the ground is one floor)."""
    floor, found = floors(), []
    for name, text in modules().items():
        for target in sorted(imports(text, name)):
            down = floor[target] < floor[name] or (floor[target] == floor[name] and circle_free(name, target))
            found += [] if down else [f"{name} -> {target}"]
    return found


def circle_free(start, target):
    """Does no path lead back from the target, on their floor?"""
    seen, queue, texts = set(), [target], modules()
    while queue:
        name = queue.pop()
        if name == start:
            return False
        if name not in seen:
            seen.add(name)
            queue += imports(texts[name], name)
    return True


def shown_upward() -> list[str]:
    """Imports in cells of a notebook that lead to a later room; 00 may use the finished package."""
    floor, home, found = floors(), rooms(), []
    where = {name: module for module, name in LISTED.findall((ROOT / PACKAGE / "__init__.pyi").read_text())}
    order = [path.stem for path in sorted((ROOT / "nbs").glob("[0-9]*.ipynb"))]
    for name in order[1:]:
        later = {home[other] for other in order[order.index(name) + 1 :] if other in home}
        source = code(ROOT / "nbs" / f"{name}.ipynb")
        named = {one.strip().split(" ")[0] for line in FROM_TOP.findall(source) for one in line.split(",")}
        used = {*IMPORT.findall(source), *(where[one] for one in named & set(where))}
        used = {target for target in used if not target.startswith("workshop") and target in floor}
        found += [f"{name} shows {target}" for target in sorted(used & later)]
    return found


# ---- print ----------------------------------------------------------------------------------------


def report(revision=""):
    """One line per module, the sum, and the same of an earlier revision."""
    sizes = {name: size(text) for name, text in modules().items()}
    print(f"{'module':22} {'lines':>6} {'stmts':>6} {'funcs':>6} {'>15':>4}  longest")
    for name in sorted(sizes, key=lambda name: (floors()[name], name)):
        show(name, sizes[name])
    engine = [one for name, one in sizes.items() if not name.startswith("workshop")]
    show("all", total(sizes.values()))
    show("without workshop", total(engine))
    if revision:
        show(f"all, {revision[:12]}", total(size(text) for text in modules(revision).values()))


def show(name, one):
    """A line of the table."""
    print(f"{name:22} {one.lines:6} {one.statements:6} {one.functions:6} {one.long:4}  {one.longest}")


def total(sizes):
    """The sum of sizes."""
    columns = list(zip(*sizes))
    return Size(*map(sum, columns[:4]), "")


def draw():
    """Each module and what it looks at, from the ground up."""
    texts, floor = modules(), floors()
    for name in sorted(texts, key=lambda name: (floor[name], name)):
        print(f"{floor[name]:3} {name:20} -> {', '.join(sorted(imports(texts[name], name))) or '-'}")
    wrong = [*upward(), *shown_upward()]
    print("\n".join(f"UPWARD {arrow}" for arrow in wrong) or "no circle, and no arrow leads up")
    return len(wrong)


if __name__ == "__main__":
    report(*sys.argv[1:2])
    print()
    sys.exit(draw() > 0)
