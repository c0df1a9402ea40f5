from datetime import timedelta

import pytest

from netipl.errors import UsageError
from netipl.settings import notation


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1h", 3600), ("7d", 604800), (" 2 h", 7200)]
)
def test_durations_have_units(text: str, seconds: int) -> None:
    assert notation.duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "h", "-1h", "1.5h", "1w", "1h30m", "9" * 10])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no duration"):
        notation.duration(text)


@pytest.mark.parametrize("text", ["59s", "366d"])
def test_lease_times_are_a_minute_to_a_year(text: str) -> None:
    with pytest.raises(UsageError, match="no lease time"):
        notation.lease_time(text)


def test_client_identifiers_are_hexadecimal_with_or_without_colons() -> None:
    assert notation.client_identifier("ff:00:01") == notation.client_identifier("FF0001") == b"\xff\0\1"


@pytest.mark.parametrize("text", ["", "ff", "xyz", "f", "00" * 256])
def test_client_identifiers_have_2_to_255_bytes(text: str) -> None:
    with pytest.raises(UsageError, match="no client identifier"):
        notation.client_identifier(text)


@pytest.mark.parametrize("name", ["a", "web1", "Web-1.example.com", "1a", "a" * 63, "a.b."])
def test_names_of_dns_are_taken(name: str) -> None:
    assert notation.domain_name(name) == name.removesuffix(".")


@pytest.mark.parametrize("name", ["", "-a", "a-", "a_b", "a..b", "a b", "ä", "a" * 64, ".".join(["a" * 50] * 6), "a\n"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no DNS name"):
        notation.domain_name(name)
