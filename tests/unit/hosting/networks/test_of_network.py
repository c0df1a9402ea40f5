"""A network is restarted only where all that is on its bridge gets back what it had."""

import os
from pathlib import Path

import pytest

from netipl.errors import NetiplError, RefusedError, UnavailableError
from netipl.hosting.networks.network_change import NetworkChange, Way
from netipl.hosting.networks.of_network import of_network
from netipl.hosting.networks.situation import Situation
from netipl.integrations.bridges.bridges import Bridge, Port
from netipl.integrations.libvirt.connection import SYSTEM, Connection
from netipl.integrations.libvirt.domain_taps import Tap
from netipl.integrations.libvirt.network_edits import Wanted, served_by_dnsmasq
from netipl.integrations.libvirt.networks import LibvirtNetwork
from netipl.integrations.libvirt.xml_text import parsed, text_of
from tests.unit.integrations.libvirt.test_network_edits import DEFAULT, WANTED

TAP = Tap(guest="z1", mac="52:54:00:13:33:0a", device="lo", network="default", bridge="virbr0")
LIMITED = DEFAULT.replace("<mac ", '<bandwidth><inbound average="9000" /></bandwidth><mac ')
TABLED = DEFAULT.replace('delay="0"', 'delay="0" macTableManager="libvirt"')


def situation(xml: str = DEFAULT, running: str | None = "", *, taps: bool = False, ports: bool = False) -> Situation:
    """Of a network that runs as it is defined, unless another XML is given."""
    return Situation(
        connection=Connection(None, SYSTEM),
        network=LibvirtNetwork(None),
        defined_xml=xml,
        running_xml=xml if running == "" else running,
        is_persistent=True,
        starts_by_itself=True,
        bridge=None if running is None else Bridge(name="virbr0", stp=True, delay=2),
        ports=(Port(device="lo"),) if ports else (),
        taps=(TAP,) if taps else (),
    )


def change(before: Situation, *, later: bool = False) -> NetworkChange:
    return NetworkChange(before, served_by_dnsmasq(parsed(before.defined_xml), WANTED), later)


@pytest.mark.parametrize(
    ("before", "error"),
    [
        (situation(LIMITED, taps=True, ports=True), RefusedError),
        (situation(TABLED, taps=True, ports=True), RefusedError),
        (situation(ports=True), UnavailableError),
        (situation(taps=True), UnavailableError),
    ],
)
def test_a_restart_that_costs_somebody_something_is_refused(
    monkeypatch: pytest.MonkeyPatch, before: Situation, error: type[NetiplError]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(error) as caught:
        list(of_network(change(before)))
    assert "--no-restart" in caught.value.remedy
    later = change(before, later=True)
    assert later in list(of_network(later))


@pytest.mark.parametrize("before", [situation(), situation(LIMITED), situation(TABLED), situation(running=None)])
def test_a_restart_that_nobody_notices_is_not(monkeypatch: pytest.MonkeyPatch, before: Situation) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    made = change(before)
    assert list(of_network(made)) == [made]


ENABLED = text_of(served_by_dnsmasq(parsed(DEFAULT), WANTED))
WITHOUT_GUESTS = Wanted(root=Path("/srv/tftp"), boot_file="/", options=WANTED.options)
LIVE_ONLY = ENABLED.replace("<dhcp>", '<dhcp><host mac="52:54:00:00:00:09" ip="192.168.122.9" />')


@pytest.mark.parametrize(
    ("before", "wanted", "way", "needed"),
    [
        (situation(), WANTED, Way.RESTART, True),
        (situation(running=None), WANTED, Way.START, True),
        (situation(ENABLED), WANTED, Way.AT_ONCE, False),
        (situation(ENABLED), WITHOUT_GUESTS, Way.AT_ONCE, True),
        (situation(ENABLED, DEFAULT), WANTED, Way.RESTART, True),
        (situation(ENABLED, LIVE_ONLY), WANTED, Way.AT_ONCE, False),
        (situation(ENABLED, ENABLED.replace("<ip ", '<domain name="old" /><ip ')), WANTED, Way.RESTART, True),
    ],
)
def test_what_a_change_takes(before: Situation, wanted: Wanted, way: Way, *, needed: bool) -> None:
    made = NetworkChange(before, served_by_dnsmasq(parsed(before.defined_xml), wanted))
    assert (made.way, made.is_needed) == (way, needed)


def test_what_others_changed_and_what_they_put_into_the_running_network_alone_is_said_before_a_restart() -> None:
    host = '<host mac="52:54:00:00:00:09" ip="192.168.122.9" /></dhcp>'
    running = DEFAULT.replace("</dhcp>", host)
    defined = DEFAULT.replace("<ip ", '<domain name="new" /><ip ')
    said = "\n".join(change(situation(defined, running, taps=True)).consequences)
    assert "what others changed since it was started takes effect, too: domain" in said
    assert "what others put into the running network alone goes: host 52:54:00:00:00:09" in said
    assert "these guests run on it, lose it for a moment and are put back on its bridge: z1" in said
