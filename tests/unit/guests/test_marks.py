"""How names, MAC addresses, client identifiers and command lines of guests are written."""

import pytest

from netipl.errors import UsageError
from netipl.guests.marks import client_identifier, domain_name, is_station, one_line, station
from netipl.net import Mac

STATIONS = {
    "52:54:00:13:33:0a": True,
    "00:00:00:00:00:01": True,
    "00:00:00:00:00:00": False,
    "ff:ff:ff:ff:ff:ff": False,
    "01:00:5e:00:00:01": False,
}


@pytest.mark.parametrize(("mac", "one"), STATIONS.items())
def test_a_station_has_no_group_address(mac: str, one: bool) -> None:
    assert is_station(Mac.parse(mac)) is one


@pytest.mark.parametrize("mac", [mac for mac, one in STATIONS.items() if not one])
def test_what_no_machine_has_is_refused(mac: str) -> None:
    with pytest.raises(UsageError, match="no machine has"):
        station(mac)


def test_a_station_is_a_mac_however_it_is_written() -> None:
    assert station("52-54-00-13-33-0A") == Mac.parse("52:54:00:13:33:0a")


def test_client_identifiers_are_hexadecimal_with_or_without_colons() -> None:
    assert client_identifier("ff:00:01") == client_identifier("FF0001") == b"\xff\0\1"


@pytest.mark.parametrize("text", ["", "ff", "xyz", "f", "00" * 256])
def test_client_identifiers_have_2_to_255_bytes(text: str) -> None:
    with pytest.raises(UsageError, match="no client identifier"):
        client_identifier(text)


@pytest.mark.parametrize("name", ["a", "web1", "Web-1.example.com", "1a", "a" * 63, "a.b."])
def test_names_of_dns_are_taken(name: str) -> None:
    assert domain_name(name) == name.removesuffix(".")


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "a_b", "a..b", "a b", "ä", "a" * 64, ".".join(["a" * 50] * 6), "a\n", "../a", "a/b"]
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no DNS name"):
        domain_name(name)


def test_one_line_is_text_that_prints() -> None:
    assert one_line("console=ttyS0 {answers}") == "console=ttyS0 {answers}"


@pytest.mark.parametrize("text", ["a\nlabel x", "a\r", "a\tb", "a\0", "\x1b[2J"])
def test_what_would_be_another_command_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="more than one line"):
        one_line(text)
