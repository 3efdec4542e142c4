"""A view (a sentence and a picture), and the widgets that move it."""

import html
from copy import copy
from textwrap import fill
from threading import Thread
from typing import Any, NamedTuple

import ipywidgets as widgets

from ..asking import predictor_of
from ..plots import png
from ..settings import require

__all__ = ["Counted", "Stopped", "View", "control", "counted_search", "live", "page", "search_panel", "title"]


class View(NamedTuple):
    """What can be seen: a sentence, and a picture that says the same."""

    text: str
    picture: Any  # a matplotlib figure, or HTML as text

    def _ipython_display_(self):
        from IPython.display import HTML, display

        print(fill(self.text, 96))
        display(HTML(self.picture) if isinstance(self.picture, str) else self.picture)


def page(
    view: View,
) -> str:  # HTML
    """The sentence, then the picture with the sentence as its alternative text."""
    text, picture = html.escape(view.text), view.picture
    if not isinstance(picture, str):
        picture = png(picture, text)
    return f'<p role="status">{text}</p>{picture}'


def failure(error):
    """A view of what went wrong."""
    return View(f"{type(error).__name__}: {error}", "")


def title(
    text: str,
) -> widgets.Widget:
    """A heading."""
    return widgets.HTML(f"<h4>{html.escape(text)}</h4>")


def row(
    controls: Any,  # widgets
) -> widgets.Widget:
    """Controls beside each other; on a narrow screen they wrap."""
    return widgets.HBox(list(controls), layout=widgets.Layout(flex_flow="row wrap"))


def control(
    name: str,  # shown beside it
    values: Any,  # (low, high), (low, high, step), a list of choices, True, False, or a widget
    start: Any = None,  # where it stands first; a slider at its low end when not given
) -> widgets.Widget:
    """A labelled control, wide enough for its label. TypeError when `values` is none of these."""
    if isinstance(values, list):
        made = widgets.SelectionSlider(options=[(str(item), item) for item in values])
    else:
        made = widgets.interactive.widget_from_abbrev(values)
    require(isinstance(made, widgets.Widget),
            f"{name} must be a range, a list, True, False or a widget, came: {values!r}", TypeError)
    if start is None and isinstance(values, tuple):
        start = values[0]
    if start is not None:
        made.value = start
    made.description = made.description or name
    made.style.description_width = "initial"
    made.layout.max_width = "100%"
    return made


def live(
    view: Any,  # function of the controls' values -> `View`
    start: dict | None = None,  # values to start from
    **ranges,  # name of an argument -> what `control` takes
) -> widgets.Widget:
    """The view under its controls; it follows them. An error is shown where the view would be."""
    first, screen = start or {}, widgets.HTML()
    controls = {name: control(name, values, first.get(name)) for name, values in ranges.items()}

    def show(change=None):
        try:
            screen.value = page(view(**{name: made.value for name, made in controls.items()}))
        except Exception as error:
            screen.value = page(failure(error))

    for made in controls.values():
        made.observe(show, "value")
    show()
    return widgets.VBox([row(controls.values()), screen])


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


def search_panel(
    explainer: Any,  # of text, table or image
    instance: Any,
    **options,  # further ones of `explain`
) -> widgets.Widget:
    """Threshold, delta and tau; a search on a button, its questions counted, and a stop."""
    knobs = {
        "threshold": control("threshold", (0.5, 0.99, 0.01), 0.95),
        "delta": control("delta", [0.001, 0.01, 0.05, 0.1, 0.2, 0.3], 0.1),
        "tau": control("tau", [0.01, 0.05, 0.1, 0.15, 0.3, 0.5], 0.15),
    }
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
