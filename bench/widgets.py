"""From touch to picture: how long each widget of the notebooks takes from a new value to the new page.

OMP_NUM_THREADS=1 python bench/widgets.py          every widget
OMP_NUM_THREADS=1 python bench/widgets.py 03 05    those of some notebooks

Each notebook runs in a fresh kernel up to its last widget; `python -m pytest --browser -s tests/test_site.py` says the
same of the reading copy.
"""

import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import record

import refresh

MEASURE = """
import random, statistics, time
from grokking_anchors.workshop.recording import lives
def moved(one, rng=random.Random(0)):
    made = rng.choice(list(one.controls.values()))
    made = rng.choice(getattr(made, "buttons", [made]))
    start = time.perf_counter()
    if not hasattr(made, "options"): made.value = not made.value
    else: made.index = rng.choice([i for i in range(len(made.options)) if i != made.index] or [0])
    return 1000 * (time.perf_counter() - start)
for one in lives(Out[max(Out)]):
    times = [moved(one) for _n in range(21)][1:]
    print(f"{', '.join(one.knobs):40} {sum(1 for _s in one.states()):6,} states, "
          f"median {statistics.median(times):4.0f} ms, largest {max(times):4.0f} ms")
"""


def main():
    """Each notebook that has a widget."""
    os.environ.update(refresh.FIXED)
    for path in refresh.notebooks(sys.argv[1:]):
        notebook = record.recording(path, MEASURE)
        if notebook.cells:
            print(path.stem)
            refresh.execute(notebook, path)
            for cell in notebook.cells:
                for line in [out.text for out in cell.get("outputs", []) if cell.source == MEASURE and "text" in out]:
                    print(re.sub("^", "    ", line.rstrip(), flags=re.MULTILINE))


if __name__ == "__main__":
    main()
