"""The parts of an .ins list, for the screen and for JSON, and all that is wrong with them."""

from collections.abc import Iterator

from netipl.cli.describe import size
from netipl.firmware.ins_reading import differences
from netipl.images import ins_layout
from netipl.store.ins_files import Listed
from netipl.wire import printable

_LONGEST = 4096


def problems(listed: Listed) -> list[str]:
    """What is wrong with the files. Where one is missing, nothing can be said of how they fit."""
    missing = [f"{part.name} at {part.address:#x} is missing: {reason}" for part, reason in listed.missing]
    texts = missing or [problem.text for problem in ins_layout.problems(listed.placed)]
    return [printable(text, _LONGEST) for text in texts]


def firmware_differs(listed: Listed) -> list[str]:
    """Where the firmware reads the list otherwise than it is meant."""
    return list(differences(listed.data, listed.list))


def described(listed: Listed) -> dict[str, object]:
    """For JSON."""
    held = {(part.name, part.address): part for part in listed.placed}
    parts = []
    for part in listed.list.parts:
        there = held.get((part.name, part.address))
        row = {"name": printable(part.name, _LONGEST), "address": part.address}
        parts.append({**row, "size": there.content.size if there else None, "role": there.role if there else None})
    return {
        "comment": printable(listed.list.comment, _LONGEST),
        "root": str(listed.root),
        "parts": parts,
        "problems": problems(listed),
        "firmware_differs": firmware_differs(listed),
    }


def lines(listed: Listed) -> Iterator[str]:
    """For people."""
    held = {(part.name, part.address): part for part in listed.placed}
    yield f"  comment        {printable(listed.list.comment, _LONGEST)}"
    yield f"  relative to    {printable(str(listed.root), _LONGEST)}"
    for part in listed.list.parts:
        there = held.get((part.name, part.address))
        what = f"{size(there.content.size):>9}  {there.role}" if there else "  missing"
        yield f"  {part.address:#010x}  {what:<26}  {printable(part.name, _LONGEST)}"
    yield from (f"  ! {text}" for text in (*problems(listed), *firmware_differs(listed)))
