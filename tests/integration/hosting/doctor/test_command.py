"""The command itself: its page for people, its settings, its exit status, and whatever names others may choose."""

import pytest

from tests.integration.hosting.doctor.examining import NETIPL, examined, write_settings
from tests.integration.hosting.doctor.serving import SETTINGS
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root


def test_the_page_says_what_was_seen_what_a_guest_sees_and_what_helps(bare_host: LibvirtHost) -> None:
    config = write_settings(bare_host, SETTINGS)
    done = bare_host.run(*NETIPL, "doctor", "--config", config, check=False)
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert done.returncode == 1
    at = lines.index("error: network lab: there is no interface br0 [interface-missing]")
    assert [line.partition(":")[0] for line in lines[at + 1 : at + 4]] == ["seen", "guest", "remedy"]
    assert f"ok settings: {config}: 1 networks, 0 guests" in lines
    assert lines[-1].startswith("1 error, ")


def test_a_person_at_a_terminal_sees_what_it_is_doing(bare_host: LibvirtHost) -> None:
    command = " ".join((*NETIPL, "doctor"))
    for with_errors, shown in ((f"{command} >/dev/null", True), (f"{command} 2>/dev/null", False)):
        said = bare_host.run("env", "TERM=xterm", "script", "-qec", with_errors, "/dev/null", check=False).stdout
        assert ("looking at: " in said) is shown


def test_settings_that_are_wrong_are_a_finding(bare_host: LibvirtHost) -> None:
    found = examined(bare_host, "--config", write_settings(bare_host, "[networks]\n"))
    assert found.one("settings-wrong")["severity"] == "error"


def test_settings_that_are_named_have_to_be_there(bare_host: LibvirtHost) -> None:
    done = bare_host.run(*NETIPL, "doctor", "--config", bare_host.directory / "none.toml", check=False)
    assert done.returncode == 3
    assert "none.toml" in done.stderr


def test_without_settings_there_is_nothing_to_say_of_them(bare_host: LibvirtHost) -> None:
    assert not examined(bare_host).of("settings")


def test_a_name_that_is_none_is_wrong_usage(bare_host: LibvirtHost) -> None:
    assert bare_host.run(*NETIPL, "doctor", "--guest", "no name", check=False).returncode == 2
