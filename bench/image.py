"""Pictures: 20 explanations with what they cost, their precision on fresh neighbours, rendering speed, a large photo.

    OMP_NUM_THREADS=1 python bench/image.py [pictures|render|large] [--fresh 5000] [--hide mean]
"""

import argparse
import resource
import time

import numpy as np
from skimage.data import astronaut, chelsea, coffee, rocket
from sklearn.datasets import load_digits, load_sample_image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from grokking_anchors import AnchorImage
from grokking_anchors.asking import Answers, agreement
from grokking_anchors.models import imagenet_model
from grokking_anchors.segments import Collage, mean_colours, segment

CATS = range(281, 286)


def peak():
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def squares(image):
    """Sixteen squares of an 8 x 8 digit."""
    return np.arange(8)[:, None] // 2 * 4 + np.arange(8) // 2


def digits():
    """Ten digits of the test set: name, picture, predict, target, options of AnchorImage."""
    train, test, labels, _ = train_test_split(*load_digits(return_X_y=True), random_state=0)
    model = LogisticRegression(C=0.01, max_iter=1000).fit(train, labels)
    predict = lambda pictures: model.predict(pictures.reshape(len(pictures), -1))
    for i, picture in enumerate(test[:10].reshape(-1, 8, 8)):
        yield f"digit {i}", picture, predict, None, dict(segmentation_fn=squares, hide_with=0)


def photos(hide):
    """Ten crops of 224 x 224 of bundled photos, with the ImageNet classifier."""
    predict, _ = imagenet_model()
    china, flower = load_sample_image("china.jpg"), load_sample_image("flower.jpg")
    crops = {
        "cat": (chelsea(), 38, 113), "cat, left": (chelsea(), 38, 40), "cat, low": (chelsea(), 76, 150),
        "coffee": (coffee(), 100, 200), "coffee, left": (coffee(), 100, 100), "rocket": (rocket(), 100, 208),
        "flower": (flower, 100, 208), "flower, low": (flower, 180, 250), "china": (china, 100, 208),
        "astronaut": (astronaut(), 0, 120),
    }  # fmt: skip
    for name, (photo, y, x) in crops.items():
        picture = photo[y : y + 224, x : x + 224]
        target = CATS if predict(picture[None])[0].argmax() in CATS else None
        yield name, picture, predict, target, dict(hide_with=hide)


class Timed:
    """A model that adds up its own seconds; `queries["seconds"]` holds those of rendering as well."""

    def __init__(self, function):
        self.function, self.seconds = function, 0.0

    def __call__(self, pictures):
        start = time.perf_counter()
        try:
            return self.function(pictures)
        finally:
            self.seconds += time.perf_counter() - start


def fresh_precision(explanation, agrees, n):
    """Share of n fresh neighbours under the rule that agree; equal ones are asked once."""
    answers, hits = Answers(explanation.sampler, agrees), 0.0
    rng = np.random.default_rng(12345)
    for i in range(0, n, 100):
        rules = np.tile(explanation.rule, (min(100, n - i), 1))
        hits += answers.recall(explanation.sampler.draw(rules, rng)[1]).sum()
    return hits / n


def pictures(args):
    """One line for each of the 20."""
    print(f"{'picture':14} {'certified':9} of {'rule':>4} {'coverage':>8} {'calls':>5} {'rows':>6} {'distinct':>8} "
          f"{'s model':>7} {'s else':>6} {'claimed':>7} {'fresh':>6} {'MB':>5}")  # fmt: skip
    for name, picture, predict, target, options in [*digits(), *photos(args.hide)]:
        start, model = time.perf_counter(), Timed(predict)
        found = AnchorImage(model, picture.shape, seed=0, **options).explain(picture, target=target)
        total, inside, q = time.perf_counter() - start, model.seconds, found.queries
        fresh = fresh_precision(found, agreement(predict, picture[None], target), args.fresh)
        claim = "-" if found.precision is None else f"{found.precision:.3f}"
        sizes = f"{found.certified!s:9} {len(found.rule)} {found.rule.sum():4} {found.coverage:8.4f}"
        cost = f"{q['calls']:5} {q['rows']:6} {q['distinct']:8} {inside:7.2f} {total - inside:6.2f}"
        print(f"{name:14} {sizes} {cost} {claim:>7} {fresh:6.4f} {peak():5.0f}", flush=True)


def render(args):
    """CPU seconds for 100 neighbours at 300 x 451."""
    image = chelsea()
    labels = segment(image)
    for dtype in (np.uint8, np.float32, np.float64):
        picture = image.astype(dtype)
        collage = Collage(picture, labels, [mean_colours(picture, labels)])
        rng, seconds = np.random.default_rng(0), []
        for _ in range(7):
            start = time.process_time()
            choices = collage.draw(np.zeros((100, len(collage.names)), bool), rng)[1]
            collage.render(choices)
            seconds.append(time.process_time() - start)
        print(f"{np.dtype(dtype)!s:8} {np.median(seconds):.3f} CPU s per 100 neighbours of {image.shape}")


def large(args):
    """A photo of twelve megapixels, and a model that looks at one corner."""
    photo = np.kron(chelsea()[:, :400], np.ones((10, 10, 1), np.uint8))
    photo[:300, :300] = 255
    model = lambda pictures: (pictures[:, :300, :300].min(axis=(1, 2, 3)) == 255).astype(int)
    print(f"{photo.shape}: {photo.nbytes / 2**20:.0f} MB; before: peak {peak():.0f} MB")
    grid = lambda image: np.add.outer(np.arange(image.shape[0]) // 1000 * 4, np.arange(image.shape[1]) // 1000)
    for name, options in (("3 x 4 squares", dict(segmentation_fn=grid, hide_with=0)), ("slic", dict(hide_with=0))):
        start, cpu = time.perf_counter(), time.process_time()
        found = AnchorImage(model, photo.shape, seed=0, **options).explain(photo, max_queries=2000)
        print(f"{name}: certified {found.certified}, {found.raw['names']}, {found.queries['rows']} rows, "
              f"{found.queries['distinct']} distinct, {time.perf_counter() - start:.0f} s, CPU "
              f"{time.process_time() - cpu:.0f} s, peak {peak():.0f} MB", flush=True)  # fmt: skip
        page, text = found._repr_html_(), found.to_json()
        print(f"    HTML {len(page) / 1024:.0f} KB, JSON {len(text) / 2**20:.0f} MB, peak {peak():.0f} MB")


def main():
    """What the command line names; all three without a name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["pictures", "render", "large"])
    parser.add_argument("--fresh", type=int, default=5000, help="fresh neighbours per anchor")
    parser.add_argument("--hide", default="mean", help="what replaces a hidden segment of a photo")
    args = parser.parse_args()
    for job in (render, pictures, large):
        if args.what in (None, job.__name__):
            job(args)


if __name__ == "__main__":
    main()
