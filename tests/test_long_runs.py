"""Long runs: flat memory, the same bytes for the same seed wherever and whenever, nothing sent, nothing left behind.

python tests/test_long_runs.py   prints one digest for each kind, and what the process wrote and whom it called
"""

import copy
import gc
import hashlib
import json
import os
import pickle
import socket
import subprocess
import sys
import tracemalloc

import numpy as np
from sklearn.linear_model import LogisticRegression

from grokking_anchors import AnchorImage, AnchorTabular, AnchorText, Explanation, explain_many

ROWS = np.random.default_rng(0).normal(size=(80, 3))
PICTURES = np.random.default_rng(1).integers(10, 250, size=(3, 4, 4), dtype=np.uint8)
TEXTS = ["a good film that is long", "good, and not bad", "it is bad"]
FITTED = LogisticRegression().fit(ROWS, ROWS[:, 0] > ROWS[:, 1])


def squares(image):
    """Four of them."""
    return np.arange(4)[:, None] // 2 * 2 + np.arange(4) // 2


def good(texts):
    """Is it said, and not taken back?"""
    return np.array(["good" in text and "not" not in text for text in texts])


def bright(pictures):
    """One corner or the other."""
    return (pictures[:, 0, 0] > 100).astype(int) + (pictures[:, 3, 3] > 100)


def kinds():
    """Of each kind a fresh explainer, three instances, and the options of a long way."""
    picture = AnchorImage(bright, (4, 4), segmentation_fn=squares, hide_with="noise", seed=0)
    return {
        "text": (AnchorText(good, seed=0), TEXTS, dict(search="beam")),
        "table": (AnchorTabular(FITTED, seed=0).fit(ROWS), list(ROWS[:3]), dict(max_queries=3000)),
        "picture": (picture, list(PICTURES), dict(search="beam")),
    }


def stored(explanation, text=""):
    """The file, without the seconds that it took."""
    state = json.loads(text or explanation.to_json())
    del state["queries"]["seconds"]
    return json.dumps(state)


def digests():
    """Kind -> what its three explanations are, in a few letters."""
    return {
        name: hashlib.sha256("".join(stored(e) for e in explain_many(*of[:2], n_jobs=1, **of[2])).encode()).hexdigest()
        for name, of in kinds().items()
    }


def test_the_same_bytes_elsewhere(tmp_path):
    """Another process, hash seed and number of threads: the same files; it calls nobody and writes nothing."""
    env = {**os.environ, "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.Popen([sys.executable, __file__], text=True, stdout=subprocess.PIPE, cwd=tmp_path, env=env)
    here = digests()
    found = json.loads(run.communicate(timeout=60)[0])
    assert run.returncode == 0 and list(tmp_path.iterdir()) == []
    assert found == {"digests": here, "wrote": [], "called": [], "noticed": [1, 1]}


def test_history_leaves_no_trace():
    """An explainer that has explained other things says the same as a fresh one."""
    used, fresh = kinds(), kinds()
    for name, (explainer, instances, options) in used.items():
        first, *_ = [stored(explainer.explain(one, seed=3, **options)) for one in [*instances[1:], instances[0]]][::-1]
        assert first == stored(fresh[name][0].explain(instances[0], seed=3, **options)), name


def test_copies_are_the_same():
    """Pickled, deeply copied, through a file."""
    for name, (explainer, instances, options) in kinds().items():
        one = explainer.explain(instances[0], **options)
        for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), Explanation.from_json(one.to_json())):
            assert type(other) is type(one) and other.to_json() == one.to_json() and str(other) == str(one), name


def test_memory_stays_flat():
    """After a warm-up, 28 explanations of the three kinds leave less than 1.5 KiB each (numpy keeps small blocks)."""
    doors = kinds()

    def explain_some(n):
        for explainer, instances, _ in doors.values():
            for i in range(n // (3 if isinstance(explainer, AnchorTabular) else 1)):
                explainer.explain(instances[i % 3], max_queries=1000, seed=i % 3).to_json()
        gc.collect()

    tracemalloc.start()
    explain_some(9)
    before = tracemalloc.get_traced_memory()[0]
    explain_some(12)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 28 * 1536, f"{grown} bytes after 28 explanations"


def watch():
    """From now on: the files that are opened for writing, or made or moved, and the servers that are called."""
    wrote, called = [], []

    def hook(event, args):
        if event == "open" and (set(str(args[1])) & set("wax+") or args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            wrote.append(str(args[0]))
        if event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link"):
            wrote.append(f"{event} {args[0]}")
        if event.startswith("socket.") and event != "socket.__new__":
            called.append(event)

    sys.addaudithook(hook)
    return wrote, called


def spoil(wrote, called):
    """What the watch notices when a file is written and somebody is called who is not there."""
    before = len(wrote), len(called)
    with open(os.devnull, "w"), open(os.devnull), socket.socket() as nobody:
        nobody.connect_ex(("127.0.0.1", 9))
    return [len(wrote) - before[0], len(called) - before[1]]


if __name__ == "__main__":
    wrote, called = watch()
    told = {"digests": digests(), "wrote": wrote[:], "called": called[:]}
    print(json.dumps(told | {"noticed": spoil(wrote, called)}))
