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


@pytest.mark.parametrize(
    "text",
    ["qemu:///system", "qemu:///session", "qemu+ssh://root@z.example.com/system?keyfile=/key", "test:///default"],
)
def test_uris_of_libvirt_are_taken(text: str) -> None:
    assert notation.libvirt_uri(text) == text


@pytest.mark.parametrize("text", ["", "system", "qemu:/system", "/run/libvirt/libvirt-sock", "qemu:///sys tem"])
def test_what_is_no_uri_of_libvirt_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no URI of libvirt"):
        notation.libvirt_uri(text)
