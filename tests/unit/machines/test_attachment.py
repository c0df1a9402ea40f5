"""What QEMU is told of a network."""

from pathlib import Path

import pytest

from netipl.machines.attachment import Attachment, LinkEnd, Tap, UserNetwork

BACKENDS = [
    pytest.param(Tap(descriptor=5), "tap,fd=5", id="a tap is inherited open"),
    pytest.param(
        LinkEnd(path=Path("/run/x/frames")),
        "stream,server=off,addr.type=unix,addr.path=/run/x/frames",
        id="a link is connected to",
    ),
    pytest.param(
        UserNetwork(tftp=Path("/srv/a,b"), boot_file="/"),
        "user,tftp=/srv/a,,b,bootfile=/",
        id="a comma in a path is doubled",
    ),
]


@pytest.mark.parametrize(("attachment", "backend"), BACKENDS)
def test_backend(attachment: Attachment, backend: str) -> None:
    assert attachment.netdev() == backend
