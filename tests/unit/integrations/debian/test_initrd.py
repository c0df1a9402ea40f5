"""The demonstration's initrd, made of made-up packages."""

import gzip
import lzma
from collections.abc import Callable

import pytest

from netipl.errors import UnavailableError
from netipl.integrations.debian import initrd


def module(depends: str) -> bytes:
    """As much of a kernel module as is looked at."""
    return b"\x7fELF\0license=GPL\0depends=" + depends.encode() + b"\0intree=Y\0"


MODULES = {"virtio_net": module("net_failover"), "net_failover": module("failover"), "failover": module("")}


def test_modules_are_loaded_after_those_they_need() -> None:
    archive = gzip.decompress(initrd.build(b"busybox", MODULES))
    assert b"failover.ko\nnet_failover.ko\nvirtio_net.ko\n" in archive


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_compressed_modules_are_unpacked(compress: Callable[[bytes], bytes]) -> None:
    packed = {name: compress(data) for name, data in MODULES.items()}
    assert initrd.build(b"busybox", packed) == initrd.build(b"busybox", MODULES)


def test_without_modules_there_is_still_an_initrd() -> None:
    assert b"lib/modules/order" in gzip.decompress(initrd.build(b"busybox", {}))


def test_a_module_that_is_needed_and_not_there_is_named() -> None:
    with pytest.raises(UnavailableError, match="net_failover"):
        initrd.build(b"busybox", {"virtio_net": MODULES["virtio_net"]})


@pytest.mark.parametrize(
    ("depends", "names"),
    [
        pytest.param("", (), id="none"),
        pytest.param("a,b-c", ("a", "b_c"), id="several, with dashes as underscores"),
    ],
)
def test_what_a_module_depends_on(depends: str, names: tuple[str, ...]) -> None:
    assert initrd.dependencies(module(depends)) == names


def test_the_archive_is_the_same_every_time_and_has_what_starts_it() -> None:
    first = initrd.build(b"busybox", MODULES)
    assert first == initrd.build(b"busybox", MODULES)
    archive = gzip.decompress(first)
    assert all(name in archive for name in (b"init\0", b"bin/busybox\0", b"dev/console\0", b"netipl.callback"))
