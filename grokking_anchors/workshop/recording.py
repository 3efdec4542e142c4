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
) -> dict:
    """What a page needs in order to do what the widget does. ValueError beyond `MOST` states.

    knobs: what each is called, and can be; frames: HTML; states: "0,3" -> number of its frame.
    """
    states = list(islice(one.states(), MOST + 1))
    if len(states) > MOST:
        raise ValueError(f"{', '.join(one.knobs)}: more states than the {MOST} that are recorded")
    frames: dict = {}
    shown = {key(numbers): one.seen(**values) for numbers, values in states}
    places = {state: frames.setdefault(frame, len(frames)) for state, frame in shown.items()}
    return dict(knobs=told(one, states), frames=list(frames), states=places)


def key(numbers):
    """The choices of some knobs as text."""
    return ",".join(map(str, numbers))


def told(one, states):
    """What a page must know of each knob; choices that follow others, for each state of these."""
    found = []
    for k, (name, knob) in enumerate(one.knobs.items()):
        kind, before = kind_of(one, name), states if callable(knob.choices) else [((), {})]
        listed = {key(numbers[:k]): choices_of(knob, values) for numbers, values in before}
        texts = {state: list(map(said, choices)) for state, choices in listed.items()}
        first = choices_of(knob, one.values).index(one.values[name])
        own = dict(texts=list(knob.choices)) if kind == "words" else dict(texts=texts)
        own |= dict(values=listed) if kind == "slider" else {}
        own |= dict(label=knob.label, kind=kind, start=first, play=knob.play, group=knob.group)
        found.append(own)
    return found


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
    """Write each live view in it as a script that a page can load from a file, named by its mark.

    Frames are much alike: packed they take a twentieth.
    """
    for one in lives(shown):
        packed = gzip.compress(json.dumps(recorded(one), separators=(",", ":")).encode(), mtime=0)
        script = f'anchorsRecorded("{one.mark}", "{b64encode(packed).decode()}");\n'
        Path(folder, f"{one.mark}.js").write_text(script, encoding="utf-8")
