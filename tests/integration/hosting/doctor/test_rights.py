"""`netipl doctor` as an ordinary user: it looks at what it may, and says what it may not."""

import os
from collections.abc import Iterator

import pytest

from tests.integration.hosting.doctor.examining import Examination, define, examined, nic, port, write_domain
from tests.libvirt_host import libvirt_host

pytestmark = pytest.mark.root

NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


@pytest.fixture(scope="module")
def found() -> Iterator[Examination]:
    """On a host without polkit, so libvirtd has to be told that everybody may read."""
    with libvirt_host(libvirtd=False) as host:
        host.run("sh", "-c", "echo 'auth_unix_ro = \"none\"' >/etc/libvirt/libvirtd.conf")
        host.start_libvirtd()
        host.define_default_network()
        host.run("ip", "link", "set", "virbr0", "type", "bridge", "stp_state", "0")
        define(host, "z1", nic(1))
        with port(host, "virbr0"):
            yield examined(host, rights=NOBODY)


def test_libvirt_is_read_without_root(found: Examination) -> None:
    for check in ("libvirt", "domains", "cables"):
        assert found.is_fine(check)


@pytest.mark.parametrize("check", ["DHCP servers", "firewall"])
def test_what_may_not_be_looked_at_is_said(found: Examination, check: str) -> None:
    (seen,) = found.of(check)
    assert (seen["problem"], seen["severity"]) == ("not-looked-at", "note")
    assert "root" in seen["remedy"]


def test_a_port_of_another_user_is_taken_for_the_right_one(found: Examination) -> None:
    (seen,) = found.of("ports")
    assert not seen["problem"]
    assert "a program of user" in seen["evidence"]


def test_a_users_own_libvirt_is_looked_at_too() -> None:
    """It makes no bridges, and starts by itself."""
    with libvirt_host(libvirtd=False) as host:
        home = "/run/home"
        places = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), home)
        own = ("--connect", "qemu:///session")
        host.run("sh", "-ec", f"mkdir {home}; chown nobody {home}")
        file = write_domain(host, "z1", nic(1, "", kind="user"))
        host.run(*NOBODY, "virsh", *own, "define", file, env=os.environ | places)
        found = examined(host, *own, rights=NOBODY, env=os.environ | places)
    assert found.is_fine("libvirt")
    assert found.is_fine("domains", "domain z1")
    assert found.problems("cables") == {"user-network"}
