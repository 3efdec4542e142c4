"""The command `grokking-anchors`."""

import argparse
import os
import sys

from . import __version__

__all__ = ["main"]

NAME = "grokking-anchors"
HOW = ("words outside the rule are replaced by UNK with probability 0.5; "
       "the model counts words (9,976 film snippets)")  # fmt: skip
OPTIONS = {  # name -> type, meaning
    "threshold": (float, "precision an anchor must exceed"),
    "delta": (float, "allowed share of broken promises"),
    "tau": (float, "tolerance of the bandit: larger is faster, worse"),
    "beam_size": (int, "rules that grow at each level"),
    "seed": (int, "same seed, same answer"),
}


def main(
    argv: list[str] | None = None,  # arguments; those of the process if None
) -> int:  # exit code: 0 every text has a certified anchor, 1 some have none, 2 bad input
    """Run one command: `workshop`, or else explain a sentence."""
    argv = sys.argv[1:] if argv is None else list(argv)
    if argv[:1] == ["workshop"]:
        return run_workshop(argv[1:])
    try:
        return explain_all(explain_parser().parse_args(argv))
    except (TypeError, ValueError) as error:
        return complain(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def visible(text):
    """The text without commands to the terminal; see `files`, which is loaded when it is needed."""
    from .files import visible

    return visible(text)


def complain(message):
    """Say what is wrong; the exit code."""
    print(f"{NAME}: {message}", file=sys.stderr)
    return 2


def explain_all(args):
    """Print an explanation of each text, or of each line of the standard input; the exit code."""
    from .settings import settings_from

    if args.text in ([], ["-"]) and sys.stdin.isatty():
        raise ValueError("no text given; see --help")
    lines = (line.strip() for line in sys.stdin if line.strip())
    texts = lines if args.text in ([], ["-"]) else args.text
    options = {name: getattr(args, name) for name in OPTIONS}
    settings_from(options)  # before the model is trained
    explainer = small_model()
    codes = [explain_one(text, explainer, options, args.json) for text in texts]
    return max(codes) if codes else complain("the standard input holds no text")


def small_model():
    """The explainer of the bundled sentiment model."""
    from .text import AnchorText
    from .words import movie_snippets, sentiment_model

    return AnchorText(sentiment_model(*movie_snippets()))


def explain_one(text, explainer, options, json):
    """Print one explanation; 0 if it is certified, 1 if not, 2 if it cannot be made."""
    try:
        explanation = explainer.explain(text, **options)
    except ValueError as error:
        return complain(error)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    said = explanation.to_json(ensure_ascii=False) if json else report(explanation, colour)
    print(visible(said) if json else said, flush=True)
    return int(not explanation.certified)


def report(
    explanation,
    colour: bool,  # highlight with terminal colours instead of brackets
) -> str:
    """What the terminal shows of an explanation."""
    kept, lost = (explanation.parts[-1][key] or ["none seen"] for key in ("kept", "lost"))
    rows = explanation.facts() | {"Kept": kept[0], "Lost": lost[0], "How": HOW}
    width = max(map(len, rows)) + 2
    lines = (f"{label:{width}}{text}" for label, text in rows.items())
    table = "\n".join(visible(line).replace("\n", "\n" + " " * width) for line in lines)
    return f"\n  {marked(explanation, colour)}\n\n{table}\n"


def marked(explanation, colour):
    """The sentence with its anchor highlighted."""
    before, after = ("\x1b[1;97;46m", "\x1b[0m") if colour else ("[", "]")
    text, parts, end = explanation.instance, [], 0
    for start, stop in explanation.spans():
        parts += [visible(text[end:start]), before + visible(text[start:stop]) + after]
        end = stop
    return ("".join(parts) + visible(text[end:])).replace("\n", "\n  ")


class Parser(argparse.ArgumentParser):
    """A parser whose errors hold no commands to the terminal."""

    def error(self, message):
        """Exit with code 2."""
        super().error(visible(message))


def explain_parser() -> argparse.ArgumentParser:
    """The arguments of the explanation."""
    from .settings import Settings

    parser = Parser(
        prog=NAME,
        description="Which words are enough for a small sentiment model to keep its verdict?",
        epilog=f"Also: {NAME} workshop [DIR] copies the notebooks and opens JupyterLab. "
        "Exit codes: 0 every text has a certified anchor, 1 some have none, 2 bad input.",
    )
    add = parser.add_argument
    add("text", nargs="*", help="texts to explain; none or -: every line of the standard input")
    for name, (kind, meaning) in OPTIONS.items():
        default = 0 if name == "seed" else getattr(Settings, name)
        flag, told = f"--{name.replace('_', '-')}", f"{meaning} (%(default)s)"
        add(flag, type=kind, default=default, help=told)
    add("--json", action="store_true", help="one JSON object per text")
    add("--version", action="version", version=f"{NAME} {__version__}")
    return parser


def run_workshop(
    argv: list[str],  # arguments after the word `workshop`
) -> int:  # exit code
    """Copy the notebooks and open JupyterLab on them."""
    from .workshop.copying import copy_notebooks, open_lab

    told = "Copy the notebooks to a folder and open JupyterLab there."
    parser = Parser(prog=f"{NAME} workshop", description=told)
    add = parser.add_argument
    add("dir", nargs="?", default=f"{NAME}-workshop", help="folder (default: %(default)s)")
    add("--force", action="store_true", help="overwrite files that you have changed")
    add("--no-open", action="store_true", help="copy only; do not start JupyterLab")
    args = parser.parse_args(argv)
    try:
        copy_notebooks(args.dir, force=args.force)
    except OSError as error:
        raise SystemExit(visible(f"{NAME}: {error}")) from None
    print(f"The notebooks are in {args.dir}, each one's solutions in {args.dir}/solutions.")
    return 0 if args.no_open else open_lab(args.dir)


if __name__ == "__main__":
    sys.exit(main())
