"""Checks an AutoYaST profile: well-formed, of the right namespace, with sections that YaST knows.

Sources: the AutoYaST guide of SLES 15; yast2's X-SuSE-YaST-AutoInst resources for the names of sections.
"""

from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from netipl.answers.finding import Finding, Source
from netipl.answers.sound import HASH
from netipl.firmware.rules import Severity
from netipl.values import value

NAMESPACE: Final = "http://www.suse.com/1.0/yast2ns"
CONFIG: Final = "http://www.suse.com/1.0/configns"
_NAMES: Final = (
    "add-on ask-list audit-laf auth-client bootloader ca_mgm configuration_management dasd deploy_image dhcp- "
    "server dns-server fcoe-client files firewall ftp-server general groups host http-server inetd iscsi- "
    "client kdump keyboard language ldap_client login_settings mail networking nfs nfs_server nis nis_server "
    "ntp-client partitioning printer proxy report samba-client samba-server scripts security services-manager "
    "software sound squid ssh_import suse_register sysconfig tftp-server timezone upgrade user_defaults users "
    "zfcp"
)
_SECTIONS: Final = frozenset(_NAMES.split())
_TYPES: Final = frozenset({"boolean", "integer", "symbol", "list", "map", "string", "disksize", "locale"})
_SEPARATOR: Final = " "


@value(kw_only=True)
class Element:
    """One element: `path` from the root, without namespaces; where it begins, its type and the text right within."""

    path: tuple[str, ...]
    namespace: str
    line: int
    column: int
    kind: str
    text: str = ""


class _Reader:
    """Collects elements; entities of one's own, which could grow without end, are refused."""

    def __init__(self) -> None:
        self.elements = list[Element]()
        self._open = list[tuple[tuple[str, ...], str, int, int, str, list[str]]]()
        self._parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = lambda data: self._open[-1][-1].append(data) if self._open else None
        self._parser.EntityDeclHandler = self._entity

    def read(self, text: str) -> list[Element]:
        self._parser.Parse(text.encode(), True)  # noqa: FBT003 - expat's `isfinal`
        return sorted(self.elements, key=lambda each: (each.line, each.column))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(_SEPARATOR)
        path = (*(self._open[-1][0] if self._open else ()), local)
        kind = attributes.get(f"{CONFIG}{_SEPARATOR}type", attributes.get("t", ""))
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1
        self._open.append((path, namespace, line, column, kind, []))

    def _end(self, _name: str) -> None:
        path, namespace, line, column, kind, text = self._open.pop()
        self.elements.append(
            Element(path=path, namespace=namespace, line=line, column=column, kind=kind, text="".join(text).strip())
        )

    def _entity(self, *_declared: object) -> None:
        raise ValueError("it declares entities of its own")


def findings(source: Source) -> Iterator[Finding]:
    """What is wrong with a profile."""
    try:
        elements = _Reader().read(source.text)
    except expat.ExpatError as error:
        message = f"it is not well-formed: {expat.errors.messages.get(error.code, error)}"
        yield source.finding(message, error.lineno, error.offset + 1, remedy="correct the XML")
        return
    except ValueError as error:
        yield source.finding(str(error), remedy="write out what they stand for")
        return
    for each in elements:
        yield from _element(source, each)
    if not any(each.path == ("profile", "users", "user", "username") and each.text == "root" for each in elements):
        remedy = "add root to <users>, with the hash `*` if nobody shall log in by password"
        yield source.finding("it says nothing of root", severity=Severity.WARNING, remedy=remedy)
    confirm = [each.text for each in elements if each.path == ("profile", "general", "mode", "confirm")]
    if confirm != ["false"]:
        remedy = "set <confirm> in <general><mode> to false"
        yield source.finding("YaST would ask before it installs", remedy=remedy)


def _element(source: Source, each: Element) -> Iterator[Finding]:
    def found(message: str, remedy: str, severity: Severity = Severity.ERROR) -> Finding:
        return source.finding(message, each.line, each.column, remedy=remedy, severity=severity)

    name = each.path[-1]
    if len(each.path) == 1 and (name, each.namespace) != ("profile", NAMESPACE):
        yield found(f"the root is {name} of {each.namespace or 'no namespace'}", f"profile of {NAMESPACE}")
    if len(each.path) == 2 and name not in _SECTIONS:
        yield found(f"there is no section {name}", "YaST ignores or refuses it; see the guide", Severity.WARNING)
    if each.kind and each.kind not in _TYPES:
        yield found(f"there is no type {each.kind}", f"one of {', '.join(sorted(_TYPES))}")
    if each.kind == "boolean" and each.text not in {"true", "false"}:
        yield found(f"{name} is boolean, and {each.text!r} is not", "true or false")
    if each.kind == "integer" and not each.text.lstrip("-").isdecimal():
        yield found(f"{name} is an integer, and {each.text!r} is not", "give a number")
    if name == "user_password" and each.text not in {"*", "!"} and not HASH.pattern.fullmatch(each.text):
        yield found("the password is no hash", f"give a {HASH.called}, with <encrypted> true")
    if name == "encrypted" and each.text == "false":
        yield found("the password is in clear", f"give a {HASH.called}, with <encrypted> true")
