"""Plans from files on disk: what each choice leads to, what is filled in, and what cannot be planned."""

from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.ccw import DeviceNumber
from netipl.content import inline, read
from netipl.errors import NetiplError, UsageError
from netipl.firmware.versions import Version
from netipl.guests.build import Build, BuildState
from netipl.guests.guest import BootFiles, BootMethod, Guest, LocalBoot
from netipl.guests.profile import Profile
from netipl.provisioning import building
from netipl.provisioning.choice import Install
from netipl.provisioning.plan import Plan, Purpose
from netipl.provisioning.tokens import KEY_SIZE, Tokens
from netipl.store.planner import Offered, Planner
from tests.plane import LAB, MAC, PROFILES, START, WEB1
from tests.unit.images.kernels import kernel

ADDRESS = IPv4Address("192.168.133.100")
TOKENS = Tokens(bytes(KEY_SIZE))
BUILD, _ = building.ask(WEB1, None, PROFILES, profile=None, by="", now=START)


class Bench:
    """A planner of one profile, `debian`, and one build."""

    def __init__(self, directory: Path) -> None:
        self.files = BootFiles(kernel=directory / "vmlinuz", initrd=directory / "initrd")
        self.files.kernel.write_bytes(kernel())
        (directory / "initrd").write_bytes(b"initrd")
        self.complaints: list[tuple[str, str]] = []
        self.build: Build | None = None
        self.answers = directory / "preseed"
        profile = Profile(name="debian", boot=self.files, append="auto url={answers}", answers=self.answers)
        self.offered = Offered(profiles={"debian": profile}, program=inline(kernel()), http_port=8069, tokens=TOKENS)

    def _complain(self, name: str, error: NetiplError) -> None:
        self.complaints.append((name, str(error)))

    @property
    def planner(self) -> Planner:
        return Planner(self.offered, lambda _: self.build, complain=self._complain)

    def plan(self, guest: Guest | None = WEB1) -> Plan | None:
        return self.planner.plan_for(guest, LAB, MAC, ADDRESS)

    def again(self, pinned: str | None, guest: Guest = WEB1) -> Plan | None:
        return self.planner.plan_again(guest, LAB, MAC, ADDRESS, pinned=pinned)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def configuration(plan: Plan | None) -> str:
    assert plan is not None
    [name] = [name for name in plan.tree if name.startswith("pxelinux.cfg/")]
    return b"".join(read(plan.tree[name])).decode()


def test_a_build_leads_to_its_installer_with_its_token(bench: Bench) -> None:
    bench.build = BUILD
    plan = bench.plan(replace(WEB1, append="rescue"))
    assert plan is not None
    assert (plan.purpose, plan.build, plan.has_answers) == (Purpose.INSTALL, BUILD.id, True)
    url = f"http://192.168.133.1:8069/answers/{TOKENS.of(BUILD)}"
    assert f"append auto url={url}/ rescue\n" in configuration(plan)


def test_without_a_build_the_guest_goes_to_its_disk(bench: Bench) -> None:
    plan = bench.plan(replace(WEB1, disk=DeviceNumber.parse("0.0.0001")))
    assert plan is not None
    assert (plan.purpose, plan.build, plan.closed) == (Purpose.DISK, None, False)
    assert "append reipl=0.0.0001\n" in configuration(plan)


def test_a_guest_that_falls_through_is_served_nothing(bench: Bench) -> None:
    plan = bench.plan(replace(WEB1, local_boot=LocalBoot.FALL_THROUGH, firmware=Version(10, 0)))
    assert plan is not None
    assert (plan.purpose, plan.tree, plan.closed) == (Purpose.DISK, {}, True)


def test_files_of_its_own_are_for_each_time(bench: Bench) -> None:
    plan = bench.plan(replace(WEB1, boot=replace(bench.files, append="ro")))
    assert plan is not None
    assert (plan.purpose, plan.build) == (Purpose.FILES, None)
    assert "append ro\n" in configuration(plan)


def test_an_unknown_client_gets_the_default_or_nothing(bench: Bench) -> None:
    assert bench.plan(None) is None
    bench.offered = replace(bench.offered, default=replace(bench.files, append=""))
    plan = bench.plan(None)
    assert plan is not None
    assert plan.purpose is Purpose.FILES


def test_what_cannot_be_planned_is_told_and_leads_to_nothing(bench: Bench) -> None:
    bench.build = BUILD
    bench.files.kernel.unlink()
    assert bench.plan() is None
    assert bench.complaints == [("web1", f"{bench.files.kernel}: No such file or directory")]


def test_a_profile_that_is_gone_is_told_and_leads_to_nothing(bench: Bench) -> None:
    bench.build = replace(BUILD, profile="fedora")
    assert bench.plan() is None
    assert bench.complaints == [("web1", "there is no profile fedora any more")]
    with pytest.raises(UsageError, match="no profile fedora"):
        bench.planner.planned(Install("fedora", bench.build), WEB1, LAB, MAC, ADDRESS)


def test_a_name_in_a_command_line_that_stands_for_nothing_is_told(bench: Bench) -> None:
    bench.build = BUILD
    wrong = replace(bench.offered.profiles["debian"], append="url={token}")
    bench.offered = replace(bench.offered, profiles={"debian": wrong})
    assert bench.plan() is None
    assert bench.complaints == [("web1", "{token} stands for nothing")]


def test_the_default_method_is_for_guests_that_say_none(bench: Bench) -> None:
    bench.offered = replace(bench.offered, method=BootMethod.COMBINED)
    plan = bench.plan()
    assert plan is not None
    assert list(plan.tree) == ["guests/web1/boot.img"]


# After a start


def test_a_boot_goes_on_with_the_installer_that_it_pinned(bench: Bench) -> None:
    bench.build = BUILD
    before = bench.plan()
    for state in BuildState:
        bench.build = replace(BUILD, state=state, attempts=0)
        assert bench.again(BUILD.id) == before


def test_a_build_that_waits_is_not_for_a_boot_that_pinned_none(bench: Bench) -> None:
    bench.build = BUILD
    plan = bench.again(None)
    assert plan is not None
    assert (plan.purpose, plan.build) == (Purpose.DISK, None)


def test_a_build_that_was_asked_for_since_is_not_for_a_boot_that_pinned_another(bench: Bench) -> None:
    bench.build = replace(BUILD, id="newer")
    assert bench.again(BUILD.id) is None
