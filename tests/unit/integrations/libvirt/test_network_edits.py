"""A network is edited in what netipl owns of it alone, and given back as it was, with what others changed since."""

from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from netipl.errors import RefusedError
from netipl.integrations.libvirt.network_edits import (
    Foreign,
    Reservation,
    Wanted,
    served_by_dnsmasq,
    served_by_netipl,
    without_netipl,
)
from netipl.integrations.libvirt.network_owned import read
from netipl.integrations.libvirt.network_record import Server, changed_by_netipl, recorded
from netipl.integrations.libvirt.network_xml import facts
from netipl.integrations.libvirt.xml_text import DNSMASQ, parsed, text_of
from netipl.net import Mac

DEFAULT = """\
<network>
  <name>default</name>
  <uuid>91062e19-0a02-4797-999e-6ce6dd2001bf</uuid>
  <forward mode="nat" />
  <bridge name="virbr0" stp="on" delay="0" />
  <mac address="52:54:00:f4:fb:ea" />
  <ip address="192.168.122.1" netmask="255.255.255.0">
    <dhcp>
      <range start="192.168.122.2" end="192.168.122.254" />
    </dhcp>
  </ip>
</network>
"""
"""As libvirt's package brings it."""

GROWN = """\
<network xmlns:dnsmasq="http://libvirt.org/schemas/network/dnsmasq/1.0" xmlns:other="https://example.com/">
  <name>lab</name>
  <uuid>91062e19-0a02-4797-999e-6ce6dd2001bf</uuid>
  <metadata>
    <other:note>keep me</other:note>
  </metadata>
  <forward mode="route" dev="eth0" />
  <bridge name="virbr7" stp="off" delay="2" />
  <domain name="lab.example.com" localOnly="yes" />
  <dns>
    <host ip="192.0.2.9">
      <hostname>printer</hostname>
    </host>
  </dns>
  <ip family="ipv6" address="2001:db8::1" prefix="64">
    <dhcp>
      <range start="2001:db8::10" end="2001:db8::20" />
    </dhcp>
  </ip>
  <ip address="198.51.100.1" prefix="24" />
  <ip address="192.0.2.1" prefix="24">
    <tftp root="/srv/old" />
    <dhcp>
      <range start="192.0.2.100" end="192.0.2.199">
        <lease expiry="1" unit="hours" />
      </range>
      <host mac="52:54:00:00:00:09" name="printer" ip="192.0.2.9" />
      <bootp file="pxelinux.0" server="192.0.2.2" />
    </dhcp>
  </ip>
  <dnsmasq:options>
    <dnsmasq:option value="log-dhcp" />
    <dnsmasq:option value="dhcp-option=42,192.0.2.1" />
  </dnsmasq:options>
</network>
"""
"""With something of everything, and DHCP on the second IPv4 address."""

WANTED = Wanted(
    root=Path("/srv/tftp"),
    boot_file="/",
    reservations=(Reservation(mac=Mac.parse("52:54:00:13:33:0a"), name="z1", address=IPv4Address("192.0.2.10")),),
    options=("dhcp-option-force=tag:netipl-z1,210,hosts/z1/",),
)


def by_dnsmasq(network: Element) -> Element:
    return served_by_dnsmasq(network, WANTED)


WAYS = [by_dnsmasq, served_by_netipl]
Way = Callable[[Element], Element]


@pytest.mark.parametrize("text", [DEFAULT, GROWN])
@pytest.mark.parametrize("way", WAYS)
def test_it_is_given_back_as_it_was(way: Way, text: str) -> None:
    restored, foreign = without_netipl(way(parsed(text)))
    assert text_of(restored) == text
    assert foreign == ()


@pytest.mark.parametrize("text", [DEFAULT, GROWN])
@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_enabling_again_is_as_enabling_once(first: Way, second: Way, text: str) -> None:
    assert text_of(second(first(parsed(text)))) == text_of(second(parsed(text)))


def test_dnsmasq_serves_what_is_wanted_and_at_once() -> None:
    found = facts(text_of(by_dnsmasq(parsed(DEFAULT))))
    assert (found.tftp_root, found.boot_file, found.boot_server) == (Path("/srv/tftp"), "/", "")
    assert (found.stp, found.delay) == (False, 0)
    assert found.options == ("no-ping", *WANTED.options)
    assert [(str(host.mac), host.name, str(host.address)) for host in found.hosts] == [
        ("52:54:00:13:33:0a", "z1", "192.0.2.10")
    ]
    assert found.server is Server.DNSMASQ


def test_dnsmasq_that_serves_instead_of_another_server_keeps_what_it_served_besides() -> None:
    found = facts(text_of(by_dnsmasq(parsed(GROWN))))
    assert (found.tftp_root, found.boot_file, found.boot_server) == (Path("/srv/tftp"), "/", "")
    assert [host.name for host in found.hosts] == ["printer", "z1"]
    assert found.options == ("log-dhcp", "dhcp-option=42,192.0.2.1", "no-ping", *WANTED.options)


@pytest.mark.parametrize("text", [DEFAULT, GROWN])
def test_where_netipl_serves_dnsmasq_has_neither_dhcp_nor_tftp_on_ipv4(text: str) -> None:
    found = facts(text_of(served_by_netipl(parsed(text))))
    assert not found.has_dhcp
    assert found.tftp_root is None
    assert not [option for option in found.options if option.startswith("dhcp-")]
    assert not found.stp
    assert found.interface == facts(text).interface
    assert found.server is Server.NETIPL


@pytest.mark.parametrize("way", WAYS)
def test_what_netipl_does_not_own_stays(way: Way) -> None:
    text = text_of(way(parsed(GROWN)))
    for line in ("keep me", "<hostname>printer</hostname>", '<range start="2001:db8::10" end="2001:db8::20" />'):
        assert line in text


def test_a_change_of_others_stays_and_is_told() -> None:
    text = text_of(by_dnsmasq(parsed(DEFAULT))).replace(
        '<tftp root="/srv/tftp" />\n    <dhcp>', '<tftp root="/mine" /><dhcp>'
    )
    restored, foreign = without_netipl(parsed(text))
    assert foreign == (Foreign(name="tftp", text='<tftp root="/mine" />'),)
    assert read(restored) == {**read(parsed(DEFAULT)), "tftp": '<tftp root="/mine" />'}


def test_what_others_added_stays_and_what_they_removed_of_ours_is_no_matter() -> None:
    changed = by_dnsmasq(parsed(DEFAULT))
    dhcp = changed.find("ip/dhcp")
    assert dhcp is not None
    dhcp.remove(dhcp.findall("host")[0])
    dhcp.append(Element("host", {"mac": "52:54:00:00:00:01", "ip": "192.168.122.50"}))
    restored, foreign = without_netipl(changed)
    assert foreign == ()
    assert set(read(restored)) == {*read(parsed(DEFAULT)), "host 52:54:00:00:00:01"}


def test_what_others_removed_that_was_there_before_stays_away_and_is_told() -> None:
    changed = by_dnsmasq(parsed(GROWN))
    for ip in changed.findall("ip"):
        for tftp in ip.findall("tftp"):
            ip.remove(tftp)
    restored, foreign = without_netipl(changed)
    assert foreign == (Foreign(name="tftp", text=None),)
    assert "tftp" not in read(restored)


def test_what_others_put_back_themselves_is_not_told() -> None:
    text = text_of(by_dnsmasq(parsed(DEFAULT))).replace('virbr0" stp="off"', 'virbr0" stp="on"')
    restored, foreign = without_netipl(parsed(text))
    assert foreign == ()
    assert text_of(restored) == DEFAULT


def test_a_network_without_netipl_is_given_back_unchanged() -> None:
    restored, foreign = without_netipl(parsed(GROWN))
    assert text_of(restored) == GROWN
    assert foreign == ()
    assert changed_by_netipl(restored) == frozenset()


def test_what_was_changed_is_known_from_the_network_itself() -> None:
    record = recorded(by_dnsmasq(parsed(DEFAULT)))
    assert record is not None
    assert record.names == [
        "bridge stp",
        "tftp",
        "bootp",
        "host 52:54:00:13:33:0a",
        "option no-ping",
        *(f"option {line}" for line in WANTED.options),
    ]
    assert record.was == {"bridge stp": '<bridge stp="on" />'}


@pytest.mark.parametrize(
    ("old", "new"), [('server="dnsmasq"', 'server="other"'), ("<netipl:was>", "<netipl:was><unknown />")]
)
def test_a_record_of_a_later_version_is_refused(old: str, new: str) -> None:
    with pytest.raises(RefusedError, match="cannot read"):
        without_netipl(parsed(text_of(by_dnsmasq(parsed(DEFAULT))).replace(old, new)))


def test_a_guest_whose_name_begins_with_a_digit_has_none_with_libvirt() -> None:
    host = Reservation(mac=Mac.parse("52:54:00:13:33:0a"), name="", address=IPv4Address("192.0.2.10")).element()
    assert host.attrib == {"mac": "52:54:00:13:33:0a", "ip": "192.0.2.10"}


def with_options(*values: str) -> str:
    lines = "".join(f"<dnsmasq:option value={value!r} />" for value in values)
    named = DEFAULT.replace("<network>", f'<network xmlns:dnsmasq="{DNSMASQ}">')
    return named.replace("</network>", f"<dnsmasq:options>{lines}</dnsmasq:options></network>")


@pytest.mark.parametrize("line", ["conf-file=/etc/more.conf", "conf-dir=/etc/dnsmasq.d,*.conf", " conf-script=/bin/x"])
def test_lines_from_elsewhere_that_could_answer_dhcp_beside_netipl_are_refused(line: str) -> None:
    with pytest.raises(RefusedError, match="may make it go on serving DHCP"):
        served_by_netipl(parsed(with_options(line)))
    served_by_dnsmasq(parsed(with_options(line)), WANTED)


def test_of_lines_for_dhcp_those_of_ipv6_stay() -> None:
    lines = ("dhcp-hostsfile=/etc/hosts.dhcp", "dhcp-option=option6:dns-server,[::1]", "log-queries")
    served = facts(text_of(served_by_netipl(parsed(with_options(*lines)))))
    assert served.options == lines[1:]


@pytest.mark.parametrize("way", WAYS)
def test_two_reservations_for_one_mac_are_both_given_back(way: Way) -> None:
    hosts = "".join(f'<host mac="52:54:00:00:00:01" name="n{n}" ip="192.168.122.{n}" />' for n in (10, 11))
    before = parsed(DEFAULT.replace("</dhcp>", f"{hosts}</dhcp>"))
    restored, _ = without_netipl(way(before))
    assert text_of(restored) == text_of(before)


def test_the_spanning_tree_stays_where_a_ring_may_need_it() -> None:
    for served in (
        served_by_dnsmasq(parsed(DEFAULT), WANTED, keeps_stp=True),
        served_by_netipl(parsed(DEFAULT), keeps_stp=True),
    ):
        assert facts(text_of(served)).stp
