"""`netipl serve` on a bridge of a host of the tests."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.hosting.doctor.examining import NETIPL, write_settings
from tests.libvirt_host import LibvirtHost

BRIDGE = "br0"
ADDRESS = "192.0.2.1"
SETTINGS = f"""
[server]
state_directory = "state"
run_directory = "state/run"
[networks.lab]
interface = "{BRIDGE}"
subnet = "192.0.2.0/24"
server = "{ADDRESS}"
pools = ["192.0.2.100-192.0.2.199"]
unknown = "pool"
"""


@contextmanager
def bridge(host: LibvirtHost) -> Iterator[None]:
    """Of Linux, with our address, made by nobody that libvirt knows."""
    host.run("ip", "link", "add", BRIDGE, "type", "bridge")
    host.run("ip", "address", "add", f"{ADDRESS}/24", "dev", BRIDGE)
    host.run("ip", "link", "set", BRIDGE, "up")
    try:
        yield
    finally:
        host.run("ip", "link", "delete", BRIDGE)


@contextmanager
def serving(host: LibvirtHost, settings: str = SETTINGS) -> Iterator[Path]:
    """The settings file of a daemon that is ready."""
    config = write_settings(host, settings)
    with (
        (host.directory / "daemon.log").open("wb") as log,
        host.running(*NETIPL, "serve", "-c", config, output=log) as it,
    ):
        host.wait_for(lambda: _is_ready(host, it), "the daemon serves")
        yield config


def _is_ready(host: LibvirtHost, process: subprocess.Popen[bytes]) -> bool:
    log = (host.directory / "daemon.log").read_text()
    assert process.poll() is None, log
    return "serving" in log


def api(host: LibvirtHost) -> Path:
    """The socket of its API."""
    return host.directory / "state" / "run" / "api.sock"
