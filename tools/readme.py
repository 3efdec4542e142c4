#!/usr/bin/env python3
"""Build README.md from the stored outputs of nbs/index.ipynb; nothing is executed.

    python tools/readme.py            write README.md and the pictures in nbs/images/
    python tools/readme.py --check    write nothing; exit 1 if they are not current

Links are written in the notebook as they work there, and led from nbs/ to the root here.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
MARK = "<!-- Built from nbs/index.ipynb by tools/readme.py: edit the notebook, then run that. -->"
PICTURES = "nbs/images/index"  # the beginning of the names of the pictures
FILES = "https://github.com/ionicsolutions/grokking-anchors/blob/main/"  # files that are on no other page
DIRECTIVE = re.compile(r"^\s*#\|\s*([\w-]+).*\n?", re.MULTILINE)
LINK = re.compile(r"(\]\(|\bsrc=\"|\bhref=\")(?!#|/|[a-z][a-z0-9+.-]*:)([^)\"\s]+)")
FENCE = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)
# A code host strips colours from HTML, so plain text comes first.
PRIORITY = ["text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain", "text/html"]


def build(
    root: Path = ROOT,  # the project
) -> dict[Path, bytes]:  # README.md and its pictures: path below the root -> content
    """What README.md and the pictures should be."""
    notebook = nbformat.read(root / "nbs" / "index.ipynb", as_version=4)
    notebook.metadata["language_info"] = {"name": "python"}  # for the colours of code blocks
    notebook.cells = [shown(cell) for cell in notebook.cells if is_shown(cell)]
    text, resources = exporter().from_notebook_node(notebook, resources={"unique_key": PICTURES})
    files = {Path(name): data for name, data in resources["outputs"].items()}
    return {Path("README.md"): page(described(text, notebook.cells)).encode(), **files}


def described(
    text: str,  # markdown as exported
    cells: list,  # that are shown
) -> str:  # the same, with what each picture shows, for those who do not see it
    """The first sentence of each picture's alternative text in the place of the word `png`."""
    outputs = [out for cell in cells if cell.cell_type == "code" for out in cell.outputs]
    alts = [out.metadata["image/png"]["alt"] for out in outputs if "image/png" in out.get("data", {})]
    firsts = iter(re.split(r"[.:](?= )", alt)[0].replace("[", "(").replace("]", ")") for alt in alts)
    return re.sub(r"!\[png\]", lambda _: f"![{next(firsts)}]", text)


def page(
    text: str,  # markdown as exported
) -> str:  # markdown of README.md
    """The text with its links seen from the root, without trailing blanks and repeated blank lines."""
    lines = "\n".join(line.rstrip() for line in relink(text).splitlines())
    return f"{MARK}\n\n" + re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def exporter() -> MarkdownExporter:
    """nbconvert's exporter, with our order of output types and names of pictures."""
    config = Config()
    config.NbConvertBase.display_data_priority = PRIORITY
    config.ExtractOutputPreprocessor.output_filename_template = "{unique_key}_{cell_index}_{index}{extension}"
    return MarkdownExporter(config=config)


def directives(
    cell,  # a notebook's cell
) -> set[str]:  # names
    """The `#|` directives of a code cell."""
    return set(DIRECTIVE.findall(cell.source)) if cell.cell_type == "code" else set()


def is_shown(
    cell,  # a notebook's cell
) -> bool:
    """Does the cell appear in README.md: markdown, or code that is not hidden and more than directives?"""
    hidden = directives(cell) & {"hide", "include", "default_exp"}
    return cell.cell_type == "markdown" or (cell.cell_type == "code" and bool(cell.source.strip()) and not hidden)


def shown(
    cell,  # a notebook's cell; changed in place
):  # the same cell
    """The cell as it appears: without directive lines, and without the half that a directive hides."""
    if cell.cell_type != "code":
        return cell
    names = directives(cell)
    if "hide_output" in names:
        cell.outputs = []
    if "hide_input" in names:
        cell.metadata["transient"] = {"remove_source": True}
    cell.source = DIRECTIVE.sub("", cell.source).strip("\n")
    return cell


def relink(
    text: str,  # markdown with links as nbs/index.ipynb has them
) -> str:  # markdown with links as README.md needs them
    """Lead links from nbs/ to the root; code blocks stay as they are."""
    parts = FENCE.split(text)
    led = (part if part.startswith("```") else LINK.sub(from_root, part).replace(FILES, "") for part in parts)
    return "".join(led)


def from_root(
    match: re.Match,  # of LINK
) -> str:  # its text with the new target
    """One link, as seen from the root."""
    start, target = match.groups()
    if target.startswith(PICTURES):  # the exporter has written this one for the root
        return start + target
    return start + (target[3:] if target.startswith("../") else f"nbs/{target.removeprefix('./')}")


def stale(
    root: Path = ROOT,  # the project
) -> list[str]:  # paths below the root
    """The files that are missing, differ, or should not be there any more."""
    files = build(root)
    wrong = [path for path, data in files.items() if not (root / path).exists() or (root / path).read_bytes() != data]
    return sorted(map(str, [*wrong, *leftovers(files, root)]))


def leftovers(
    files: dict[Path, bytes],  # what should be there
    root: Path = ROOT,  # the project
) -> list[Path]:  # paths below the root
    """Pictures of an earlier README.md."""
    return [p.relative_to(root) for p in root.glob(f"{PICTURES}_*") if p.relative_to(root) not in files]


def write(
    root: Path = ROOT,  # the project
) -> None:
    """Write README.md and its pictures, and remove those of an earlier one."""
    files = build(root)
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    for path in leftovers(files, root):
        (root / path).unlink()


def main(argv=None):
    """Write or check; exit code 1 if the check finds something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is not current")
    if not parser.parse_args(argv).check:
        return write()
    wrong = stale()
    if wrong:
        print(f"not current: {', '.join(wrong)}; run python tools/readme.py", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
