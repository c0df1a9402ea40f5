"""Foreman's side of the conversation with a Smart Proxy, call by call, in its order and as rest-client 2.1 writes it.

Paths and query strings are not escaped; forms have capital hexadecimal digits, `+` for a blank, an empty list as a key
without a value; a test compares that with rest-client itself. `python -m tests.foreman_conversation CALLS.json` makes
the calls of a file in order up to the first that Foreman would take for a failure, and prints what came back. Source:
the contract (docs/reference/foreman.md).
"""

import http.client
import json
import ssl
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

KINDS = ("PXELinux", "PXEGrub2", "PXEGrub", "iPXE")
KINDS_OF_DEFAULTS = ("PXEGrub2", "PXELinux", "PXEGrub")
Fields = Sequence[tuple[str, str | Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and the status that Foreman hopes for."""

    method: str
    path: str
    fields: Fields | None = None
    expected: int = 200

    @property
    def body(self) -> bytes | None:
        return None if self.fields is None else form(self.fields)


def form(fields: Fields) -> bytes:
    """As rest-client writes it."""
    parts = []
    for key, said in fields:
        if isinstance(said, str):
            parts.append(f"{_escaped(key)}={_escaped(said)}")
        elif said:
            parts += [f"{_escaped(key)}[]={_escaped(each)}" for each in said]
        else:
            parts.append(_escaped(key))
    return "&".join(parts).encode()


def _escaped(text: str) -> str:
    """As Ruby's URI.encode_www_form_component: a star stays, and a tilde does not."""
    return quote_plus(text, safe="*").replace("~", "%7E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host as Foreman has it. `prefix` and `medium` are of its boot files."""

    name: str
    mac: str
    ip: str
    network: str
    next_server: str
    medium: str
    prefix: str = "boot/mirror-nrm0GtSX1ZC5"
    files: tuple[str, ...] = ("kernel.img", "initrd.img")

    # what Foreman does

    def validate(self) -> Iterator[Call]:
        """May come more than once."""
        yield from 2 * [Call("GET", "/tftp/serverName")]
        yield Call("GET", f"/dhcp/{self.network}/mac/{self.mac}", expected=404)
        yield Call("GET", f"/dhcp/{self.network}/ip/{self.ip}", expected=404)

    def create(self, template: str) -> Iterator[Call]:
        """With build: a record, configurations of all kinds, boot files. Then the machine is switched on."""
        yield self.reserve()
        yield from self.deploy(template)
        yield from self.fetch()

    def built(self, local: str) -> Iterator[Call]:
        """Also what `Cancel build` does."""
        yield from self.deploy(local)

    def rebuild(self, template: str) -> Iterator[Call]:
        yield Call("GET", f"/dhcp/{self.network}/mac/{self.mac}")
        yield from self.deploy(template)
        yield from self.fetch()

    def change_mac(self, other: "Host", template: str) -> Iterator[Call]:
        """To that of `other`."""
        yield self.give_back()
        yield other.reserve()
        yield from self.withdraw()
        yield from other.deploy(template)

    def rename(self, other: "Host") -> Iterator[Call]:
        """As `other` is called."""
        yield self.give_back()
        yield other.reserve()

    def delete(self) -> Iterator[Call]:
        yield self.give_back()
        yield from self.withdraw()

    def bond(self, template: str, *macs: str) -> Iterator[Call]:
        """Created, with these network cards as one: a record for each of them, all with one address."""
        ports = [replace(self, mac=mac) for mac in macs]
        for number, port in enumerate(ports):
            suffix = f"-{number:02}" if number else ""
            yield port.reserve(suffix=suffix, related=[mac for mac in macs if mac != port.mac])
        for port in ports:
            yield from port.deploy(template)
        yield from self.fetch()

    def build_default(self, menu: str) -> Iterator[Call]:
        """`Build PXE Default`: what machines get that Foreman does not know."""
        for kind in KINDS_OF_DEFAULTS:
            yield Call("POST", f"/tftp/{kind}/create_default", (("menu", menu),))
        yield from self.fetch()

    def roll_back(self) -> Iterator[Call]:
        """After a failure: what was done is undone in reverse."""
        yield from reversed(list(self.withdraw()))
        yield self.give_back()

    # its calls

    def reserve(self, *, suffix: str = "", related: Sequence[str] = (), expected: int = 200) -> Call:
        """`suffix` is what tells the records of a bond apart."""
        fields = (
            ("hostname", self.name),
            ("mac", self.mac),
            ("ip", self.ip),
            ("network", self.network),
            ("nextServer", self.next_server),
            ("filename", "pxelinux.0"),
            ("name", f"{self.name}{suffix}"),
            ("related_macs", related),
        )
        return Call("POST", f"/dhcp/{self.network}", fields, expected)

    def give_back(self) -> Call:
        return Call("DELETE", f"/dhcp/{self.network}/mac/{self.mac}")

    def deploy(self, template: str) -> Iterator[Call]:
        for kind in KINDS:
            yield Call("POST", f"/tftp/{kind}/{self.mac}", (("pxeconfig", template),))

    def withdraw(self) -> Iterator[Call]:
        for kind in KINDS:
            yield Call("DELETE", f"/tftp/{kind}/{self.mac}")

    def fetch(self) -> Iterator[Call]:
        for file in self.files:
            fields = (("prefix", self.prefix), ("path", f"{self.medium}/images/{file}"))
            yield Call("POST", "/tftp/fetch_boot_file", fields)

    # its templates, in words of our own

    def kickstart(self, append: str) -> str:
        kernel, initrd = (f"{self.prefix}-{file}" for file in self.files)
        return (
            "# installs\nDEFAULT menu\nMENU TITLE Booting into the installer\nTIMEOUT 200\nONTIMEOUT installer\n\n"
            f"LABEL installer\n    MENU LABEL The installer\n    KERNEL {kernel}\n"
            f"    APPEND initrd={initrd} {append}\n    INITRD {initrd}\n    IPAPPEND 2\n"
        )


LOCAL_BOOT = (
    "# pxelinux\ndefault reboot\nlabel reboot\nkernel kernel-reboot.img\ninitrd initrd-reboot.img\n"
    "#append rd.shell rd.chreipl=ccw rd.chreipl=0.0.0000\n"
)


def is_success(status: int, body: bytes) -> bool:
    """As Foreman takes it: an empty body, or JSON."""
    if not 200 <= status < 300:
        return False
    try:
        return not body or json.loads(body) is not False
    except ValueError:
        return False


def written(calls: Sequence[Call], place: dict[str, str]) -> str:
    """For `main`. `place` has `url`, and for https `certificate`, `key` and `authority`."""
    each = [
        {"method": call.method, "path": call.path, "body": call.body.decode() if call.body else None,
         "expected": call.expected}
        for call in calls
    ]  # fmt: skip
    return json.dumps({"place": place, "calls": each})


def make(document: dict[str, Any]) -> list[dict[str, Any]]:  # Any: JSON
    """What came back of each call, up to the first that is no success."""
    found = []
    for call in document["calls"]:
        connection = _connection(document["place"])
        headers = {"Accept": "application/json", "User-Agent": "rest-client/2.1.0"}
        if call["body"] is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(call["method"], call["path"], body=call["body"], headers=headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        found.append({"path": call["path"], "status": response.status, "body": body.decode("utf-8", "replace")})
        is_well = response.status == call["expected"] and (response.status >= 300 or is_success(response.status, body))
        if not is_well:
            break
    return found


def _connection(place: dict[str, str]) -> http.client.HTTPConnection:
    scheme, _, rest = place["url"].partition("://")
    host, _, port = rest.partition(":")
    if scheme == "http":
        return http.client.HTTPConnection(host, int(port), timeout=60)
    context = _context(place["authority"], place["certificate"], place["key"])
    return http.client.HTTPSConnection(host, int(port), timeout=60, context=context)


@cache
def _context(authority: str, certificate: str, key: str) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=authority)
    made.load_cert_chain(certificate, key)
    return made


def main() -> int:
    document = json.loads(Path(sys.argv[1]).read_text())
    found = make(document)
    sys.stdout.write(json.dumps(found))
    return 0 if len(found) == len(document["calls"]) else 1


if __name__ == "__main__":
    sys.exit(main())
