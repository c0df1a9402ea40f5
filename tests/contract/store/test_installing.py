"""What a build installs from the shelf of media: names and bytes for the firmware, answers, and what cannot be made."""

import base64
import json
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import yaml

from netipl.answers.choices import Choices, Repository, User
from netipl.content import inline
from netipl.errors import RefusedError, UnavailableError, UsageError
from netipl.guests.guest import BootFiles, BootMethod, Guest
from netipl.guests.profile import Profile
from netipl.provisioning import building
from netipl.provisioning.choice import Install
from netipl.provisioning.plan import Plan
from netipl.provisioning.tokens import Tokens
from netipl.store import plan_lint, templates
from netipl.store.planner import Offered, Planner
from tests.media_shelf import Shelf
from tests.plane import LAB, MAC, START, WEB1
from tests.unit.guests.chosen import KEY, SHA512
from tests.unit.guests.media_kept import AGENT, DEBIAN, IMAGE
from tests.unit.images.kernels import kernel

ADDRESS = IPv4Address("192.168.133.100")
TOKENS = Tokens(bytes(32))


class Bench:
    """A planner with that shelf, and the shipped templates."""

    def __init__(self, directory: Path) -> None:
        self.shelf = Shelf(directory)
        self.profiles: dict[str, Profile] = {}
        self.templates = {**templates.shipped()}

    @property
    def planner(self) -> Planner:
        offered = Offered(
            profiles=self.profiles,
            program=inline(kernel()),
            media=self.shelf,
            templates=lambda: self.templates,
            http_port=8069,
            tokens=TOKENS,
        )
        return Planner(offered, lambda _: None, complain=lambda *_: None)

    def plan(self, profile: str, guest: Guest = WEB1) -> Plan:
        build, _ = building.ask(guest, None, self.planner.profiles, profile=profile, by="", now=START)
        return self.planner.planned(Install(profile, build), guest, LAB, MAC, ADDRESS)

    def answers(self, profile: str, guest: Guest = WEB1) -> dict[str, str]:
        made = self.planner.installation(guest, profile)
        found = self.planner.answers(made, LAB, ADDRESS, "netipl_T")
        return {name: data.decode() for name, data in found.items()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def text(plan: Plan) -> str:
    [found] = [content for name, content in plan.tree.items() if name.startswith("pxelinux.cfg/")]
    return "".join(segment.data.decode() for segment in found.segments)  # type: ignore[union-attr]  # it is inline


def test_a_medium_is_a_profile_and_its_files_have_the_names_that_urls_have(bench: Bench) -> None:
    plan = bench.plan("debian12")
    assert {"media/debian-1/boot/kernel", "media/debian-1/boot/initrd"} < set(plan.tree)
    assert plan.has_answers
    assert "kernel media/debian-1/boot/kernel\ninitrd media/debian-1/boot/initrd\n" in text(plan)
    assert "append auto=true priority=critical url=http://192.168.133.1:8069/answers/netipl_" in text(plan)
    assert "/preseed.cfg " in text(plan)


def test_the_agent_is_no_profile(bench: Bench) -> None:
    assert set(bench.planner.profiles) == {"rhel9", "debian12", "cloud"}


@pytest.mark.parametrize("method", [BootMethod.COMBINED, BootMethod.INS, BootMethod.CONFIG])
def test_a_medium_boots_by_every_kind_of_method(bench: Bench, method: BootMethod) -> None:
    assert bench.plan("rhel9", replace(WEB1, method=method)).tree


def test_a_disk_image_boots_the_agent_and_gets_its_orders(bench: Bench) -> None:
    assert "kernel media/agent-1/boot/kernel\n" in text(bench.plan("cloud"))
    [(name, orders)] = bench.answers("cloud").items()
    assert name == "orders.json"
    assert "http://192.168.133.1:8069/media/disk-image-1/disk%20image.raw" in orders


def test_a_profile_names_another_agent(bench: Bench) -> None:
    bench.shelf.media = (IMAGE, replace(AGENT, id="agent-2", name="mine"))
    with pytest.raises(RefusedError, match="there is no medium agent") as refused:
        bench.plan("cloud")
    assert refused.value.remedy == "netipl agent build -o agent && netipl medium add agent agent"
    bench.profiles["own"] = Profile(name="own", medium="cloud", agent="mine")
    assert "media/agent-2/boot/kernel" in bench.plan("own").tree


def test_answers_are_of_profile_and_guest_over_each_other(bench: Bench) -> None:
    bench.profiles["site"] = Profile(name="site", medium="rhel9", choices=Choices(timezone="Europe/Prague"))
    guest = replace(WEB1, choices=Choices(packages=("nginx",)))
    [(name, answers)] = bench.answers("site", guest).items()
    assert name == "ks.cfg"
    assert "timezone Europe/Prague" in answers
    assert "\nnginx\n" in answers
    assert "/callback/netipl_T/started" in answers


def test_an_own_template_stands_over_the_shipped_one(bench: Bench) -> None:
    bench.templates["mine/ks.cfg"] = "# {{ guest }} {{ variables.role }}\n"
    own = Profile(name="own", medium="rhel9", template="mine", choices=Choices(variables=(("role", "web"),)))
    bench.profiles["own"] = own
    assert bench.answers("own") == {"ks.cfg": "# web1 web\n"}


def test_what_is_wrong_in_a_template_is_told_with_its_line(bench: Bench) -> None:
    bench.templates["mine/ks.cfg"] = "text\n{{ nobody }}\n"
    bench.profiles["own"] = Profile(name="own", medium="rhel9", template="mine")
    with pytest.raises(UsageError, match=r"mine/ks\.cfg.*2.*nobody"):
        bench.answers("own")


def test_a_template_that_is_not_there_is_told_with_those_that_are(bench: Bench) -> None:
    bench.profiles["own"] = Profile(name="own", medium="rhel9", template="mine")
    with pytest.raises(UsageError, match="there is no template mine") as refused:
        bench.answers("own")
    assert "kickstart" in refused.value.remedy


def test_a_plain_file_stands_for_the_answers_of_a_medium_and_of_own_files(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "mine.cfg"
    file.write_text("# {guest} {callback} {other}\n")
    bench.profiles["own"] = Profile(name="own", medium="rhel9", answers=file)
    said = "# web1 http://192.168.133.1:8069/callback/netipl_T {other}\n"
    assert bench.answers("own") == {"ks.cfg": said}
    boot = BootFiles(kernel=tmp_path / "kernel")
    bench.profiles["own"] = Profile(name="own", boot=boot, answers=file)
    assert bench.answers("own") == {"mine.cfg": said}
    file.unlink()
    with pytest.raises(UnavailableError, match="No such file"):
        bench.answers("own")


def test_own_files_without_answers_have_none(bench: Bench, tmp_path: Path) -> None:
    bench.profiles["own"] = Profile(name="own", boot=BootFiles(kernel=tmp_path / "kernel"))
    assert bench.answers("own") == {}


def test_what_is_still_arriving_is_told_so(bench: Bench) -> None:
    bench.shelf.unknown.add("fedora42")
    bench.profiles["own"] = Profile(name="own", medium="fedora42")
    with pytest.raises(UnavailableError, match="medium fedora42 is still arriving"):
        bench.plan("own")


def test_what_is_arriving_and_recognised_is_planned_by_its_names(bench: Bench) -> None:
    bench.shelf.media, bench.shelf.coming = (), (DEBIAN,)
    plan = bench.plan("debian12")
    assert plan.promised == {"media/debian-1/boot/kernel", "media/debian-1/boot/initrd"}
    assert [name.partition("/")[0] for name in plan.tree] == ["pxelinux.cfg"]
    assert plan.names == plan.promised | set(plan.tree)
    assert "kernel media/debian-1/boot/kernel\n" in text(plan)
    view = plan_lint.view(plan, WEB1, LAB, ADDRESS, method=BootMethod.PROBE_MAC, version=None)
    assert {file.name for file in view.files} == plan.names
    assert not view.findings


@pytest.mark.parametrize("method", [BootMethod.COMBINED, BootMethod.INS])
def test_methods_that_need_bytes_wait_for_them(bench: Bench, method: BootMethod) -> None:
    bench.shelf.media, bench.shelf.coming = (), (DEBIAN,)
    with pytest.raises(UnavailableError, match=f"method {method} needs the medium's files now"):
        bench.plan("debian12", replace(WEB1, method=method))


def test_a_disk_image_is_not_ordered_before_its_sum_is_known(bench: Bench) -> None:
    [(role, file)] = IMAGE.files
    bench.shelf.media = (AGENT,)
    bench.shelf.coming = (replace(IMAGE, files=((role, replace(file, sha256="", size=0)),)),)
    with pytest.raises(UnavailableError, match="medium cloud is still arriving"):
        bench.answers("cloud")


def test_a_medium_without_a_boot_file_is_told(bench: Bench) -> None:
    bench.shelf.media = (replace(DEBIAN, files=DEBIAN.files[:1]),)
    with pytest.raises(RefusedError, match="medium debian12 has no initrd"):
        bench.plan("debian12")


def test_what_is_not_there_is_told_with_the_way_to_it(bench: Bench) -> None:
    bench.profiles["own"] = Profile(name="own", medium="fedora42")
    with pytest.raises(RefusedError, match="there is no medium fedora42") as refused:
        bench.plan("own")
    assert "netipl medium add fedora42" in refused.value.remedy
    bench.profiles["own"] = Profile(name="own")
    with pytest.raises(RefusedError, match="neither a medium nor a kernel"):
        bench.plan("own")


def test_a_variable_says_where_the_tree_is_of_a_medium_that_has_none(bench: Bench) -> None:
    bench.shelf.media = (replace(DEBIAN, source="/srv/debian.iso"),)
    with pytest.raises(UsageError, match="no mirror"):
        bench.answers("debian12")
    said = Choices(variables=(("tree", "http://mirror.example.com/archive"),))
    assert "/archive" in bench.answers("debian12", replace(WEB1, choices=said))["preseed.cfg"]


def test_the_seed_of_a_disk_image_has_what_is_chosen(bench: Bench) -> None:
    """Also where it is written to break out of its place."""
    hostile = 'it\'s "$(x)"\n: {{ y }}\n'
    chosen = Choices(
        timezone="Europe/Prague",
        root_password=SHA512,
        root_ssh_keys=(KEY,),
        users=(User(name="me", ssh_keys=(KEY,), admin=True),),
        packages=("vim",),
        scripts=(hostile,),
    )
    seed = json.loads(bench.answers("cloud", replace(WEB1, choices=chosen))["orders.json"])["seed"]
    assert yaml.safe_load(seed["meta-data"])["local-hostname"] == "web1"
    config = yaml.safe_load(seed["user-data"])
    assert (config["timezone"], config["packages"]) == ("Europe/Prague", ["vim"])
    assert config["users"] == [
        {"name": "root", "hashed_passwd": SHA512, "lock_passwd": False, "ssh_authorized_keys": [KEY]},
        {
            "name": "me",
            "shell": "/bin/bash",
            "lock_passwd": True,
            "sudo": "ALL=(ALL) NOPASSWD:ALL",
            "ssh_authorized_keys": [KEY],
        },
    ]
    [written] = config["write_files"]
    assert base64.b64decode(written["content"]).decode().endswith(hostile)
    assert config["runcmd"] == [[written["path"]], ["rm", "-f", written["path"]]]


def test_a_seed_knows_no_package_manager(bench: Bench) -> None:
    chosen = Choices(repositories=(Repository(name="updates", url="http://mirror/updates"),))
    with pytest.raises(UsageError, match=r"orders/user-data.*repositories"):
        bench.answers("cloud", replace(WEB1, choices=chosen))
