"""A real Open vSwitch on a host of the tests, with its datapath in user space: it needs no module of the kernel.

Unpacked, not installed. Sources: ovs-vswitchd(8), Documentation/intro/install/userspace.rst of Open vSwitch.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests import peers
from tests.libvirt_host import LibvirtHost

_PACKAGE = "openvswitch-switch"
_RUN = "/run/openvswitch"
_START = f"""
mkdir -p {_RUN}
ovsdb-tool create {_RUN}/conf.db $SCHEMA
ovsdb-server {_RUN}/conf.db --remote=punix:{_RUN}/db.sock --detach --pidfile --log-file=/dev/null
ovs-vsctl --no-wait init
ovs-vswitchd --detach --pidfile --log-file=/dev/null
"""


@contextmanager
def open_vswitch(host: LibvirtHost, bridge: str) -> Iterator[Mapping[str, str]]:
    """With one bridge, up; the environment in which its programs are found. Raises PeerMissing."""
    root = peers.peer(_PACKAGE)
    programs = [str(root / each) for each in ("usr/bin", "usr/sbin", "usr/lib/openvswitch-switch")]
    environment = {
        **peers.environment(_PACKAGE),
        "PATH": ":".join([*programs, os.environ["PATH"]]),
        "SCHEMA": str(root / "usr/share/openvswitch/vswitch.ovsschema"),
    }
    host.run("sh", "-ec", _START, env=environment)
    add = ("add-br", bridge, "--", "set", "bridge", bridge, "datapath_type=netdev")
    host.run("ovs-vsctl", "--timeout=30", *add, env=environment)
    host.run("ip", "link", "set", bridge, "up")
    try:
        yield environment
    finally:
        host.run("ovs-vsctl", "--timeout=30", "del-br", bridge, env=environment)
        host.run("sh", "-c", f"kill $(cat {_RUN}/*.pid)")
