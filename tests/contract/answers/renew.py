"""Writes tests/vectors/answers anew, from the shipped templates. Read what has changed before it is committed."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from netipl.answers import overlay, render
from netipl.answers.kind import Kind
from netipl.store import templates
from tests.contract.answers.installers import INSTALLERS

VECTORS = Path(__file__).parents[2] / "vectors" / "answers"


@cache
def made() -> Mapping[str, str]:
    """By path below the vectors: for each installer, the least and all."""
    shipped, found = templates.shipped(), dict[str, str]()
    for installer in INSTALLERS:
        for name, facts in (("least", installer.least()), ("full", installer.full())):
            files = render.files(installer.kind, shipped, facts)
            if installer.kind is Kind.ALPINE:
                (packed,) = files.values()
                files = overlay.members(packed)
            found |= {f"{installer}/{name}/{file}": contents.decode() for file, contents in files.items()}
    return found


@cache
def expected() -> Mapping[str, str]:
    """What is in the directory."""
    return {str(path.relative_to(VECTORS)): path.read_text("utf-8") for path in VECTORS.rglob("*") if path.is_file()}


def main() -> None:
    """Replace what is there."""
    for path in expected():
        (VECTORS / path).unlink()
    for name, text in made().items():
        (VECTORS / name).parent.mkdir(parents=True, exist_ok=True)
        (VECTORS / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
