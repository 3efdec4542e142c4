"""The command `grokking-anchors`."""

import argparse
import sys

__all__ = ["main"]


def main(
    argv: list[str] | None = None,  # arguments; those of the process if None
) -> int:  # exit code
    """Run one command: `workshop`, or else explain a sentence."""
    argv = sys.argv[1:] if argv is None else list(argv)
    command = COMMANDS.get(argv[0]) if argv else None
    return command(argv[1:]) if command else run_explain(argv)


def run_explain(
    argv: list[str],  # arguments
) -> int:  # exit code
    """Explain the sentences of the command line."""
    raise SystemExit("grokking-anchors: explaining a sentence comes with the text notebook; for now: workshop [DIR]")


def run_workshop(
    argv: list[str],  # arguments after the word `workshop`
) -> int:  # exit code
    """Copy the notebooks and open JupyterLab on them."""
    from .workshop import copy_notebooks, open_lab

    args = workshop_parser().parse_args(argv)
    try:
        copy_notebooks(args.dir, force=args.force)
    except FileExistsError as error:
        advice = "--force overwrites them; another DIR leaves them alone."
        raise SystemExit(f"grokking-anchors: {error}\n{advice}") from None
    print(f"The notebooks are in {args.dir}, each one's solutions in {args.dir}/solutions.")
    return 0 if args.no_open else open_lab(args.dir)


def workshop_parser() -> argparse.ArgumentParser:
    """The arguments of `workshop`."""
    parser = argparse.ArgumentParser(
        prog="grokking-anchors workshop", description="Copy the notebooks to a folder and open JupyterLab there."
    )
    parser.add_argument("dir", nargs="?", default="grokking-anchors-workshop", help="folder (default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="overwrite files that you have changed")
    parser.add_argument("--no-open", action="store_true", help="copy only; do not start JupyterLab")
    return parser


COMMANDS = {"workshop": run_workshop}
