"""The settings file is read and written in a directory of the test."""

import os
import stat
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from netipl.errors import ConflictError, NetiplError, RefusedError
from netipl.guests.network import Network, UnknownClients
from netipl.hosting.serving.settings_file import WriteSettings, adding, removing, uri
from netipl.net import AddressRange
from netipl.settings.load import load

LAB = Network(
    name="lab",
    interface="virbr0",
    subnet=IPv4Network("192.0.2.0/24"),
    server=IPv4Address("192.0.2.1"),
    dns=(IPv4Address("192.0.2.1"),),
    domain="lab.example",
    pools=(AddressRange.parse("192.0.2.10-192.0.2.99"),),
    authoritative=True,
    unknown=UnknownClients.POOL,
)
URI = "qemu:///system"
OTHER = '# mine\n[networks.other]\ninterface = "eth0"\nsubnet = "198.51.100.0/24"\nserver = "198.51.100.1"\n'
"""Of somebody else."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "etc/netipl/netipl.toml"


def written(path: Path, text: str = OTHER) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def added(path: Path, network: Network = LAB) -> WriteSettings:
    step = adding(path, network, URI)
    assert step is not None
    step.apply()
    return step


def removed(path: Path) -> WriteSettings:
    step = removing(path, "virbr0")
    assert step is not None
    step.apply()
    return step


def test_a_file_that_is_made_says_the_network_as_it_is(path: Path) -> None:
    added(path)
    settings = load(path)
    assert settings.networks() == (LAB,)
    assert uri(path) == URI
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_undone_it_is_gone_with_its_directories(path: Path, tmp_path: Path) -> None:
    added(path).undo()
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays_byte_by_byte_with_its_mode(path: Path) -> None:
    written(path).chmod(0o640)
    step = added(path)
    assert path.read_text().startswith(OTHER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in load(path).networks()] == ["other", "lab"]
    step.undo()
    assert path.read_text() == OTHER


def test_a_file_with_other_ends_of_lines_stays_byte_by_byte(path: Path) -> None:
    theirs = OTHER.replace("mine", "für uns").replace("\n", "\r\n").encode()
    path.parent.mkdir(parents=True)
    path.write_bytes(theirs)
    step = added(path)
    assert path.read_bytes().startswith(theirs)
    assert [each.name for each in load(path).networks()] == ["other", "lab"]
    step.undo()
    assert path.read_bytes() == theirs
    added(path)
    removed(path)
    assert path.read_bytes().startswith(theirs)
    assert b"lab" not in path.read_bytes()


def test_nothing_is_done_before_it_is_shown(path: Path) -> None:
    step = adding(written(path), LAB, URI)
    assert step is not None
    assert path.read_text() == OTHER
    assert '+[networks.lab]\n+interface = "virbr0"' in step.difference
    assert not [line for line in step.difference.splitlines()[2:] if line.startswith("-")]


def test_what_is_said_already_is_not_said_twice(path: Path) -> None:
    added(path)
    assert adding(path, LAB, URI) is None


def test_a_network_on_that_interface_keeps_the_name_and_all_that_was_said_of_it(path: Path) -> None:
    mine = '[networks.mine]\ninterface = "virbr0"\nsubnet = "192.0.2.0/24"\nserver = "192.0.2.1"\nlease_time = "2h"\n'
    step = adding(written(path, mine), LAB, URI)
    assert step is not None
    assert step.after is not None
    assert step.after.startswith(mine)
    assert "networks.lab" not in step.after


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[networks.mine]\ninterface = "virbr0"\nsubnet = "10.0.0.0/8"\nserver = "10.0.0.1"\n', "libvirt's is"),
        (OTHER.replace("other", "lab"), "another network lab"),
        (OTHER.replace("198.51.100", "192.0.2"), "overlaps"),
        ("[", "no TOML"),
        ("[tftp]\nprot = 1\n", "no such key"),
    ],
)
def test_a_file_that_is_wrong_or_would_be_is_refused_as_it_is(path: Path, text: str, words: str) -> None:
    with pytest.raises(NetiplError, match=words):
        adding(written(path, text), LAB, URI)
    assert path.read_text() == text


def test_a_file_that_somebody_changed_meanwhile_is_left_to_him(path: Path) -> None:
    step = adding(written(path), LAB, URI)
    assert step is not None
    path.write_text(OTHER + "# more\n")
    with pytest.raises(ConflictError, match="changed meanwhile"):
        step.apply()
    assert path.read_text() == OTHER + "# more\n"


def test_a_network_goes_out_as_it_came(path: Path) -> None:
    written(path)
    added(path)
    removed(path)
    assert path.read_text().startswith(OTHER)
    assert [each.name for each in load(path).networks()] == ["other"]


def test_with_the_last_network_a_file_goes_that_says_nothing_else(path: Path) -> None:
    added(path)
    step = removed(path)
    assert not path.exists()
    step.undo()
    assert load(path).networks() == (LAB,)


def test_a_file_that_says_more_stays_and_that_it_serves_nobody_is_said(path: Path) -> None:
    written(path, "[tftp]\nport = 6969\n")
    added(path)
    assert "does not start" in "".join(removed(path).consequences)
    assert path.read_text() == "[tftp]\nport = 6969\n"


def test_a_network_that_others_added_to_goes_with_what_they_added(path: Path) -> None:
    added(path)
    path.write_text(path.read_text().replace("authoritative = true", 'lease_time = "2h"') + OTHER)
    removed(path)
    assert [each.name for each in load(path).networks()] == ["other"]


def test_a_table_that_was_there_before_becomes_a_comment(path: Path) -> None:
    mine = '# ticket 4711\n[networks.mine]\ninterface = "virbr0"\nsubnet = "192.0.2.0/24"\nserver = "192.0.2.1"\n'
    written(path, f'{mine}lease_time = "7d"\n\n{OTHER}')
    added(path)
    step = removed(path)
    assert "its lines stay" in "".join(step.consequences)
    assert path.read_text().startswith('# ticket 4711\n# [networks.mine]\n# interface = "virbr0"\n')
    assert '# lease_time = "7d"\n' in path.read_text()
    assert OTHER in path.read_text()
    assert [each.name for each in load(path).networks()] == ["other"]


def test_a_network_with_guests_of_the_file_stays(path: Path) -> None:
    added(path)
    text = path.read_text() + '[guests.web1]\nmac = "52:54:00:00:00:0a"\nnetwork = "lab"\n'
    path.write_text(text)
    with pytest.raises(RefusedError, match="web1"):
        removing(path, "virbr0")
    assert path.read_text() == text


def test_a_file_without_the_network_or_none_has_nothing_to_be_taken_out(path: Path) -> None:
    assert removing(path, "virbr0") is None
    assert removing(written(path), "virbr0") is None


def test_a_lease_time_of_ones_own_is_said(path: Path) -> None:
    network = replace(LAB, lease_time=2 * LAB.lease_time)
    added(path, network)
    assert load(path).networks() == (network,)


@pytest.mark.root
def test_the_owner_of_a_file_stays(path: Path) -> None:
    os.chown(written(path), 65534, 65534)
    added(path)
    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65534)
