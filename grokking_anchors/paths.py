"""Where the bundled data and notebooks are, installed or in a checkout."""

import csv
import gzip
from pathlib import Path

__all__ = ["data_path", "data_rows", "notebooks_path"]

_PACKAGE = Path(__file__).resolve().parent


def _folder(
    installed: str,  # folder inside the installed package
    checkout: str,  # the same folder's name in the repository
) -> Path:  # the folder that exists
    """The folder as it lies in site-packages, or else in the repository around the package."""
    inside = _PACKAGE / installed
    return inside if inside.is_dir() else _PACKAGE.parent / checkout


def data_path(
    name: str,  # file name, such as "census.csv.gz"
) -> Path:  # path of the existing file
    """Path of a bundled data file; ValueError names the files there are."""
    folder = _folder("data", "data")
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
    if name not in files:
        raise ValueError(f"no data file {name!r}; there are: {', '.join(files)}")
    return files[name]


def notebooks_path() -> Path:  # folder with the .ipynb files
    """The folder that holds the notebooks."""
    return _folder("notebooks", "nbs")


def data_rows(
    name: str,  # of a bundled .csv.gz file
) -> list[dict]:  # a dict of texts for each line
    """The lines of a bundled table."""
    with gzip.open(data_path(name), "rt", encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))
