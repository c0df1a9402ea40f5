"""Kernels and modules, of made-up packages and directories."""

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.integrations.debian import kernel


def module(depends: str) -> bytes:
    """As much of a kernel module as is looked at."""
    return b"\x7fELF\0license=GPL\0depends=" + depends.encode() + b"\0intree=Y\0"


MODULES = {"virtio_net": module("net_failover"), "net_failover": module("failover"), "failover": module("")}


def test_modules_come_after_those_they_need() -> None:
    assert list(kernel.with_dependencies(MODULES, ["virtio_net"])) == ["failover", "net_failover", "virtio_net"]


def test_what_is_wanted_and_absent_is_built_in() -> None:
    assert list(kernel.with_dependencies(MODULES, ["failover", "af_packet"])) == ["failover"]


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_compressed_modules_are_unpacked(compress: Callable[[bytes], bytes]) -> None:
    packed = {name: compress(data) for name, data in MODULES.items()}
    assert kernel.with_dependencies(packed, MODULES) == kernel.with_dependencies(MODULES, MODULES)


def test_a_module_that_is_needed_and_not_there_is_named() -> None:
    with pytest.raises(UnavailableError, match="net_failover"):
        kernel.with_dependencies({"virtio_net": MODULES["virtio_net"]}, ["virtio_net"])


@pytest.mark.parametrize(
    ("depends", "names"),
    [
        pytest.param("", (), id="none"),
        pytest.param("a,b-c", ("a", "b_c"), id="several, with dashes as underscores"),
    ],
)
def test_what_a_module_depends_on(depends: str, names: tuple[str, ...]) -> None:
    assert kernel.dependencies(module(depends)) == names


def test_a_kernel_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "kernel").write_bytes(b"raw")
    (tmp_path / "6.12-own/drivers").mkdir(parents=True)
    (tmp_path / "6.12-own/drivers/virtio-net.ko.xz").write_bytes(lzma.compress(module("")))
    found = kernel.of_files(tmp_path / "kernel", tmp_path / "6.12-own")
    assert (found.version, found.image) == ("6.12-own", b"raw")
    assert kernel.with_dependencies(found.modules, ["virtio_net"]) == {"virtio_net": module("")}


def test_a_kernel_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="none"):
        kernel.of_files(tmp_path / "none", tmp_path)
