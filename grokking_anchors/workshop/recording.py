"""Every state of a live view, drawn once: what a page shows without a kernel."""

import gzip
import json
from base64 import b64encode
from itertools import islice
from pathlib import Path
from typing import Any

from .knobs import Live, choices_of, said, words

__all__ = ["MOST", "lives", "record", "recorded"]

MOST = 1000  # states of one view


def lives(
    shown: Any,  # a widget, or anything else
) -> list[Live]:
    """The live views in it, in order."""
    if isinstance(shown, Live):
        return [shown]
    return [found for child in getattr(shown, "children", ()) for found in lives(child)]


def recorded(
    one: Live,
) -> dict:  # knobs: how each is called, what it is and what it can be; frames: HTML; states: "0,3" -> number of a frame
    """What a page needs in order to do what the widget does. ValueError beyond `MOST` states."""
    states = list(islice(one.states(), MOST + 1))
    if len(states) > MOST:
        raise ValueError(f"a live view of {', '.join(one.knobs)} has more states than the {MOST} that are recorded")
    frames: dict = {}
    places = {
        ",".join(map(str, numbers)): frames.setdefault(one.seen(**values), len(frames)) for numbers, values in states
    }
    return dict(knobs=knobs_of(one, states), frames=list(frames), states=places)


def knobs_of(one, states):
    """Label, kind, choices, start, play and group of each knob; choices that follow others are told for each state."""
    told = []
    for k, (name, knob) in enumerate(one.knobs.items()):
        kind = kind_of(one, name)
        choices: Any = {",".join(map(str, numbers[:k])): choices_of(knob, values) for numbers, values in states}
        listed = choices if callable(knob.choices) else {"": choices_of(knob, {})}
        known = {before: [item if isinstance(item, int | float) else said(item) for item in items]
                 for before, items in listed.items()}  # fmt: skip
        texts = list(knob.choices) if kind == "words" else {key: list(map(said, items)) for key, items in known.items()}
        start = choices_of(knob, one.values).index(one.values[name])
        told.append(dict(name=name, label=knob.label, kind=kind, texts=texts, values=known if kind == "slider" else {},
                         start=start, play=knob.play, group=knob.group))  # fmt: skip
    return told


def kind_of(one, name):
    """words, switch, slider or buttons."""
    choices = one.knobs[name].choices
    if isinstance(choices, words | bool):
        return "words" if isinstance(choices, words) else "switch"
    return "slider" if hasattr(one.controls[name], "readout") else "buttons"


def record(
    shown: Any,  # what a cell shows
    folder: Any,
) -> None:
    """Write each live view in it as a script, named after its mark, that a page can load from a file.

    Frames are much alike: packed they take a twentieth.
    """
    for one in lives(shown):
        packed = gzip.compress(json.dumps(recorded(one), separators=(",", ":")).encode(), mtime=0)
        script = f'anchorsRecorded("{one.mark}", "{b64encode(packed).decode()}");\n'
        Path(folder, f"{one.mark}.js").write_text(script, encoding="utf-8")
