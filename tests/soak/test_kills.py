"""No acknowledged lease is lost however often the server is killed: many more times than in the other tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.servers.dhcp4.kills import Line, connected, killed
from tests.network_namespaces import namespaces

pytestmark = pytest.mark.root

TIMES = 60


@pytest.fixture
def line() -> Iterator[Line]:
    with namespaces("s", "c") as (server, client):
        connected(server, client)
        yield server, client


def test_no_acknowledged_lease_is_lost_to_many_kills(line: Line, url: str, tmp_path: Path) -> None:
    killed(line, tmp_path, url, TIMES)
