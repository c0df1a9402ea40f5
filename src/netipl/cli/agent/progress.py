"""What takes time, said on one line of a terminal, or line by line where there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def working(words: str) -> Iterator[Callable[[str], None]]:
    """A function to be told what is being done; `words` stand there first."""
    console = Console(stderr=True)
    with console.status(words) as status:

        def progress(now: str) -> None:
            status.update(now)
            if not console.is_terminal:
                console.print(now, highlight=False)

        yield progress
