"""Programs for guests that come with netipl, as contents."""

from importlib import resources
from pathlib import Path

from netipl import content
from netipl.content import Content


def reipl_program() -> Content:
    """The re-IPL program as it was built. Raises ContentError where netipl is not installed whole."""
    return content.of_file(Path(str(resources.files("netipl.payload").joinpath("reipl", "reipl.img"))))
