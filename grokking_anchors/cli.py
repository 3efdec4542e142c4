"""The command `grokking-anchors`."""

import argparse
import os
import pkgutil
import sys

from . import __version__

__all__ = ["main"]

NAME = "grokking-anchors"
HOW = "words outside the rule are replaced by UNK with probability 0.5; the model "
SIGNS = {"held": "\1\2", "changed": "\3\4", "kept": ("", "")}  # no text holds them: see `visible`
BRACKETS = {"held": "[]", "changed": "**"}
COLOURS = {"held": ("\x1b[1;97;46m", "\x1b[0m"), "changed": ("\x1b[1;33m", "\x1b[0m")}
MARKS = "\1held by the rule\2, \3changed in this copy\4; the rest is kept"
OPTIONS = {  # name -> type, meaning
    "threshold": (float, "precision an anchor must exceed"),
    "delta": (float, "allowed share of explanations with a false claim"),
    "tau": (float, "tolerance of the bandit: larger is faster, worse"),
    "beam_size": (int, "rules that grow at each level"),
    "seed": (int, "same seed, same answer"),
}


def main(
    argv: list[str] | None = None,  # arguments; those of the process if None
) -> int:  # exit code: 0 every text or row has a certified anchor, 1 some have none, 2 bad input
    """Run one command: `workshop`, or else explain a sentence."""
    argv = sys.argv[1:] if argv is None else list(argv)
    try:
        if argv[:1] == ["workshop"]:
            return run_workshop(argv[1:])
        return explain_all(explain_parser().parse_args(argv))
    except BrokenPipeError:  # nobody reads on: no complaint at the end of the process either
        sys.stderr.close()
        return 0
    except (TypeError, ValueError, OSError) as error:
        return complain(error)
    except KeyboardInterrupt:
        return 130


def visible(text):
    """The text without commands to the terminal; see `files`, which is loaded when it is needed."""
    from .files import visible

    return visible(text)


def complain(message):
    """Say what is wrong; the exit code."""
    print(visible(f"{NAME}: {message}"), file=sys.stderr)
    return 2


def explain_all(args):
    """Print an explanation of each text or row; the exit code."""
    from .settings import settings_from

    options = {name: getattr(args, name) for name in OPTIONS}
    settings_from(options)  # before a model is loaded or trained
    if args.html:
        open(args.html, "a").close()  # a bad place is told before the work, not after it
    explainer, instances = rows_asked(args) if args.csv else texts_asked(args)
    done = [explain_one(one, explainer, options, args) for one in instances]
    if args.html and done:
        from .files import written
        from .report import report

        found = [explanation for _, explanation in done if explanation]
        written(args.html, found[0].to_html()) if len(found) == 1 else report(found, args.html)
    return max(code for code, _ in done) if done else complain("the standard input holds no text")


def texts_asked(args):
    """The explainer of texts, and the texts; where `-` stands, each line of the standard input."""
    from .text import AnchorText

    for name in ("row", "drop"):
        asked_rightly(not getattr(args, name), f"--{name} is for rows of a table: give --csv FILE")
    given = args.text or ["-"]
    asked_rightly("-" not in given or not sys.stdin.isatty(), "no text given; see --help")
    lines = (line.strip() for line in sys.stdin if line.strip())
    texts = (text for one in given for text in (lines if one == "-" else [one]))
    return AnchorText(loaded(args.model)) if args.model else small_model(), texts


def rows_asked(args):
    """The explainer of a table, and its rows of these numbers; 0 is the first one."""
    from .tabular import AnchorTabular

    asked_rightly(args.model, "--csv needs --model module:function, the model to be explained")
    asked_rightly(args.row, "--csv needs --row N, the row to be explained; the first is 0")
    asked_rightly(not args.text, f"give texts or --csv, not both; came: {args.text!r}")
    frame = table_of(args.csv, args.drop or [])
    n = len(frame)
    for row in args.row:
        asked_rightly(0 <= row < n, f"--row must be between 0 and {n - 1}, came: {row}")
    explainer = AnchorTabular(loaded(args.model)).fit(frame)
    return explainer, [frame.iloc[[row]] for row in args.row]


def asked_rightly(fine, message):
    """ValueError with this message unless all is fine."""
    if not fine:
        raise ValueError(message)


def table_of(path, drop):
    """A CSV file, or the standard input for -, as a frame without these columns."""
    try:
        import pandas
    except ImportError:
        raise ValueError("--csv needs pandas: pip install pandas") from None
    frame = pandas.read_csv(sys.stdin if path == "-" else path)
    for name in drop:
        known = ", ".join(map(str, frame.columns))
        asked_rightly(name in frame, f"--drop: no column {name!r} in {path}; it has: {known}")
    asked_rightly(len(frame), f"--csv: {path} holds no rows")
    return frame.drop(columns=drop)


def loaded(name):
    """What `module:function` names; a module of the current folder, or an installed one."""
    module, _, path = name.partition(":")
    asked_rightly(module and path, f"--model must be module:function, came: {name!r}")
    sys.path.insert(0, here := os.getcwd())
    try:
        return pkgutil.resolve_name(name)
    except Exception as error:
        told = f"--model {name}: {type(error).__name__}: {error}"
        raise ValueError(told) from error
    finally:
        sys.path.remove(here)


def small_model():
    """The explainer of the bundled sentiment model."""
    from .text import AnchorText
    from .words import movie_snippets, sentiment_model

    return AnchorText(sentiment_model(*movie_snippets()))


def explain_one(instance, explainer, options, args):
    """Print one explanation; 0 if it is certified, 1 if not, 2 if it cannot be made; and it."""
    try:
        explanation = explainer.explain(instance, **options)
    except Exception as error:  # of the model, too
        plain = isinstance(error, ValueError)
        return complain(error if plain else f"{type(error).__name__}: {error}"), None
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    if args.json:
        print(visible(explanation.to_json(ensure_ascii=False)), flush=True)
    elif args.csv:
        print(f"{explanation}\n", flush=True)
    else:
        whose = args.model or "counts words (9,976 film snippets)"
        print(report(explanation, colour, HOW + ("is " * bool(args.model)) + whose), flush=True)
    return int(not explanation.certified), explanation


def report(
    explanation,
    colour: bool,  # highlight with terminal colours instead of brackets
    how: str,  # how words were replaced, and what the model is
) -> str:
    """What the terminal shows of an explanation."""
    from .pages import wrapped

    kept, lost = (explanation.parts[-1][key] for key in ("kept", "lost"))
    compared = lambda text: marked(text, explanation.compared(text))
    some = {"Kept": compared(kept[0]) if kept else "none seen"}
    some |= {"Lost": compared(lost[0]) if lost else "none seen"}
    facts = {label: visible(text) for label, text in explanation.facts().items()}
    rows = facts | some | {"Marks": MARKS, "How": visible(how)}
    width = max(map(len, rows)) + 2
    table = [wrapped(text, f"{label:{width}}", " " * width) for label, text in rows.items()]
    whole = marked(explanation.instance, [(*span, "held") for span in explanation.spans()])
    return painted("\n".join(["", wrapped(whole, "  "), "", *table, ""]), colour)


def marked(text, placed):
    """A text with its held and changed words between `SIGNS`."""
    from .words import dressed

    dress = lambda word, kind: SIGNS[kind][0] + visible(word) + SIGNS[kind][1]
    return dressed(text, placed, dress, visible)


def painted(text, colour):
    """The text with colours, or other marks, for `SIGNS`."""
    for kind, shown in (COLOURS if colour else BRACKETS).items():
        for sign, one in zip(SIGNS[kind], shown):
            text = text.replace(sign, one)
    return text


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
        description="Which words, or columns of a table, are enough for a model to keep its "
        "verdict? Without --model, a small one of film reviews is asked.",
        epilog=f"Also: {NAME} workshop [DIR] copies the notebooks and opens JupyterLab. "
        "Exit codes: 0 every text or row has a certified anchor, 1 some have none, 2 bad input.",
    )
    add = parser.add_argument
    add("text", nargs="*", help="texts to explain; none, or for -: each line of standard input")
    for name, (kind, meaning) in OPTIONS.items():
        default = 0 if name == "seed" else getattr(Settings, name)
        flag, told = f"--{name.replace('_', '-')}", f"{meaning} (%(default)s)"
        add(flag, type=kind, default=default, help=told)
    add("--csv", metavar="FILE", help="explain rows of this table (- for standard input)")
    add("--model", metavar="MODULE:NAME", help="your model: a function, or an object with predict")
    add("--row", metavar="N", type=int, action="append", help="which row of the table; 0 is first")
    add("--drop", metavar="NAME", action="append", help="a column that the model does not get")
    add("--json", action="store_true", help="one JSON object per explanation, a line each")
    add("--html", metavar="FILE", help="also write a page that needs no other file")
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
    except (OSError, ValueError) as error:  # a NUL in a name is a ValueError
        raise SystemExit(visible(f"{NAME}: workshop {args.dir}: {error}")) from None
    where = visible(args.dir)
    print(f"The notebooks are in {where}, each one's solutions in {where}/solutions.")
    return 0 if args.no_open else open_lab(args.dir)


if __name__ == "__main__":
    sys.exit(main())
