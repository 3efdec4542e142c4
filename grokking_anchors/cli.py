"""The command `grokking-anchors`."""

import argparse
import os
import sys

from . import __version__

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
) -> int:  # 0: every text has a certified anchor, 1: some have none, 2: bad input
    """Explain the texts of the command line, or every line of the standard input."""
    parser = explain_parser()
    args = parser.parse_args(argv)
    texts = args.text if args.text and args.text != ["-"] else lines_of_stdin()
    if texts is None:
        parser.print_usage(sys.stderr)
        print("grokking-anchors: no text given; see --help", file=sys.stderr)
        return 2
    try:
        return explain_all(texts, args)
    except (TypeError, ValueError) as error:
        print(f"grokking-anchors: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def lines_of_stdin():
    """The lines of the standard input that are not blank; None when it is a terminal."""
    return None if sys.stdin.isatty() else (line.strip() for line in sys.stdin if line.strip())


def explain_all(texts, args):
    """Print one explanation after another; the exit code."""
    from .settings import settings_from
    from .text import AnchorText
    from .words import movie_snippets, sentiment_model

    options = {name: getattr(args, name) for name in ("threshold", "delta", "tau", "beam_size", "seed")}
    settings_from(options)
    explainer = AnchorText(sentiment_model(*movie_snippets()))
    codes = [explain_one(text, explainer, options, args.json) for text in texts]
    if not codes:
        raise ValueError("the standard input holds no text")
    return max(codes)


def explain_one(text, explainer, options, json):
    """Print one explanation; 0 if it is certified, 1 if not, 2 if this text cannot be explained."""
    try:
        explanation = explainer.explain(text, **options)
    except ValueError as error:
        print(f"grokking-anchors: {error}", file=sys.stderr)
        return 2
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    said = explanation.to_json(ensure_ascii=False) if json else report(explanation, colour)
    print(said, flush=True)
    return int(not explanation.certified)


def report(
    explanation,
    colour: bool,  # highlight with terminal colours instead of brackets
) -> str:
    """What the terminal shows of an explanation."""
    rows, last = explanation.facts(), explanation.parts[-1]
    rows["Kept"] = last["kept"][0] if last["kept"] else "none seen"
    rows["Lost"] = last["lost"][0] if last["lost"] else "none among the samples of the test"
    rows["How"] = "words outside the rule are replaced by UNK with probability 0.5; "
    rows["How"] += "the model counts words (9,976 film snippets)"
    width = max(map(len, rows)) + 2
    table = "\n".join(f"{label:{width}}{text}" for label, text in rows.items())
    return f"\n  {marked(explanation, colour)}\n\n{table}\n"


def marked(explanation, colour):
    """The sentence with its anchor highlighted."""
    before, after = ("\x1b[1;97;46m", "\x1b[0m") if colour else ("[", "]")
    text, parts, end = explanation.instance, [], 0
    for start, stop in explanation.spans():
        parts += [text[end:start], before + text[start:stop] + after]
        end = stop
    return "".join(parts) + text[end:]


def explain_parser() -> argparse.ArgumentParser:
    """The arguments of the explanation."""
    from .settings import Settings

    parser = argparse.ArgumentParser(
        prog="grokking-anchors",
        description="Which words are enough for a small sentiment model to keep its verdict?",
        epilog="Also: grokking-anchors workshop [DIR] copies the notebooks and opens JupyterLab. "
        "Exit codes: 0 every text has a certified anchor, 1 some have none, 2 bad input.",
    )
    add = parser.add_argument
    add("text", nargs="*", help="texts to explain; none or -: every line of the standard input")
    for name, (kind, meaning) in OPTIONS.items():
        default = 0 if name == "seed" else getattr(Settings, name)
        flag = f"--{name.replace('_', '-')}"
        add(flag, type=kind, default=default, help=f"{meaning} (%(default)s)")
    add("--json", action="store_true", help="one JSON object per text")
    add("--version", action="version", version=f"grokking-anchors {__version__}")
    return parser


OPTIONS = {  # name -> type, meaning
    "threshold": (float, "precision an anchor must exceed"),
    "delta": (float, "allowed share of broken promises"),
    "tau": (float, "tolerance of the bandit: larger is faster, worse"),
    "beam_size": (int, "rules that grow at each level"),
    "seed": (int, "same seed, same answer"),
}


def run_workshop(
    argv: list[str],  # arguments after the word `workshop`
) -> int:  # exit code
    """Copy the notebooks and open JupyterLab on them."""
    from .workshop.copying import copy_notebooks, open_lab

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
        prog="grokking-anchors workshop",
        description="Copy the notebooks to a folder and open JupyterLab there.",
    )
    where = "grokking-anchors-workshop"
    parser.add_argument("dir", nargs="?", default=where, help="folder (default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="overwrite files that you have changed")
    parser.add_argument("--no-open", action="store_true", help="copy only; do not start JupyterLab")
    return parser


COMMANDS = {"workshop": run_workshop}


if __name__ == "__main__":
    sys.exit(main())
