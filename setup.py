"""Build the distribution from settings.ini: metadata there, only the layout of the packages here."""

import re
from configparser import ConfigParser
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).parent
SUFFIX = "_requirements"


def read_settings():
    """The `[DEFAULT]` section of settings.ini as a mapping."""
    parser = ConfigParser(delimiters=["="], interpolation=None)
    parser.read(HERE / "settings.ini", encoding="utf-8")
    return parser["DEFAULT"]


def extras(settings):
    """One extra for each `NAME_requirements` of settings.ini."""
    return {key.removesuffix(SUFFIX): value.split() for key, value in settings.items() if key.endswith(SUFFIX)}


def versions(settings):
    """The Python versions from the oldest to the newest that settings.ini claims, each tested at both ends."""
    first, last = (int(settings[key].removeprefix("3.")) for key in ("min_python", "max_python"))
    return [f"Programming Language :: Python :: 3.{minor}" for minor in range(first, last + 1)]


def absolute(text, url):
    """The README with its links led to the repository: the package index has no files beside it."""
    link = re.compile(r"(!?)\[((?:[^][]|!\[[^]]*\]\([^)]*\))*)\]\((?!#|[a-z][a-z0-9+.-]*:)([^)\s]+)\)")
    lead = lambda found: f"{found[1]}[{found[2]}]({url}/{'raw' if found[1] else 'blob'}/main/{found[3]})"  # noqa: E731
    return link.sub(lead, text)


settings = read_settings()
package = settings["lib_path"]

setup(
    name=settings["lib_name"],
    version=settings["version"],
    description=settings["description"],
    long_description=absolute((HERE / "README.md").read_text(encoding="utf-8"), settings["git_url"]),
    long_description_content_type="text/markdown",
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Developers",
        "Intended Audience :: Education",
        "Programming Language :: Python :: 3",
        *versions(settings),
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Typing :: Typed",
    ],
    keywords=settings["keywords"].split(),
    author=settings["author"],
    url=settings["git_url"],
    project_urls={"Issues": f"{settings['git_url']}/issues"},
    license_expression=settings["license"],
    license_files=["LICENSE", "data/licenses/*.txt"],
    python_requires=f">={settings['min_python']}",
    install_requires=settings["requirements"].split(),
    extras_require=extras(settings),
    packages=[package, f"{package}.workshop", f"{package}.data", f"{package}.notebooks"],
    package_dir={package: package, f"{package}.data": "data", f"{package}.notebooks": "nbs"},
    package_data={
        package: ["py.typed", "*.pyi"],
        f"{package}.data": ["*.gz", "*.npz", "*.onnx", "*.txt", "README.md", "SHA256SUMS", "licenses/*.txt"],
        f"{package}.notebooks": ["*.ipynb", "*.md", "images/*"],
    },
    include_package_data=False,
    zip_safe=False,
    entry_points={
        "console_scripts": [f"grokking-anchors = {package}.cli:main"],
        "nbdev": [f"{package} = {package}._modidx:d"],
    },
)
