"""Looks at a tree as an importer does: reads the clues that are asked for, until it is recognised."""

from netipl.media.recognise import CLUES, MOST_OF_A_CLUE, recognised
from netipl.media.recognition import Further, Recognised
from tests.media_trees import Tree
from tests.synthetic_media import Synthetic


def look(
    tree: Tree, *, listed: bool = True, source: str = "", suite: str = "", first: tuple[str, ...] = ()
) -> Recognised:
    """With the names of all files, or as on a mirror that lists none."""
    sizes = {name: len(data) for name, data in tree.items()} if listed else None
    clues: dict[str, bytes | None] = {}
    wanted = (*first, *CLUES)
    for _ in range(4):
        assert clues.keys().isdisjoint(wanted), "what was read is asked for again"
        clues |= {name: tree[name][:MOST_OF_A_CLUE] if name in tree else None for name in wanted}
        found = recognised(clues, sizes, source=source, suite=suite)
        if isinstance(found, Recognised):
            return found
        assert isinstance(found, Further)
        wanted = found.names
    raise AssertionError("it asks on and on")


def row(name: str, rows: tuple[Synthetic, ...]) -> Synthetic:
    return next(each for each in rows if each.name == name)
