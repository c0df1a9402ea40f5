"""A libvirt of our own for tests of the control plane: domains in memory, as the worker would tell of them.

The XML is real, and read and edited by the same functions as in the worker; only nothing runs.
"""

import asyncio
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from netipl.ccw import DeviceNumber
from netipl.errors import MissingError, NetiplError, UnavailableError
from netipl.integrations.libvirt.console import Piece, Printed
from netipl.integrations.libvirt.domain_edits import boots_from
from netipl.integrations.libvirt.domain_xml import NETIPL_GUEST, BootsFrom, Interface, facts
from netipl.integrations.libvirt.worker.protocol import Call, Json, Notice, Told
from netipl.net import Mac

CAPABILITIES = """<capabilities><guest><arch name='s390x'>
<machine canonical='s390-ccw-virtio-7.2' maxCpus='248'>s390-ccw-virtio</machine><domain type='qemu'/>
</arch></guest></capabilities>"""

NETWORK = """<network><name>lab</name><uuid>9b6e2a0c-7b1d-4b52-8f6e-1f6f13910000</uuid><forward mode='nat'/>
<bridge name='lo' stp='off' delay='0'/><ip address='192.0.2.1' netmask='255.255.255.0'><dhcp>
<range start='192.0.2.100' end='192.0.2.199'/></dhcp></ip></network>"""


class FakeLibvirt:
    """`asked` are the calls with a change, in order. `why_not` and `refuses` are set by tests."""

    def __init__(self, uri: str, hear: Callable[[Notice], None]) -> None:
        self.uri = uri
        self.why_not = ""
        self.asked: list[str] = []
        self.typed = b""
        self.refuses: dict[Call, NetiplError] = {}
        self.networks = [{"name": "lab", "bridge": "lo", "active": True}]
        self.hosts: list[dict[str, str]] = []
        """Of DHCP in its one network: mac, host_name, address."""
        self._hear = hear
        self._kept: dict[str, str] = {}
        self._live: dict[str, str] = {}
        self._states: dict[str, str] = {}
        self._transient = set[str]()
        self.unborn = set[str]()
        """UUIDs of those that have not run."""
        self.saved = set[str]()
        """UUIDs of those whose memory is saved."""

    async def run(self) -> None:
        self.connect()
        await asyncio.Event().wait()

    def connect(self) -> None:
        self.why_not = ""
        self._hear(Notice(Told.CONNECTED, {"domains": [self._record(uuid) for uuid in self._kept]}))

    def lose(self, reason: str = "libvirtd has ended") -> None:
        self.why_not = reason
        self._hear(Notice(Told.DISCONNECTED, {"reason": reason}))

    def add(self, xml: str) -> str:
        """A domain that somebody else has defined."""
        uuid = facts(xml).uuid
        self._kept[uuid] = xml
        self.tell(uuid, "defined")
        return uuid

    def create(self, xml: str) -> str:
        """A domain that somebody else has started, and that is kept only while it runs."""
        uuid = facts(xml).uuid
        self._kept[uuid] = self._live[uuid] = xml
        self._transient.add(uuid)
        self.tell(uuid, "started")
        return uuid

    def xml(self, uuid: str) -> str:
        """Of its next start."""
        return self._kept[uuid]

    def crash(self, uuid: str, at: float = 0.0) -> None:
        """Its firmware has failed, and libvirt has switched it off."""
        self._live.pop(uuid, None)
        self._states[uuid] = "crashed"
        self.tell(uuid, "crashed", at=at)

    def run_untold(self, uuid: str) -> None:
        """Somebody has started it, and the event is still to come."""
        self._live[uuid] = self._kept[uuid]
        self._states.pop(uuid, None)

    def start_elsewhere(self, uuid: str, at: datetime) -> None:
        """Somebody has started it."""
        self.run_untold(uuid)
        self.tell(uuid, "started", at=at.timestamp())

    def suspend(self, uuid: str) -> None:
        """Somebody has paused it."""
        self._states[uuid] = "paused"
        self.tell(uuid, "suspended")

    def leave_unborn(self, uuid: str) -> None:
        """Somebody was killed who was starting it: it is there, and has not run."""
        self._live[uuid] = self._kept[uuid]
        self._states[uuid] = "paused"
        self.unborn.add(uuid)

    def tell(self, uuid: str, event: str, reason: str = "", at: float = 0.0) -> None:
        detail = {"uuid": uuid, "name": facts(self._kept[uuid]).name, "event": event, "reason": reason, "at": at}
        self._hear(Notice(Told.LIFECYCLE, {**detail, "domain": self._record(uuid)}))

    def open_console(self, uuid: str) -> None:
        self._hear(Notice(Told.CONSOLE_OPENED, {"uuid": uuid, "is_whole": True, "at": 1.0}))

    def prints(self, uuid: str, text: str, *, raw: bytes = b"", at: float = 1.0) -> None:
        """The console of that domain; what it says is not read."""
        printed = Printed(uuid=uuid, at=at, pieces=(Piece(text=text),), raw=raw)
        self._hear(Notice(Told.CONSOLE, printed.to_json()))

    def demand(self) -> None:
        if self.why_not:
            raise UnavailableError(self.why_not)

    async def ask(self, call: Call, /, *, limit: float = 1.0, **arguments: Json) -> Json:
        self.demand()
        if call in self.refuses:
            raise self.refuses[call]
        await asyncio.sleep(0)
        return self._ANSWERS[call](self, arguments)

    def _record(self, uuid: str) -> dict[str, Any]:  # Any: JSON
        now = facts(self._live[uuid]) if uuid in self._live else None
        said = facts(self._kept[uuid])
        return {
            "state": self._states.get(uuid, "running" if now is not None else "off"),
            "active": now is not None,
            "persistent": uuid not in self._transient,
            "is_unborn": uuid in self.unborn,
            "saved": uuid in self.saved,
            "boots_from_now": now.boots_from if now is not None else "",
            **asdict(replace(said, interfaces=tuple(map(self._on_bridge, said.interfaces)))),
        }

    def _on_bridge(self, interface: Interface) -> Interface:
        found = (str(each["bridge"]) for each in self.networks if each["name"] == interface.source)
        return replace(interface, bridge=next(found, interface.bridge))

    def _of(self, arguments: Mapping[str, Json]) -> str:
        if arguments["uuid"] not in self._kept:
            raise MissingError("libvirt: Domain not found")
        return str(arguments["uuid"])

    def _define(self, arguments: Mapping[str, Json]) -> Json:
        self.asked.append("define")
        return self._record(self.add(arguments["xml"]))

    def _start(self, arguments: Mapping[str, Json]) -> None:
        uuid = self._of(arguments)
        self.asked.append("start")
        self._live[uuid] = self._kept[uuid]
        self._states.pop(uuid, None)
        self.tell(uuid, "started", at=datetime.now(UTC).timestamp())

    def _resume(self, arguments: Mapping[str, Json]) -> None:
        uuid = self._of(arguments)
        self.asked.append("resume")
        self._states.pop(uuid, None)
        self.unborn.discard(uuid)
        self.tell(uuid, "resumed")

    def _destroy(self, arguments: Mapping[str, Json]) -> None:
        uuid = self._of(arguments)
        self.asked.append("destroy")
        self._live.pop(uuid, None)
        self._states.pop(uuid, None)
        self.tell(uuid, "stopped", "destroyed")
        if uuid in self._transient:
            del self._kept[uuid]

    def _reset(self, arguments: Mapping[str, Json]) -> None:
        self.asked.append("reset")
        self.tell(self._of(arguments), "reset")

    def _shutdown(self, _: Mapping[str, Json]) -> None:
        self.asked.append("shutdown")

    def _mark(self, arguments: Mapping[str, Json]) -> Json:
        uuid = self._of(arguments)
        self.asked.append("mark")
        root = ET.fromstring(self._kept[uuid])
        metadata = root.find("metadata")
        if metadata is None:
            metadata = ET.SubElement(root, "metadata")
        for each in metadata.findall(f"{{{NETIPL_GUEST}}}guest"):
            metadata.remove(each)
        if arguments["name"]:
            ET.SubElement(metadata, f"{{{NETIPL_GUEST}}}guest", name=arguments["name"])
        self._kept[uuid] = ET.tostring(root, encoding="unicode")
        return self._record(uuid)

    def _boots_from(self, arguments: Mapping[str, Json]) -> Json:
        uuid = self._of(arguments)
        self.asked.append(f"boots-from {arguments['first']}")
        self._kept[uuid] = boots_from(
            self._kept[uuid],
            BootsFrom(arguments["first"]),
            macs=[Mac.parse(each) for each in arguments["macs"]],
            disk=DeviceNumber.parse(arguments["disk"]) if arguments["disk"] else None,
        )
        return self._record(uuid)

    def _make_volume(self, arguments: Mapping[str, Json]) -> Json:
        self.asked.append("make-volume")
        return {"path": f"/images/{arguments['name']}.qcow2", "kind": "qcow2", "is_block": False}

    def _remove_volume(self, arguments: Mapping[str, Json]) -> None:
        self.asked.append(f"remove-volume {arguments['path']}")

    def _network(self, _: Mapping[str, Json]) -> Json:
        root = ET.fromstring(NETWORK)
        dhcp = root.find("ip/dhcp")
        assert dhcp is not None
        for each in self.hosts:
            ET.SubElement(dhcp, "host", mac=each["mac"], name=each["host_name"], ip=each["address"])
        return {"name": "lab", "active": True, "xml": ET.tostring(root, encoding="unicode"), "leases": []}

    def _add_host(self, arguments: Mapping[str, Json]) -> Json:
        host = {key: str(arguments[key]) for key in ("mac", "host_name", "address")}
        self.asked.append(f"add {host['mac']}")
        if is_new := host not in self.hosts:
            self.hosts.append(host)
        return is_new

    def _remove_hosts(self, arguments: Mapping[str, Json]) -> Json:
        self.asked.append(f"remove {arguments['mac']}")
        gone = [each for each in self.hosts if each["mac"] == arguments["mac"]]
        self.hosts = [each for each in self.hosts if each not in gone]
        return gone

    def _type(self, arguments: Mapping[str, Json]) -> None:
        self.typed += b64decode(arguments["keys"])

    _ANSWERS: Mapping[Call, Callable[["FakeLibvirt", Mapping[str, Json]], Json]] = {
        Call.CAPABILITIES: lambda *_: {"xml": CAPABILITIES, "is_system": True},
        Call.DOMAINS: lambda self, _: [self._record(uuid) for uuid in self._kept],
        Call.DOMAIN: lambda self, arguments: self._record(self._of(arguments)),
        Call.NETWORK: _network,
        Call.ADD_HOST: _add_host,
        Call.REMOVE_HOSTS: _remove_hosts,
        Call.NETWORKS: lambda self, _: self.networks,
        Call.NAME_GUESTS: lambda *_: None,
        Call.DEFINE: _define,
        Call.START: _start,
        Call.RESUME: _resume,
        Call.DESTROY: _destroy,
        Call.RESET: _reset,
        Call.SHUTDOWN: _shutdown,
        Call.MARK: _mark,
        Call.BOOTS_FROM: _boots_from,
        Call.MAKE_VOLUME: _make_volume,
        Call.REMOVE_VOLUME: _remove_volume,
        Call.CONSOLES: lambda *_: None,
        Call.CONSOLE_RAW: lambda *_: None,
        Call.CONSOLE_KEYS: _type,
    }
