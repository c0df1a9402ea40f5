"""The shell programs in answer files, which a shell can read without running them (`sh -n`)."""

from collections.abc import Iterator

from netipl.answers.checks import kickstart, preseed
from netipl.answers.finding import Source
from netipl.answers.kind import Kind
from netipl.values import value


@value(kw_only=True)
class Piece:
    """`line` is that of the file at which `text` begins; `is_joined` says that all of it stands for one line there."""

    text: str
    line: int = 1
    is_joined: bool = False


def pieces(kind: Kind, source: Source) -> Iterator[Piece]:
    """Of those kinds where they stand as they are; elsewhere they are inside of strings."""
    match kind:
        case Kind.ALPINE if source.text.startswith("#!/bin/sh"):
            yield Piece(text=source.text)
        case Kind.KICKSTART:
            yield from _sections(source)
        case Kind.PRESEED:
            for each in preseed.answers(source):
                if isinstance(each, preseed.Answer) and each.question in preseed.COMMANDS:
                    yield Piece(text=each.answer, line=each.line, is_joined=True)
        case _:
            pass


def _sections(source: Source) -> Iterator[Piece]:
    lines = source.text.split("\n")
    for each in kickstart.sections(lines):
        is_program = each.name in kickstart.PROGRAMS and "--interpreter" not in lines[each.first - 1]
        if is_program and each.is_ended:
            yield Piece(text="\n".join([*lines[each.first : each.last - 1], ""]), line=each.first + 1)
