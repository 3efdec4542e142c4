"""A thousand explanations of each kind in one process: memory after every hundred, and whether the last are the first.

OMP_NUM_THREADS=1 python bench/long_runs.py
"""

import gc
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from test_long_runs import kinds, stored  # noqa: E402


def resident():
    """MiB of this process, now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def run(name, explainer, instances, n=1000):
    """Print the memory on the way, milliseconds for each, and how many differ from the first with their seed."""
    first, different, start, said = {}, 0, time.perf_counter(), []
    for i in range(n):
        key = i % 3, i % 7
        text = stored(explainer.explain(instances[key[0]], seed=key[1], max_queries=3000))
        different += first.setdefault(key, text) != text
        if i % 100 == 99:
            gc.collect()
            said.append(f"{resident():.1f}")
    each = (time.perf_counter() - start) / n * 1000
    print(f"{name:8} {each:6.1f} ms each; {different} of {n} differ; MiB after every hundred: {' '.join(said)}")


if __name__ == "__main__":
    for name, (explainer, instances, _) in kinds().items():
        run(name, explainer, instances)
