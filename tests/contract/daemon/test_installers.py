"""What installers get and say: for the token of their build, from the address of their guest."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import yaml

from netipl.answers import orders
from netipl.answers.choices import Choices
from netipl.content import Content, inline
from netipl.control.finishing import Finishing
from netipl.daemon.installers import Installers
from netipl.guests.build import Build, BuildState
from netipl.guests.lease import Lease
from netipl.guests.profile import Profile
from netipl.media.medium import Family
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Denied, Missing, Resolution
from netipl.provisioning.changes import BuildSet, Change, GuestSet, LeaseSet
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Observation, Seen
from netipl.provisioning.tokens import Tokens
from netipl.store import templates
from netipl.store.planner import Offered, Planner
from tests.media_shelf import Shelf
from tests.plane import LAB, MAC, WEB1
from tests.unit.guests.chosen import SHA512
from tests.unit.guests.media_kept import AGENT, IMAGE, RHEL, medium
from tests.unit.images.kernels import kernel

ADDRESS, OTHER = IPv4Address("192.168.133.100"), IPv4Address("192.168.133.101")
UBUNTU = medium(Family.UBUNTU, name="ubuntu", version="24.04", title="Ubuntu Server 24.04")


class Bench:
    """One guest with an open build of `profile`."""

    def __init__(self, directory: Path) -> None:
        now = datetime.now(UTC)
        later = now + timedelta(hours=1)
        self.build = Build(
            id="1", guest="web1", network="lab", profile="rhel9", asked=now, by="user root", expires=later
        )
        self.tokens = Tokens(bytes(32))
        self.texts = {**templates.shipped()}
        self.profiles: dict[str, Profile] = {}
        self.seen: list[Observation] = []
        self.inventory = Inventory([LAB])
        self.inventory.apply(GuestSet(WEB1))
        self.inventory.apply(LeaseSet(Lease(network="lab", address=ADDRESS, mac=MAC, guest="web1", expires=later)))
        offered = Offered(
            profiles=self.profiles,
            program=inline(kernel()),
            media=Shelf(directory, media=(RHEL, UBUNTU, IMAGE, AGENT)),
            templates=lambda: self.texts,
            http_port=8069,
            tokens=self.tokens,
        )
        planner = Planner(offered, self.inventory.build_of, complain=lambda *_: None)
        self.finishing = Finishing(directory / "ssh", self.inventory, commit=self.commit, limit=timedelta)
        self.installers = Installers(self.inventory, planner, observe=self.seen.append, finishes=self.finishing)
        self.installers.tokens = self.tokens
        self.of("rhel9")

    async def commit(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.inventory.apply(change)

    def of(self, profile: str) -> None:
        self.build = replace(self.build, profile=profile)
        self.inventory.apply(BuildSet(self.build))

    @property
    def token(self) -> str:
        return self.tokens.of(self.build)

    def asked(self, file: str, *macs: Mac, peer: IPv4Address = ADDRESS) -> Resolution:
        return self.installers.answers(f"{self.token}{file}", peer, macs)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def text(found: Resolution) -> str:
    assert isinstance(found, Content), found
    return b"".join(segment.data for segment in found.segments).decode()  # type: ignore[union-attr]  # it is inline


def test_an_installer_gets_its_file_as_often_as_it_asks(bench: Bench) -> None:
    first, again = text(bench.asked("/ks.cfg")), text(bench.asked("/ks.cfg"))
    assert first == again
    assert f"/callback/{bench.token}/done" in first
    assert [each.seen for each in bench.seen] == [Seen.ANSWERS_FETCHED] * 2


def test_without_a_name_it_gets_the_first(bench: Bench) -> None:
    assert text(bench.asked("")) == text(bench.asked("/ks.cfg"))


def test_nocloud_has_its_files_behind_one_address(bench: Bench) -> None:
    bench.of("ubuntu")
    assert "#cloud-config" in text(bench.asked("/user-data"))
    assert "web1" in text(bench.asked("/meta-data"))
    for name in ("/vendor-data", "/network-config"):
        assert isinstance(bench.asked(name), Content)
    assert isinstance(bench.asked("/ks.cfg"), Missing)


@pytest.mark.parametrize("path", ["/other", "/../ks.cfg", "/ks.cfg/x"])
def test_nothing_else_is_there(bench: Bench, path: str) -> None:
    assert isinstance(bench.asked(path), Missing)
    assert not bench.seen


def test_neither_token_nor_address_suffices_alone(bench: Bench) -> None:
    assert isinstance(bench.asked("/ks.cfg", peer=OTHER), Denied)
    assert isinstance(bench.installers.answers("netipl_wrong/ks.cfg", ADDRESS), Denied)
    assert not bench.seen


def test_a_mac_that_is_said_has_to_be_the_guests(bench: Bench) -> None:
    stranger = Mac.parse("52:54:00:00:00:99")
    assert isinstance(bench.asked("/ks.cfg", stranger, MAC), Content)
    assert isinstance(bench.asked("/ks.cfg", stranger), Denied)
    refused = bench.seen[-1]
    assert (refused.seen, refused.address) == (Seen.ANSWERS_REFUSED, ADDRESS)
    assert str(stranger) in str(refused.detail["reason"])


def test_the_right_mac_is_no_token(bench: Bench) -> None:
    assert isinstance(bench.installers.answers("netipl_wrong/ks.cfg", ADDRESS, [MAC]), Denied)


def test_answers_that_cannot_be_made_are_told_with_a_remedy(bench: Bench) -> None:
    bench.texts["kickstart/ks.cfg"] = "{{ nobody }}\n"
    assert isinstance(bench.asked("/ks.cfg"), Denied)
    [told] = bench.seen
    assert told.seen is Seen.ANSWERS_FAILED
    assert "kickstart/ks.cfg, line 1" in str(told.detail["reason"])
    assert told.detail["remedy"]


def test_choices_of_the_guest_are_those_of_now(bench: Bench) -> None:
    bench.inventory.apply(GuestSet(replace(WEB1, choices=Choices(root_password=SHA512))))
    assert SHA512 in text(bench.asked("/ks.cfg"))


def test_a_plain_file_is_served_without_a_name(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("# {guest}\n")
    bench.profiles["own"] = Profile(name="own", medium="rhel9", answers=tmp_path / "mine")
    bench.of("own")
    assert text(bench.asked("")) == text(bench.asked("/ks.cfg")) == "# web1\n"


def test_an_installer_says_how_it_goes_and_brings_its_log(bench: Bench) -> None:
    log = f"curl {bench.token}\nrootpw $6$salt$hash\nno space left\n".encode()
    bench.installers.called_back(ADDRESS, f"/callback/{bench.token}/failed?no+disk", log)
    [told] = bench.seen
    assert (told.seen, told.guest) == (Seen.INSTALLER, "web1")
    assert told.detail == {
        "build": "1",
        "says": "failed",
        "words": "no disk",
        "log": "curl netipl_...\nrootpw $...\nno space left",
    }


def test_what_a_stranger_brings_is_not_kept(bench: Bench) -> None:
    bench.installers.called_back(OTHER, f"/callback/{bench.token}/failed", b"lies")
    [told] = bench.seen
    assert told.seen is Seen.CALLBACK
    assert set(told.detail) == {"path"}


# The finish script


@pytest.fixture
def image(bench: Bench) -> Bench:
    """Its build is of a disk image, and a finish script is readied for it."""
    bench.profiles["image"] = Profile(name="image", medium=IMAGE.name, choices=Choices(finish="true\n"))
    bench.of("image")
    asyncio.run(bench.finishing.ready(bench.build, "true\n"))
    return bench


def seed(bench: Bench) -> str:
    made = orders.decode(text(bench.asked("/orders.json")).encode())
    assert isinstance(made, orders.WriteImage)
    return dict(made.seed)["user-data"]


def test_the_seed_has_the_host_key_of_its_build_and_lets_netipl_in(image: Bench) -> None:
    found, keys = yaml.safe_load(seed(image)), image.finishing.keys(image.build)
    assert keys is not None
    assert found["ssh_deletekeys"] is True
    assert found["ssh_keys"] == {"ed25519_private": keys.host_private, "ed25519_public": keys.host_public}
    assert keys.host_private.startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert found["users"][0] == {"name": "root", "ssh_authorized_keys": [keys.login]}
    assert seed(image) == seed(image)


def test_another_build_has_another_host_key(image: Bench) -> None:
    first = image.finishing.keys(image.build)
    asyncio.run(image.finishing.ready(replace(image.build, id="2"), "true\n"))
    other = image.finishing.keys(replace(image.build, id="2"))
    assert first is not None
    assert other is not None
    assert (first.host_private != other.host_private, first.login) == (True, other.login)


def test_a_seed_without_a_finish_script_has_no_keys(image: Bench) -> None:
    image.finishing.forget(image.build.id)
    found = yaml.safe_load(seed(image))
    assert "ssh_keys" not in found
    assert found["users"][0] == {"name": "root"}


@pytest.mark.parametrize(("says", "due"), [("started", None), ("done", "due"), ("failed", None)])
def test_what_is_done_has_still_to_be_finished(image: Bench, says: str, due: str | None) -> None:
    image.installers.called_back(ADDRESS, f"/callback/{image.token}/{says}")
    assert image.seen[-1].detail.get("finish") == due
    image.finishing.forget(image.build.id)
    image.installers.called_back(ADDRESS, f"/callback/{image.token}/{says}")
    assert "finish" not in image.seen[-1].detail


def test_no_installer_is_heard_any_more_when_only_the_finish_script_is_wanting(image: Bench) -> None:
    image.build = replace(image.build, state=BuildState.FINISHING)
    image.inventory.apply(BuildSet(image.build))
    assert isinstance(image.asked("/orders.json"), Denied)
