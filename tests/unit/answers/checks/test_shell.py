"""Where shell programs stand in answer files."""

import pytest

from netipl.answers.checks.shell import Piece, pieces
from netipl.answers.finding import Source
from netipl.answers.kind import Kind

KICKSTART = "text\n%post --log=x\na\nb\n%end\n%pre --interpreter=/bin/awk\n{\n%end\n%packages\nvim\n%end\n"
PRESEED = "#_preseed_V1\nd-i preseed/late_command string a; \\\n  b\nd-i x/y string z\n"


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (Kind.KICKSTART, KICKSTART, [Piece(text="a\nb\n", line=3)]),
        (Kind.KICKSTART, "%post\na\n", []),
        (Kind.PRESEED, PRESEED, [Piece(text="a; b", line=2, is_joined=True)]),
        (Kind.ALPINE, "#!/bin/sh\na\n", [Piece(text="#!/bin/sh\na\n")]),
        (Kind.ALPINE, "web1\n", []),
        (Kind.AGAMA, "#!/bin/sh\n", []),
    ],
    ids=["sections of the shell", "a section without end", "commands", "a program", "no program", "inside of strings"],
)
def test_programs_are_found_with_their_line(kind: Kind, text: str, found: list[Piece]) -> None:
    assert list(pieces(kind, Source("file", text))) == found
