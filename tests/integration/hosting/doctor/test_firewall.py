"""What a real firewall lets through, as the doctor sees it, and that its remedy is one."""

import re

import pytest

from tests.integration.hosting.doctor.examining import examined
from tests.integration.hosting.doctor.serving import bridge, serving
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

DROPS = """
table inet strict {
    chain incoming {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
    }
}
"""


def test_a_policy_of_dropping_is_found_and_its_remedy_helps(bare_host: LibvirtHost) -> None:
    with bridge(bare_host), serving(bare_host) as config:
        assert examined(bare_host, "--config", config).is_fine("firewall", "network lab")
        bare_host.run("nft", "--file", "-", stdin=DROPS)
        found = examined(bare_host, "--config", config)
        closed = found.one("firewall-closed")
        assert closed["subject"] == "network lab"
        assert "inet strict incoming" in closed["message"]
        for command in re.findall(r"`([^`]*)`", closed["remedy"]):
            bare_host.run("sh", "-ec", command)
        assert examined(bare_host, "--config", config).is_fine("firewall", "network lab")
