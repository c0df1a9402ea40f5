"""One host for all tests of a file: they leave it as it was."""

from collections.abc import Iterator

import pytest

from tests.libvirt_host import LibvirtHost, libvirt_host


@pytest.fixture(scope="module")
def host() -> Iterator[LibvirtHost]:
    """With libvirtd and the network `default`, active."""
    with libvirt_host() as made:
        made.define_default_network()
        yield made


@pytest.fixture(scope="module")
def bare_host() -> Iterator[LibvirtHost]:
    """Without libvirtd."""
    with libvirt_host(libvirtd=False) as made:
        yield made
