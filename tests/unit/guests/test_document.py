"""A guest and its document say the same; what a document says wrongly is told with its key and a remedy."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.ccw import DeviceNumber
from netipl.errors import UsageError
from netipl.firmware.versions import Version
from netipl.guests.document import KEYS, document, guest
from netipl.guests.guest import BootFiles, BootMethod, Guest, LocalBoot, Origin
from netipl.guests.marks import is_station
from netipl.net import Mac
from tests.unit.guests.chosen import CHOICES

NAMES = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?(\.[a-z]{1,6})?", fullmatch=True)
LINES = st.text(min_size=1).filter(str.isprintable)
GUESTS = st.builds(
    Guest,
    name=NAMES,
    macs=st.lists(st.binary(min_size=6, max_size=6).map(Mac).filter(is_station), max_size=3, unique=True).map(tuple),
    uuid=st.none() | st.uuids(),
    client_id=st.none() | st.binary(min_size=2, max_size=255),
    address=st.none() | st.ip_addresses(v=4),
    network=st.none() | NAMES,
    firmware=st.none() | st.sampled_from((Version(2, 12), Version(9, 2), Version(99, 0))),
    cpu=st.none() | LINES,
    disk=st.none() | st.builds(DeviceNumber, st.integers(0, 3), st.integers(0, 0xFFFF)),
    append=st.just("") | LINES,
    method=st.none() | st.sampled_from(BootMethod),
    local_boot=st.none() | st.sampled_from(LocalBoot),
    profile=st.none() | NAMES,
    choices=CHOICES,
    origin=st.sampled_from(Origin),
)


@given(GUESTS)
def test_a_guest_comes_back_from_its_document_as_it_was(known: Guest) -> None:
    through_json = json.loads(json.dumps(document(known)))
    assert guest(through_json, origin=known.origin) == known


def test_a_document_says_each_key_in_the_order_of_keys_and_nothing_that_is_not_said() -> None:
    assert document(Guest(name="web1")) == {"name": "web1", "mac": []}
    written = {key: text for key, (text, _) in VALUES.items()}
    assert list(document(guest(written))) == list(KEYS)


def test_files_of_the_settings_have_no_place_in_a_document() -> None:
    known = Guest(name="web1", boot=BootFiles(kernel=Path("kernel")))
    assert guest(document(known), origin=known.origin) == replace(known, boot=None)


VALUES: dict[str, tuple[object, object]] = {
    "name": ("web1.example.com.", "web1.example.com"),
    "mac": ("52:54:00:00:00:0A", ["52:54:00:00:00:0a"]),
    "uuid": ("9B6E2A0C7B1D4B528F6E1F6F3F6C0A01", "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"),
    "client_id": ("FF0001", "ff:00:01"),
    "network": ("lab", "lab"),
    "address": ("192.0.2.10", "192.0.2.10"),
    "profile": ("debian", "debian"),
    "firmware": ("qemu-7.2", "7.2"),
    "cpu": ("z14,aes=off", "z14,aes=off"),
    "disk": ("0.0.ABCD", "0.0.abcd"),
    "append": ("quiet", "quiet"),
    "method": ("ins", "ins"),
    "local_boot": ("re-ipl", "re-ipl"),
    "choices": ({"packages": "vim"}, {"packages": ["vim"]}),
}


@pytest.mark.parametrize("key", KEYS)
def test_a_value_is_read_as_people_write_it_and_shown_in_one_form(key: str) -> None:
    written, shown = VALUES[key]
    assert document(guest({"name": "web1", key: written}))[key] == shown


A, B = "52:54:00:00:00:0a", "52:54:00:00:00:0b"


@pytest.mark.parametrize("value", [[A, B], (A, B), f"{A},{B}", f"{A} {B}", f" {A}, {B} "])
def test_more_macs_than_one_are_a_list_or_one_text(value: object) -> None:
    assert guest({"name": "web1", "mac": value}).macs == (Mac.parse(A), Mac.parse(B))


@pytest.mark.parametrize("value", [None, "", [], {}])
@pytest.mark.parametrize("key", [key for key in KEYS if key != "name"])
def test_a_key_that_says_nothing_is_as_one_that_is_left_out(key: str, value: object) -> None:
    assert guest({"name": "web1", key: value}, origin=Origin.SETTINGS) == Guest(name="web1")


def test_numbers_are_taken_as_the_text_that_they_are_written_as() -> None:
    assert guest({"name": 1, "firmware": 7.2, "append": 3}) == Guest(
        name="1", firmware=Version(7, 2), append="3", origin=Origin.ADDED
    )


WRONG: dict[str, tuple[str, object]] = {
    "a key that is not known": ("mca", A),
    "a name that is none": ("name", "web_1"),
    "a name that is no text": ("name", True),
    "no name": ("name", ""),
    "a MAC": ("mac", "52:54"),
    "one MAC of two": ("mac", [A, "52:54"]),
    "a MAC of a group": ("mac", "01:00:5e:00:00:01"),
    "a MAC that is no text": ("mac", [[A]]),
    "a UUID": ("uuid", "9b6e2a0c"),
    "a client identifier": ("client_id", "f"),
    "a network": ("network", "a b"),
    "an address": ("address", "192.0.2.256"),
    "an address that is no text": ("address", {"address": "192.0.2.1"}),
    "a profile": ("profile", "-"),
    "a version that never was": ("firmware", "7.3"),
    "a CPU of two lines": ("cpu", "z14\nz15"),
    "a device number of QEMU": ("disk", "fe.0.1234"),
    "parameters of two lines": ("append", "quiet\nlabel x"),
    "a method": ("method", "pxe"),
    "a way to the disk": ("local_boot", "chain"),
    "choices that are no table": ("choices", "vim"),
    "a choice": ("choices", {"packages": "a b"}),
}


@pytest.mark.parametrize(("key", "value"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_key_and_a_remedy(key: str, value: object) -> None:
    with pytest.raises(UsageError) as refused:
        guest({"name": "web1", key: value})
    assert str(refused.value).startswith(f"{key}: ")
    assert refused.value.remedy


def test_every_key_has_a_value_that_is_right_and_one_that_is_wrong() -> None:
    assert set(VALUES) == set(KEYS) == {key for key, _ in WRONG.values()} - {"mca"}


def test_a_guest_without_a_name_is_asked_for_one() -> None:
    with pytest.raises(UsageError, match="name: a guest needs a name"):
        guest({"mac": A})


def test_a_wrong_choice_is_answered_with_all_that_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        guest({"name": "web1", "method": "pxe"})
    assert all(choice in refused.value.remedy for choice in ("auto", *BootMethod))


@pytest.mark.parametrize("key", ["address", "firmware", "disk", "method", "local_boot"])
def test_auto_is_what_is_chosen_where_nothing_is_said(key: str) -> None:
    assert guest({"name": "web1", key: "auto"}, origin=Origin.SETTINGS) == Guest(name="web1")


@pytest.mark.parametrize("key", ["mac", "uuid", "client_id"])
def test_a_mark_is_never_auto(key: str) -> None:
    with pytest.raises(UsageError, match=f"{key}: "):
        guest({"name": "web1", key: "auto"})


@pytest.mark.parametrize("key", ["name", "network", "profile", "cpu", "append"])
def test_auto_may_be_a_name(key: str) -> None:
    assert document(guest({"name": "web1", key: "auto"}))[key] == "auto"


@given(st.dictionaries(st.sampled_from(tuple(KEYS)), st.text() | st.integers() | st.lists(st.text())))
def test_whatever_a_document_says_is_a_guest_or_refused_with_the_key(said: dict[str, object]) -> None:
    refused, found = None, None
    try:
        found = guest(said)
    except UsageError as error:
        refused = error
    if found is not None:
        assert guest(document(found)) == found
    else:
        assert str(refused).partition(":")[0] in KEYS
        assert refused is not None
        assert refused.remedy
