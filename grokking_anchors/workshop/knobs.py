"""A view (a sentence and a picture), and the widgets that move it."""

import html
from collections.abc import Callable
from copy import copy
from hashlib import sha256
from inspect import signature
from itertools import product
from textwrap import fill
from threading import Thread
from typing import Any, NamedTuple

import ipywidgets as widgets

from ..asking import predictor_of
from ..plots import GREY, INK, TEAL, chip, png, svg
from ..settings import require

__all__ = [
    "Counted",
    "Knob",
    "Live",
    "Stopped",
    "View",
    "counted_search",
    "live",
    "page",
    "search_panel",
    "title",
    "words",
]


class View(NamedTuple):
    """What can be seen: a sentence, and a picture that says the same."""

    text: str
    picture: Any = ""  # a matplotlib figure, HTML as text, or a list of them

    def parts(self):
        """The figures and texts of the picture."""
        return self.picture if isinstance(self.picture, list) else [self.picture]

    def _ipython_display_(self):
        from IPython.display import HTML, display

        print(fill(self.text, 96))
        for part in self.parts():
            display(HTML(part) if isinstance(part, str) else part)


def page(
    view: View,
    draw: Any = svg,  # how a figure becomes HTML
) -> str:  # HTML
    """The sentence, then the picture with the sentence as its alternative text."""
    text = html.escape(view.text)
    shown = [part if isinstance(part, str) else draw(part, text) for part in view.parts()]
    return f'<p role="status">{text}</p>{"".join(shown)}'


def failure(error):
    """A view of what went wrong."""
    return View(f"{type(error).__name__}: {error}")


# ---- knobs ------------------------------------------------------------------------------


class Knob(NamedTuple):
    """What a reader may move: what there is to choose from, and how people call it.

    `choices` is a list or range; (low, high) or (low, high, step); True or False, where a switch
    starts; `words(...)`; or a function of earlier knobs' values, by name, that returns a list.
    """

    choices: Any
    label: str = ""  # with its unit; the argument's name when not given
    play: bool = False  # a button that runs through the choices
    group: str = ""  # knobs of one group stand below each other, under its name


class words(tuple):
    """Words of a sentence, held by clicking on them; the value is a tuple of bool, one for each."""


def knob_of(name, given):
    """A `Knob`, whatever was given. TypeError when it is none of these."""
    knob = given if isinstance(given, Knob) else Knob(given)
    choices = knob.choices
    if isinstance(choices, tuple) and not isinstance(choices, words):
        low, high, step = (*choices, 1)[:3] if len(choices) > 1 else (0, 0, 0)
        require(step > 0 and high >= low, f"{name} must be (low, high) or (low, high, step), came: "
                f"{choices!r}", TypeError)  # fmt: skip
        n = int((high - low) / step + 1e-9) + 1
        choices = [round(low + i * step, 10) for i in range(n)]
    elif isinstance(choices, range):
        choices = list(choices)
    fine = isinstance(choices, bool | words | list) or callable(choices)
    require(fine and choices not in ([], ()), f"{name} must be a range, a list, True, False, words "
            f"or a function, came: {given!r}", TypeError)  # fmt: skip
    return knob._replace(choices=choices, label=knob.label or name)


def choices_of(
    knob: Knob,
    values: dict,  # of the earlier knobs
) -> list:  # all values that it can have now
    """What there is to choose from."""
    if isinstance(knob.choices, words):
        return list(product((False, True), repeat=len(knob.choices)))
    if isinstance(knob.choices, bool):
        return [False, True]
    if callable(knob.choices):
        return list(
            knob.choices(**{name: values[name] for name in signature(knob.choices).parameters})
        )
    return knob.choices


def nearest(
    choices: list,
    value: Any,
) -> Any:  # one of them
    """The value, if it is still among the choices, or what is nearest to it."""
    if value in choices:
        return value
    try:
        return min(choices, key=lambda one: abs(one - value))
    except TypeError:
        return choices[0]


def said(value):
    """A choice as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def row(
    controls: Any,  # widgets
) -> widgets.Widget:
    """Controls beside each other; on a narrow screen they wrap."""
    return widgets.HBox(list(controls), layout=widgets.Layout(flex_flow="row wrap"))


# ---- live -------------------------------------------------------------------------------

STYLE = f"""<style>
button.anchor-word {{ background: #ffffff; color: {INK}; border: 1px solid {GREY}; width: auto;
  border-radius: 4px; padding: 2px 8px; margin: 2px; height: auto; line-height: 1.5;
  font-size: 15px; }}
button.anchor-word.mod-active {{ background: {TEAL}; color: #ffffff; border-color: {TEAL}; }}
button.anchor-word:focus-visible {{ outline: 3px solid {INK}; outline-offset: 1px; }}
</style>"""


def slider(knob, choices):
    """A slider over the choices; with `play`, a button that runs through them."""
    options = [(said(one), one) for one in choices]
    made: Any = widgets.SelectionSlider(options=options, description=knob.label)
    made.style.description_width = "6em" if knob.group else "initial"  # in a column of one width
    room = f"{min(len(knob.label) // 2 + 13, 26)}em"  # else nothing is left to slide on
    made.layout = widgets.Layout(width="auto", max_width="100%", min_width=room)
    if not knob.play:
        return made, made
    play = widgets.Play(min=0, max=len(options) - 1, interval=700, show_repeat=False)
    play.observe(
        lambda change: setattr(made, "index", min(change.new, len(made.options) - 1)), "value"
    )
    made.observe(lambda change: setattr(play, "value", change.new), "index")
    made.observe(lambda change: setattr(play, "max", len(change.new) - 1), "options")
    return made, row([play, made])


def buttons(knob, choices):
    """Texts to choose from."""
    made = widgets.ToggleButtons(options=list(zip(choices, choices)), description=knob.label)
    made.style.description_width = made.style.button_width = "initial"
    return made, made


class Chips(widgets.HBox):
    """A sentence whose words are buttons."""

    def __init__(self, knob):
        self.buttons = [widgets.ToggleButton(description=word) for word in knob.choices]
        for button in self.buttons:
            button.add_class("anchor-word")
            button.layout = widgets.Layout(width="auto")
        label = widgets.Label(knob.label)
        super().__init__([label, *self.buttons], layout=widgets.Layout(flex_flow="row wrap"))

    @property
    def value(self):
        """Which words are held."""
        return tuple(button.value for button in self.buttons)

    @value.setter
    def value(self, held):
        for button, on in zip(self.buttons, held):
            button.value = bool(on)


class Panel(widgets.VBox):
    """Widgets below each other; a notebook stores what they show first."""

    def still(self):
        """The first frames as HTML: what begins a page without a kernel."""
        seen = (one for one in self.children if isinstance(one, Panel | widgets.HTML))
        return "".join(one.still() if isinstance(one, Panel) else one.value for one in seen)

    def _repr_mimebundle_(self, **kind):
        return super()._repr_mimebundle_(**kind) | {"text/html": self.still()}


class Live(Panel):
    """The view under its knobs; it follows them. An error is shown where the view would be."""

    def __init__(self, view, start, knobs):
        self.view, self.knobs, self.moving = view, knobs, False
        self.screen, self.controls, values, shown = widgets.HTML(), {}, {}, {}
        for name, knob in knobs.items():
            choices = choices_of(knob, values)
            made, seen = self.control(knob, choices)
            first = start.get(name, knob.choices if isinstance(knob.choices, bool) else choices[0])
            require(first in choices, f"start: {name} must be one of its choices, came: {first!r}")
            made.value = values[name] = first
            self.controls[name] = made
            shown.setdefault(knob.group, []).append(seen)
        for made in self.controls.values():
            for part in getattr(made, "buttons", [made]):
                part.observe(self.follow, "value")
        columns = [self.column(group, seen) for group, seen in shown.items()]
        super().__init__([widgets.HTML(STYLE), row(columns), self.screen])
        self.show()
        told = [(name, knob.label, choices_of(knob, values)) for name, knob in knobs.items()]
        first = repr((told, self.screen.value.partition("</p>")[0]))
        self.mark = sha256(first.encode()).hexdigest()[:12]  # the same in every run

    @staticmethod
    def control(knob, choices):
        """The widget that has the value, and the one that is seen."""
        if isinstance(knob.choices, words):
            return [Chips(knob)] * 2
        if isinstance(knob.choices, bool):
            return [widgets.Checkbox(description=knob.label, indent=False)] * 2
        few = all(isinstance(one, str) for one in choices) and not knob.play
        return (buttons if few else slider)(knob, choices)

    @staticmethod
    def column(group, seen):
        """The knobs of one group: side by side without a name, else below it."""
        if group:
            name = widgets.HTML(f"<b>{html.escape(group)}</b>")
            beside = dict(flex="1 1 20em", min_width="20em")  # two have room on a page
            return widgets.VBox([name, *seen], layout=beside)
        return row(seen)

    @property
    def values(self):
        """Name -> value of each knob."""
        return {name: made.value for name, made in self.controls.items()}

    def follow(self, change):
        """A knob was moved: the choices of those that depend on it, then the view."""
        if self.moving:
            return
        self.moving = True
        try:
            for name, knob in self.knobs.items():
                if callable(knob.choices):
                    self.renew(self.controls[name], choices_of(knob, self.values))
        finally:
            self.moving = False
        self.show()

    @staticmethod
    def renew(made, choices):
        """New choices, and what is nearest to the old one."""
        if [one for _, one in made.options] != choices:
            kept = nearest(choices, made.value)
            made.options = [(said(one), one) for one in choices]
            made.value = kept

    def seen(self, draw=svg, **values):
        """The page for these values."""
        try:
            return page(self.view(**values), draw)
        except Exception as error:
            return page(failure(error))

    def show(self):
        """Draw what the knobs say."""
        self.screen.value = self.seen(**self.values)

    # ---- without a kernel

    def states(self):
        """Every state: (number of each choice), values."""

        def below(names, numbers, values):
            if not names:
                yield numbers, values
                return
            for i, one in enumerate(choices_of(self.knobs[names[0]], values)):
                yield from below(names[1:], (*numbers, i), values | {names[0]: one})

        yield from below(list(self.knobs), (), {})

    def still(self):
        """The first frame as HTML."""
        lines = []
        for name, knob in self.knobs.items():
            value, shown = self.values[name], self.controls[name]
            there: Any = zip(knob.choices, value) if isinstance(knob.choices, words) else ()
            if isinstance(shown, widgets.ToggleButtons):
                there = [(text, one == value) for text, one in shown.options]
            told = " ".join(chip(text, "held" if on else "kept") for text, on in there)
            told = told or html.escape(said(value))
            label = f"{knob.group}, {knob.label}" if knob.group else knob.label
            lines.append(f"{html.escape(label)}: {told}")
        knobs = f"<p>{' &nbsp; '.join(lines)}</p>"
        seen = knobs + self.seen(png, **self.values)
        return f'<div class="anchor-live" data-live="{self.mark}">{seen}</div>'


def live(
    view: Callable,  # function of the knobs' values -> `View`
    start: dict | None = None,  # values to start from; the first choice when not given
    **knobs,  # name of an argument -> `Knob`, or its choices
) -> Live:
    """The view under its knobs; one that follows others has only choices that are possible."""
    made = {name: knob_of(name, given) for name, given in knobs.items()}
    unknown = set(start or {}) - set(made)
    require(not unknown, f"start names knobs that are not there: {sorted(unknown)}")
    return Live(view, start or {}, made)


def title(
    text: str,
) -> widgets.Widget:
    """A heading."""
    return widgets.HTML(f"<h4>{html.escape(text)}</h4>")


# ---- a search on a button ----------------------------------------------------------------


class Stopped(Exception):
    """Raised in a search that was told to stop."""


class Counted:
    """A model that counts its inputs, tells about them, and refuses once `stopped` is set."""

    def __init__(
        self,
        predict: Any,  # function, or object with a `predict` method
        tell: Any = lambda asked: None,  # function: questions so far -> anything
    ):
        self.model, self.tell = predictor_of(predict), tell
        self.asked, self.stopped = 0, False

    def __call__(self, inputs):
        if self.stopped:
            raise Stopped
        self.asked += len(inputs)
        self.tell(self.asked)
        return self.model(inputs)


def counted_search(
    explainer: Any,  # its model is `explainer.model`
    counted: Counted,  # stands in for that model
    instance: Any,
    **settings,  # of `explain`
) -> Any:  # Explanation, or None when it was stopped
    """A search whose questions are counted; the explainer stays as it is."""
    explainer = copy(explainer)
    explainer.predictor = counted
    try:
        return explainer.explain(instance, **settings)
    except Stopped:
        return None


SETTINGS = {  # name -> where it starts, choices, label
    "threshold": (0.95, [round(0.5 + i / 100, 2) for i in range(50)], "threshold"),
    "delta": (0.1, [0.001, 0.01, 0.05, 0.1, 0.2, 0.3], "delta, the share of false claims"),
    "tau": (0.15, [0.01, 0.05, 0.1, 0.15, 0.3, 0.5], "tau, the tolerance"),
}


def setting(
    name: str,  # of one of the three
    start: Any = None,  # its value; the default when not given
) -> widgets.Widget:
    """A slider that stands at that value, whichever it is."""
    default, choices, label = SETTINGS[name]
    value = default if start is None else start
    made, _ = slider(Knob([], label), sorted({*choices, value}))
    made.value = value
    return made


def search_panel(
    explainer: Any,  # of text, table or image
    instance: Any,
    **options,  # of `explain`; threshold, delta and tau are where their sliders start
) -> widgets.Widget:
    """Threshold, delta and tau; a search on a button, its questions counted, and a stop."""
    knobs = {name: setting(name, options.pop(name, None)) for name in SETTINGS}
    go = widgets.Button(description="search")
    stop = widgets.Button(description="stop", disabled=True)
    count, screen = widgets.HTML("no question asked yet"), widgets.HTML()
    model = predictor_of(explainer.model)
    panel = widgets.VBox([row([*knobs.values(), go, stop, count]), screen])
    panel.counted = panel.thread = None  # of the last search

    def tell(asked):
        count.value = f'<span role="status">{asked:,} questions asked</span>'

    def search(counted, settings):
        try:
            found = counted_search(explainer, counted, instance, **settings)
            stopped = page(View("Stopped: no answer.", ""))
            screen.value = stopped if found is None else found._repr_html_()
        except Exception as error:
            screen.value = page(failure(error))
        finally:
            go.disabled, stop.disabled = False, True

    def start(button):
        go.disabled, stop.disabled = True, False
        panel.counted = Counted(model, tell)
        settings = {name: knob.value for name, knob in knobs.items()} | options
        panel.thread = Thread(target=search, args=(panel.counted, settings), daemon=True)
        panel.thread.start()

    go.on_click(start)
    stop.on_click(lambda button: setattr(panel.counted, "stopped", True))
    return panel
