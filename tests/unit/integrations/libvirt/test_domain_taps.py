"""The taps of a running domain, from the XML that libvirt prints of it."""

from netipl.integrations.libvirt.domain_taps import Tap, taps

RUNNING = """
<domain type='qemu' id='3'>
  <name>z1</name>
  <devices>
    <interface type='network'>
      <mac address='52:54:00:13:33:0a'/>
      <source network='default' portid='5f0a' bridge='virbr0'/>
      <target dev='vnet0'/>
    </interface>
    <interface type='bridge'>
      <mac address='52:54:00:13:33:0b'/>
      <source bridge='br0'/>
      <target dev='vnet1'/>
    </interface>
    <interface type='direct'>
      <mac address='52:54:00:13:33:0c'/>
      <source dev='eth0' mode='bridge'/>
      <target dev='macvtap0'/>
    </interface>
    <interface type='user'><mac address='52:54:00:13:33:0d'/></interface>
  </devices>
</domain>
"""


def test_those_of_networks_and_of_bridges_are_found() -> None:
    assert taps(RUNNING) == (
        Tap(guest="z1", mac="52:54:00:13:33:0a", device="vnet0", network="default", bridge="virbr0"),
        Tap(guest="z1", mac="52:54:00:13:33:0b", device="vnet1", network="", bridge="br0"),
    )


def test_a_domain_that_does_not_run_has_none() -> None:
    assert taps("<domain><devices><interface type='network'><source network='n'/></interface></devices></domain>") == ()
