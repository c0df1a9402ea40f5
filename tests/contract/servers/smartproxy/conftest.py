from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.servers.smartproxy.lab import Proxy, serving


@pytest.fixture(params=["http", "https"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    """By each of the two ways."""
    with serving(tmp_path, tls=request.param == "https") as running:
        yield running
