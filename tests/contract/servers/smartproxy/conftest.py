from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.servers.smartproxy.lab import Proxy, serving
from tests.contract.servers.smartproxy.rest_client import RestClient, rest_client


@pytest.fixture(params=["http", "https"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    """By each of the two ways."""
    with serving(tmp_path, tls=request.param == "https") as running:
        yield running


@pytest.fixture(scope="session")
def rest() -> Iterator[RestClient]:
    """Foreman's own client."""
    with rest_client() as running:
        if running is None:
            pytest.skip("needs Ruby and its library rest-client (Debian: ruby-rest-client)")
        yield running
