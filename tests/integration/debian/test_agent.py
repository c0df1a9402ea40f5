"""The agent's medium, made by the real apt out of an archive of our own; the network is not used."""

import gzip
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from netipl.images.initrd import InitrdReader
from netipl.integrations.debian import agent
from netipl.integrations.debian.agent import OwnKernel
from tests.integration.debian.archive import MODULE, PYTHON, Archive, kernel_of

pytestmark = pytest.mark.skipif(
    shutil.which("apt-get") is None or "ID=debian" not in Path("/etc/os-release").read_text(),
    reason="needs Debian's apt",
)


@pytest.fixture(autouse=True)
def _archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Archive(tmp_path / "archive")
    monkeypatch.setenv("APT_CONFIG", str(made.configuration))
    made.publish("6.1")


def names(initrd: bytes) -> set[str]:
    found: list[str] = []
    reader = InitrdReader(lambda member: found.append(member.name.decode()))
    reader.feed(initrd)
    assert not reader.end().fault
    return set(found)


def test_the_medium_tells_of_its_kernel_and_its_initrd(tmp_path: Path) -> None:
    told: list[str] = []
    agent.write(agent.build(cache=tmp_path / "cache", progress=told.append), tmp_path / "medium")
    described = json.loads((tmp_path / "medium/agent.json").read_text())
    assert (described["architecture"], described["version"]) == ("s390x", "6.1-s390x")
    for name in ("kernel", "initrd"):
        data = (tmp_path / "medium" / described[name]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == described[f"{name}_sha256"]
    assert (tmp_path / "medium/kernel").read_bytes() == kernel_of("6.1")
    assert any("python" in line for line in told)


def test_the_initrd_has_the_agent_and_what_it_needs(tmp_path: Path) -> None:
    found = names(agent.build(cache=tmp_path / "cache", progress=lambda _: None).initrd)
    library = f"usr/lib/{PYTHON}"
    assert {
        *("init", "etc/start", "usr/bin/python3", "usr/bin/zstd", "lib/ld64.so.1", "lib/modules/virtio_net.ko"),
        *("lib/s390x-linux-gnu/libc.so.6", "lib/s390x-linux-gnu/libz.so.1"),
        *(f"{library}/os.py", f"{library}/json.py", f"{library}/dataclasses.py"),
        *("lib/netipl/netipl/payload/agent/main.py", "lib/netipl/netipl/answers/orders.py"),
    } <= found
    assert f"{library}/turtle.py" not in found


def test_the_same_packages_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (agent.build(cache=tmp_path / name, progress=lambda _: None) for name in ("one", "two"))
    assert first == second


def test_a_kernel_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "6.99").mkdir()
    (tmp_path / "6.99/virtio_blk.ko").write_bytes(MODULE.replace(b"failover", b""))
    (tmp_path / "vmlinuz").write_bytes(b"raw")
    own = OwnKernel(kernel=tmp_path / "vmlinuz", modules=tmp_path / "6.99")
    made = agent.build(own, cache=tmp_path / "cache", progress=lambda _: None)
    assert (made.kernel, made.version) == (b"raw", "6.99")
    assert "lib/modules/virtio_blk.ko" in names(made.initrd)
    assert b"virtio_net.ko" not in gzip.decompress(made.initrd)
