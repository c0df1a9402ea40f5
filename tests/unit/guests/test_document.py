"""A guest as a document: what it says and leaves out, that it comes back the same, and what is refused by its key."""

from ipaddress import IPv4Address
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.ccw import DeviceNumber
from netipl.errors import UsageError
from netipl.firmware.versions import Version
from netipl.guests.document import KEYS, document, guest
from netipl.guests.guest import BootMethod, Guest, LocalBoot, Origin
from netipl.net import Mac

MAC = "52:54:00:13:33:0a"
LEAST = {"name": "web1", "mac": [MAC]}
FULL = Guest(
    name="web1.example.com",
    macs=(Mac.parse(MAC), Mac.parse("52:54:00:13:33:0b")),
    uuid=UUID("9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"),
    client_id=b"\xff\x00\x01",
    network="lab",
    address=IPv4Address("192.0.2.10"),
    profile="debian12",
    firmware=Version(10, 0),
    cpu="z15",
    disk=DeviceNumber.parse("0.0.0001"),
    append="quiet",
    method=BootMethod.INS,
    local_boot=LocalBoot.RE_IPL,
    origin=Origin.ADDED,
)

labels = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?", fullmatch=True)
stations = st.binary(min_size=5, max_size=5).map(lambda rest: Mac(b"\x52" + rest))
lines = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
guests = st.builds(
    Guest,
    name=st.lists(labels, min_size=1, max_size=4).map(".".join),
    macs=st.lists(stations, max_size=3, unique=True).map(tuple),
    uuid=st.none() | st.uuids(),
    client_id=st.none() | st.binary(min_size=2, max_size=255),
    network=st.none() | labels,
    address=st.none() | st.ip_addresses(v=4),
    profile=st.none() | labels,
    firmware=st.none()
    | st.builds(Version, st.integers(2, 11), st.sampled_from([0, 1, 2])).filter(
        lambda version: version >= Version(2, 10)
    ),
    cpu=st.none() | labels,
    disk=st.none() | st.from_regex(r"0\.[0-3]\.[0-9a-f]{4}", fullmatch=True).map(DeviceNumber.parse),
    append=lines,
    method=st.none() | st.sampled_from(BootMethod),
    local_boot=st.none() | st.sampled_from(LocalBoot),
    origin=st.just(Origin.ADDED),
)


@given(guests)
def test_a_guest_comes_back_from_its_document(one: Guest) -> None:
    assert guest(document(one)) == one


def test_a_document_says_nothing_of_what_a_guest_does_not_say() -> None:
    assert document(Guest(name="web1", macs=(Mac.parse(MAC),))) == LEAST


def test_a_document_has_its_keys_in_the_order_of_people() -> None:
    assert list(document(FULL)) == list(KEYS)
    assert document(FULL) == {
        "name": "web1.example.com",
        "mac": [MAC, "52:54:00:13:33:0b"],
        "uuid": "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01",
        "client_id": "ff:00:01",
        "network": "lab",
        "address": "192.0.2.10",
        "profile": "debian12",
        "firmware": "10.0",
        "cpu": "z15",
        "disk": "0.0.0001",
        "append": "quiet",
        "method": "ins",
        "local_boot": "re-ipl",
    }


def test_a_guest_that_is_read_is_added_unless_somebody_else_says_so() -> None:
    assert guest(LEAST).origin is Origin.ADDED
    assert guest(LEAST, origin=Origin.DISCOVERED).origin is Origin.DISCOVERED


SAID: dict[str, tuple[dict[str, object], str, object]] = {
    "several MACs in one text, as CSV has them": (
        {"mac": f"{MAC} 52:54:00:13:33:0b"},
        "macs",
        (Mac.parse(MAC), Mac.parse("52:54:00:13:33:0b")),
    ),
    "with commas": ({"mac": f"{MAC},52:54:00:13:33:0b"}, "macs", (Mac.parse(MAC), Mac.parse("52:54:00:13:33:0b"))),
    "a version that YAML makes a number": ({"firmware": 7.2}, "firmware", Version(7, 2)),
    "auto": ({"method": "auto"}, "method", None),
    "nothing": ({"address": ""}, "address", None),
    "null": ({"address": None}, "address", None),
    "no MAC": ({"mac": []}, "macs", ()),
}


@pytest.mark.parametrize(("said", "field", "value"), SAID.values(), ids=SAID)
def test_a_value_may_be_written(said: dict[str, object], field: str, value: object) -> None:
    assert getattr(guest({"name": "web1", **said}), field) == value


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown key": ({**LEAST, "adress": "1"}, "adress: there is no such key", "known are name, mac, uuid"),
    "no name": ({"mac": [MAC]}, "name: a guest needs a name", "give it a DNS name"),
    "an empty name": ({"name": ""}, "name: a guest needs a name", "give it a DNS name"),
    "a name that is none": ({"name": "a_b"}, "name: 'a_b' is no DNS name", "letters, digits and dashes"),
    "a MAC that is none": ({**LEAST, "mac": ["52:54"]}, "mac: '52:54' is no MAC address", "52:54:00:13:33:0a"),
    "a group's MAC": ({**LEAST, "mac": "01:00:5e:00:00:01"}, "mac: no machine has the MAC", "52:54:00:13:33:0a"),
    "a list for a text": ({**LEAST, "address": ["192.0.2.1"]}, "address: ['192.0.2.1'] is no text", ""),
    "a truth": ({**LEAST, "append": True}, "append: True is no text", ""),
    "an address": ({**LEAST, "address": "192.0.2"}, "address: ", ""),
    "a UUID": ({**LEAST, "uuid": "x"}, "uuid: ", ""),
    "a method": ({**LEAST, "method": "x"}, "method: 'x' is no choice", "choose one of auto, config, probe-uuid"),
    "a way to the disk": ({**LEAST, "local_boot": "x"}, "local_boot: 'x' is no choice", "auto, re-ipl, fall-through"),
    "a second line": ({**LEAST, "append": "a\nb"}, "append: it is more than one line", "as one line"),
}


@pytest.mark.parametrize(("said", "words", "remedy"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_by_its_key(said: dict[str, Any], words: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        guest(said)
    assert str(caught.value).startswith(words)
    assert remedy in caught.value.remedy
