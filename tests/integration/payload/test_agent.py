"""The agent from its kernel command line to the end, with a server on loopback and a file for a disk."""

import hashlib
import json
import lzma
import random
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from netipl.payload.agent.main import Here, run
from netipl.payload.agent.reports import Log
from tests.integration.payload.moody_server import Reply, Request, cut, moody, nothing, saying, status, whole
from tests.unit.payload.agent.devices import Sys

IMAGE = random.Random(4).randbytes(2 << 20) + bytes(1 << 20)
PACKED = lzma.compress(IMAGE)
OLD = 0xAA


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(slots=True)
class Lab:
    """`calls` are the words of the callbacks; `paths` are served in their order of replies."""

    root: Path
    paths: dict[str, list[Reply]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    macs: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    sleep: Callable[[float], None] = lambda _: None

    @property
    def disk(self) -> bytes:
        return (self.root / "vda").read_bytes()

    def reply(self, request: Request) -> bytes:
        path, _, words = request.target.partition("?")
        if path.startswith("/callback/token/"):
            self.calls.append((path.rpartition("/")[2], urllib.parse.unquote(words)))
            self.bodies.append(request.body)
            return status("204 No Content")
        if path == "/orders.json":
            self.macs += [text for name, text in request.headers.items() if name.startswith("x-rhn-provisioning-mac-")]
        if path.startswith("/unattended/"):
            self.calls.append((path.rpartition("/")[2], words))
            self.bodies.append(request.body)
            return status("201 Created")
        replies = self.paths.get(path, [saying("404 Not Found")])
        return (replies.pop(0) if len(replies) > 1 else replies[0])(request)

    def run(self, change: Callable[[dict], None] = lambda _: None) -> bool:  # type: ignore[type-arg]
        with moody(self.reply) as server:
            orders = {
                "version": 1,
                "do": "write-image",
                "image": {
                    "url": server.url("/image.xz"),
                    "format": "xz",
                    "sha256": digest(PACKED),
                    "size": len(PACKED),
                    "raw": {"sha256": digest(IMAGE), "size": len(IMAGE)},
                },
                "disk": "0.0.1234",
                "callback": server.url("/callback/token"),
            }
            change(orders)
            self.paths.setdefault("/orders.json", [whole(json.dumps(orders).encode())])
            self.paths.setdefault("/image.xz", [whole(PACKED)])
            here = Here(log=Log(self.shown.append), dev=self.root, sys=self.root / "sys", sleep=self.sleep)
            line = f"quiet netipl.orders=http://192.0.2.1/ netipl.orders={server.url('/orders.json')}"
            return run(f"{line} netipl.callback={server.url('/callback/token')}\n", here) is not None


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """With one disk full of what was there before."""
    sys = Sys(tmp_path / "sys")
    sys.disk("vda", "0.0.1234")
    (tmp_path / "vda").write_bytes(bytes([OLD]) * (8 << 20))
    (tmp_path / "sys/firmware/reipl/ccw").mkdir(parents=True)
    return Lab(tmp_path)


def words(lab: Lab) -> list[str]:
    return [word for word, _ in lab.calls if word != "progress"]


def test_the_image_is_on_the_disk_and_the_next_ipl_from_it(lab: Lab) -> None:
    assert lab.run()
    assert lab.disk[: len(IMAGE)] == IMAGE
    assert words(lab) == ["started", "done"]
    assert (lab.root / "sys/firmware/reipl/ccw/device").read_text() == "0.0.1234"


def test_whoever_is_asked_for_orders_is_told_the_macs_of_network_cards(lab: Lab) -> None:
    for name, mac in (("eth1", "52:54:00:00:00:02"), ("lo", "00:00:00:00:00:00"), ("eth0", "52:54:00:00:00:01")):
        (lab.root / "sys/class/net" / name).mkdir(parents=True)
        (lab.root / "sys/class/net" / name / "address").write_text(f"{mac}\n")
    assert lab.run()
    assert lab.macs == ["eth0 52:54:00:00:00:01", "eth1 52:54:00:00:00:02"]


@pytest.mark.parametrize("disk", ["0.0.1234", "0.0.0001"])
def test_its_end_is_told_where_the_orders_say(lab: Lab, disk: str) -> None:
    """As Foreman wants it: at one URL if it is done, at another, with the log, if it has failed."""

    def of_foreman(orders: dict[str, Any]) -> None:  # Any: JSON
        server = orders.pop("callback").removesuffix("/callback/token")
        orders |= {"disk": disk, "done": f"{server}/unattended/built?token=t"}
        orders |= {"failed": f"{server}/unattended/failed?token=t"}

    assert lab.run(of_foreman) == (disk == "0.0.1234")
    ends = [call for call in lab.calls if call[1] == "token=t"]
    assert ends == [("built" if disk == "0.0.1234" else "failed", "token=t")]
    assert (b"no disk has the number" in lab.bodies[-1]) == (disk == "0.0.0001")


def test_a_server_that_goes_away_and_comes_back(lab: Lab) -> None:
    good = whole(PACKED)
    lab.paths["/image.xz"] = [cut(good, 700_000), nothing, saying("503 Later"), cut(good, 900_000), good]
    assert lab.run()
    assert lab.disk[: len(IMAGE)] == IMAGE
    assert words(lab) == ["started", "done"]


def image(**fields: object) -> Callable[[dict], None]:  # type: ignore[type-arg]
    return lambda orders: orders["image"].update(fields)


def change(**fields: object) -> Callable[[dict], None]:  # type: ignore[type-arg]
    return lambda orders: orders.update(fields)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(image(raw={"sha256": digest(IMAGE), "size": 9 << 20}), "too small", id="a disk that is too small"),
        pytest.param(change(disk="0.0.0001"), "no disk has the number 0.0.0001", id="another disk"),
        pytest.param(image(size=7), "and not 7", id="another size"),
        pytest.param(change(seed={"meta-data": "", "user-data": ""}), "no partition table", id="no room for the seed"),
        pytest.param(change(version=2), "version: 2", id="orders of another version"),
        pytest.param(image(url="http://127.0.0.1:9/image"), "too long", id="a server that is never there"),
    ],
)
def test_refused_before_the_disk_is_touched(lab: Lab, changed: Callable[[dict], None], said: str) -> None:  # type: ignore[type-arg]
    assert not lab.run(changed)
    assert lab.disk == bytes([OLD]) * (8 << 20)
    assert lab.calls[-1][0] == "failed"
    assert said in lab.calls[-1][1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(image(sha256="0" * 64), "what was fetched has the sum", id="the sum of what is fetched"),
        pytest.param(image(raw={"sha256": "0" * 64}), "the image has the sum", id="the sum of the disk's bytes"),
        pytest.param(image(raw={"sha256": digest(IMAGE), "size": 1 << 20}), "and not 1048576", id="the raw size"),
        pytest.param(image(format="gz"), "damaged", id="another form"),
    ],
)
def test_what_fails_later_leaves_a_disk_that_does_not_boot(
    lab: Lab,
    changed: Callable[[dict], None],  # type: ignore[type-arg]
    said: str,
) -> None:
    assert not lab.run(changed)
    assert lab.disk[: 1 << 20] in {bytes(1 << 20), bytes([OLD]) * (1 << 20)}
    assert lab.disk[:512] != IMAGE[:512]
    assert words(lab) == ["started", "failed"]
    assert said in lab.calls[-1][1]
    assert said.encode() in lab.bodies[-1]
    assert not (lab.root / "sys/firmware/reipl/ccw/device").exists()


def test_a_disk_that_comes_late_is_waited_for(lab: Lab) -> None:
    block = lab.root / "sys/block/vda"
    target = block.readlink()
    block.unlink()

    def appear(_: float) -> None:
        if not block.exists():
            block.symlink_to(target)

    lab.sleep = appear
    assert lab.run()


@pytest.mark.parametrize("wanted", ["auto", "0.0.1234"])
def test_a_second_disk_that_is_found_later_is_not_overlooked(lab: Lab, wanted: str) -> None:
    later = iter(["vdb"])

    def appear(_: float) -> None:
        for name in later:
            Sys(lab.root / "sys").disk(name, "0.0.1234")

    lab.sleep = appear
    assert not lab.run(lambda orders: orders.update(disk=wanted))
    assert "several disks are" in lab.calls[-1][1]
    assert set(lab.disk) == {OLD}


def test_what_nobody_thought_of_is_told_with_its_place(lab: Lab) -> None:
    (lab.root / "sys/block/vda/size").write_text("many")
    assert not lab.run()
    assert lab.calls[-1][0] == "failed"
    assert b"ValueError" in lab.bodies[-1]


def test_without_orders_the_command_line_is_named(tmp_path: Path) -> None:
    shown: list[str] = []
    assert run("quiet", Here(log=Log(shown.append), dev=tmp_path, sys=tmp_path)) is None
    assert "netipl.orders" in shown[-1]
