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
    from .text import AnchorText, movie_snippets, sentiment_model

    options = dict(threshold=args.threshold, delta=args.delta, tau=args.tau, beam_size=args.beam_size, seed=args.seed)
    settings_from(options)
    explainer = AnchorText(sentiment_model(*movie_snippets()))
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    codes = []
    for text in texts:
        try:
            explanation = explainer.explain(text, **options)
        except ValueError as error:  # this text cannot be explained; the others can
            print(f"grokking-anchors: {error}", file=sys.stderr)
            codes.append(2)
            continue
        print(explanation.to_json(ensure_ascii=False) if args.json else report(explanation, colour), flush=True)
        codes.append(0 if explanation.certified else 1)
    if not codes:
        raise ValueError("the standard input holds no text")
    return max(codes)


def report(
    explanation,
    colour: bool,  # highlight with terminal colours instead of brackets
) -> str:
    """What the terminal shows of an explanation."""
    rows = explanation.facts()
    last = explanation.raw["examples"][-1]
    for label, key, none in (
        ("Kept", "covered_true", "none seen"),
        ("Lost", "covered_false", "none among the samples of the test"),
    ):
        rows[label] = last[key][0] if last[key] else none
    rows["How"] = (
        "words outside the rule are replaced by UNK with probability 0.5; the model counts words (9,976 film snippets)"
    )
    width = max(map(len, rows)) + 2
    table = "\n".join(f"{label:{width}}{text}" for label, text in rows.items())
    return f"\n  {marked(explanation, colour)}\n\n{table}\n"


def marked(explanation, colour):
    """The sentence with its anchor highlighted."""
    before, after = ("\x1b[1;97;46m", "\x1b[0m") if colour else ("[", "]")
    text, parts, end = explanation.raw["instance"], [], 0
    for start, stop in explanation.spans():
        parts += [text[end:start], before + text[start:stop] + after]
        end = stop
    return "".join(parts) + text[end:]


def explain_parser() -> argparse.ArgumentParser:
    """The arguments of the explanation."""
    parser = argparse.ArgumentParser(
        prog="grokking-anchors",
        description="Which words of a sentence are enough for a small sentiment model to keep its verdict?",
        epilog="Also: grokking-anchors workshop [DIR] copies the notebooks and opens JupyterLab. "
        "Exit codes: 0 every text has a certified anchor, 1 some have none, 2 bad input.",
    )
    parser.add_argument("text", nargs="*", help="texts to explain; none or -: every line of the standard input")
    parser.add_argument("--threshold", type=float, default=0.95, help="precision an anchor must exceed (%(default)s)")
    parser.add_argument("--delta", type=float, default=0.1, help="allowed share of broken promises (%(default)s)")
    parser.add_argument(
        "--tau", type=float, default=0.15, help="tolerance of the bandit: larger is faster, worse (%(default)s)"
    )
    parser.add_argument("--beam-size", type=int, default=4, help="rules that grow at each level (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same answer (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object per text")
    parser.add_argument("--version", action="version", version=f"grokking-anchors {__version__}")
    return parser


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


if __name__ == "__main__":
    sys.exit(main())
