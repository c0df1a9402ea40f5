"""The routes of the TFTP module, row by row. What becomes of the files that it fetches is in test_boot_files."""

import pytest

from netipl.provisioning.timeline import Deed
from tests.contract.servers.smartproxy.lab import Proxy
from tests.unit.provisioning.foreman import templates

MAC = "52:54:00:00:00:01"
VARIANTS = ["PXELinux", "PXEGrub2", "PXEGrub", "iPXE"]
ALL = [*VARIANTS, "Syslinux", "Ztp", "Poap"]


@pytest.mark.parametrize("variant", ALL)
def test_what_is_uploaded_is_given_back_word_for_word(proxy: Proxy, variant: str) -> None:
    text = "# ä + %\ndefault x\n\tend & more=1\n"
    assert proxy.ask("POST", f"/tftp/{variant}/{MAC}", [("pxeconfig", text)]).is_done
    found = proxy.ask("GET", f"/tftp/{variant.lower()}/{MAC.upper()}")
    assert (found.status, found.text, found.media_type) == (200, text, "text/html;charset=utf-8")


def test_variants_do_not_mix_but_for_syslinux_which_is_pxelinux(proxy: Proxy) -> None:
    proxy.ask("POST", f"/tftp/syslinux/{MAC}", [("pxeconfig", "one")])
    proxy.ask("POST", f"/tftp/iPXE/{MAC}", [("pxeconfig", "two")])
    assert proxy.ask("GET", f"/tftp/PXELinux/{MAC}").text == "one"
    assert proxy.ask("GET", f"/tftp/PXEGrub/{MAC}").status == 404


def test_the_last_upload_counts_and_an_empty_one_is_one(proxy: Proxy) -> None:
    for text in ("one", ""):
        assert proxy.ask("POST", f"/tftp/PXELinux/{MAC}", [("pxeconfig", text)]).is_done
    found = proxy.ask("GET", f"/tftp/PXELinux/{MAC}")
    assert (found.status, found.body) == (200, b"")


def test_the_old_name_of_the_field_is_known(proxy: Proxy) -> None:
    assert proxy.ask("POST", f"/tftp/PXELinux/{MAC}", [("syslinux_config", "old")]).is_done
    assert proxy.ask("GET", f"/tftp/PXELinux/{MAC}").text == "old"


@pytest.mark.parametrize("body", [[], [("other", "x")]], ids=["none", "another"])
def test_an_upload_without_its_field_is_refused(proxy: Proxy, body: list[tuple[str, str]]) -> None:
    found = proxy.ask("POST", f"/tftp/PXELinux/{MAC}", body)
    assert (found.status, found.text) == (400, "TFTP: Failed to create pxe config file: Invalid parameters received")


def test_json_is_no_form(proxy: Proxy) -> None:
    found = proxy.ask("POST", f"/tftp/PXELinux/{MAC}", b'{"pxeconfig": "x"}', Content_Type="application/json")
    assert found.status == 400


def test_a_file_that_is_not_there_is_named(proxy: Proxy) -> None:
    found = proxy.ask("GET", f"/tftp/PXELinux/{MAC}")
    assert found.status == 404
    assert found.text.startswith("TFTP: Failed to retrieve pxe config file: File /")
    assert found.text.endswith("/pxelinux.cfg/01-52-54-00-00-00-01 not found")


def test_to_remove_is_the_same_twice(proxy: Proxy) -> None:
    proxy.ask("POST", f"/tftp/PXELinux/{MAC}", [("pxeconfig", "x")])
    for _ in range(2):
        assert proxy.ask("DELETE", f"/tftp/PXELinux/{MAC}").is_done
        assert proxy.ask("GET", f"/tftp/PXELinux/{MAC}").status == 404


@pytest.mark.parametrize(
    "mac", ["52-54-00-00-00-01", "52:54:00:00:00", "zz:54:00:00:00:01", "..", "52:54:00:00:00:01%0a"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_mac_that_is_none_is_forbidden_before_the_variant(proxy: Proxy, method: str, mac: str) -> None:
    for variant in ("PXELinux", "bogus"):
        found = proxy.ask(method, f"/tftp/{variant}/{mac}", [("pxeconfig", "")] if method == "POST" else None)
        assert found.status == 403
        assert found.text.startswith("Invalid MAC address: ")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_variant_that_is_none_is_forbidden(proxy: Proxy, method: str) -> None:
    found = proxy.ask(method, f"/tftp/bogus/{MAC}", [("pxeconfig", "")] if method == "POST" else None)
    assert (found.status, found.text) == (403, "Unrecognized pxeboot config type: bogus")


@pytest.mark.parametrize("mac", ["2:4:0:a:0:1", ":".join(["ab"] * 20)], ids=["single digits", "InfiniBand"])
def test_other_macs_are_taken(proxy: Proxy, mac: str) -> None:
    assert proxy.ask("POST", f"/tftp/PXELinux/{mac}", [("pxeconfig", "x")]).is_done
    assert proxy.ask("GET", f"/tftp/PXELinux/{mac}").text == "x"


@pytest.mark.parametrize("variant", ALL)
def test_a_default_is_taken(proxy: Proxy, variant: str) -> None:
    assert proxy.ask("POST", f"/tftp/{variant}/create_default", [("menu", "default x\n")]).is_done


def test_a_default_without_its_text_is_refused(proxy: Proxy) -> None:
    found = proxy.ask("POST", "/tftp/PXELinux/create_default", [])
    assert (found.status, found.text) == (
        400,
        "TFTP: Failed to create PXE default file: Default config not supplied",
    )
    assert proxy.ask("POST", "/tftp/bogus/create_default", [("menu", "")]).status == 403


def test_the_old_routes_are_those_of_syslinux(proxy: Proxy) -> None:
    assert proxy.ask("POST", "/tftp/create_default", [("menu", "x")]).is_done
    assert proxy.ask("POST", f"/tftp/{MAC}", [("syslinux_config", "x")]).is_done
    assert proxy.ask("GET", f"/tftp/syslinux/{MAC}").text == "x"
    assert proxy.ask("DELETE", f"/tftp/{MAC}").is_done
    assert proxy.ask("GET", f"/tftp/syslinux/{MAC}").status == 404
    assert proxy.ask("POST", "/tftp/bogus", [("syslinux_config", "x")]).text == "Invalid MAC address: bogus"


def test_the_servers_name_is_json_called_html(proxy: Proxy) -> None:
    found = proxy.ask("GET", "/tftp/serverName")
    assert (found.status, found.json, found.media_type) == (
        200,
        {"serverName": "tftp.example.com"},
        "text/html;charset=utf-8",
    )


def test_what_is_deployed_is_in_the_timeline_of_its_guest_without_secrets(proxy: Proxy) -> None:
    template = templates.PRESEED.replace(b"IPAPPEND 2", b"IPAPPEND 2\n    SAY netipl_secret")
    proxy.ask("POST", f"/tftp/PXELinux/{MAC}", [("pxeconfig", template.decode())])
    proxy.ask("POST", f"/tftp/PXELinux/{MAC}", [("pxeconfig", templates.LOCAL_S390X.decode())])
    proxy.ask("POST", f"/tftp/PXELinux/{MAC}", [("pxeconfig", "label x\nkernel k\nappend y\n")])
    events = [each for each in proxy.events() if each.what in {Deed.CONFIGURATION_DEPLOYED, Deed.CONFIGURATION_FINDING}]
    assert {each.guest for each in events} == {"foreman-52-54-00-00-00-01"}
    told = [each.detail for each in events if each.what is Deed.CONFIGURATION_DEPLOYED]
    assert [each["boots"] for each in told] == ["files", "disk", "nothing"]
    assert told[0]["kernel"] == "boot/debian-mirror-0123456789ab-linux"
    assert events[0].by.startswith("foreman ")
    found = [each.detail for each in events if each.what is Deed.CONFIGURATION_FINDING]
    assert any("ipappend" in str(each["message"]) for each in found)
    assert any(each["severity"] == "error" and "no initrd" in str(each["message"]) for each in found)
    messages = [each["message"] for each in proxy.ask("GET", "/logs").json["logs"]]
    assert any("no initrd" in each and MAC in each for each in messages)


def test_a_commit_that_fails_is_told(proxy: Proxy) -> None:
    proxy.store.error = OSError("the disk is full")
    found = proxy.ask("POST", f"/tftp/PXELinux/{MAC}", [("pxeconfig", "x")])
    assert found.status >= 400
    assert proxy.failures
