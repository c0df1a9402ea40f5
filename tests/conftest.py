"""What holds for all tests: those marked `root` run only as root, and the host keeps its files.

Hypothesis asserts no duration, is repeatable in CI, and tries fewer examples in emulation. In parallel the tests of one
file stay together (`--dist loadfile`): groups of xdist 3.8 have no effect under pytest 9.2.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.postgresql import Server

hypothesis.settings.register_profile(
    "netipl",
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=100 if sys.byteorder == "little" else 20,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("netipl")

_HOST_FILES = (Path("/etc/resolv.conf"), Path("/etc/hosts"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "root" in item.keywords and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root"))


@pytest.fixture(scope="session", autouse=True)
def _directories_that_other_users_may_enter(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As root some tests start programs as another user; pytest-xdist has one directory more above theirs."""
    if os.geteuid() == 0:
        base = tmp_path_factory.getbasetemp()
        for directory in (base, *base.parents):
            if directory.name.startswith(("popen-", "pytest-")):
                directory.chmod(0o711)


@pytest.fixture(autouse=True)
def _the_host_keeps_its_files() -> Iterator[None]:
    """A DHCP client's script that runs in a network namespace still has the host's files."""
    before = {path: path.read_bytes() for path in _HOST_FILES if path.is_file()}
    yield
    assert {path: path.read_bytes() for path in _HOST_FILES if path.is_file()} == before


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator["Server"]:
    """One for all tests of a process; each takes a schema of its own."""
    from tests import postgresql  # noqa: PLC0415 - the tests in emulation do without a database

    with postgresql.server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/netipl.db"
    server: Server = request.getfixturevalue("postgresql_server")
    return server.empty()
