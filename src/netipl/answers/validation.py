"""Which check holds which answer file, of every kind. What external programs say is added by integrations/checkers."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from netipl.answers import overlay
from netipl.answers.checks import agama, alpine, autoinstall, autoyast, ignition, kickstart, preseed
from netipl.answers.checks.json_form import json_of
from netipl.answers.finding import Finding, Source
from netipl.answers.kind import Kind

Check = Callable[[Source], Iterator[Finding]]


def _orders(source: Source) -> Iterator[Finding]:
    """Their keys are known to the agent alone."""
    yield from json_of(source)[1]


CHECKS: Final[Mapping[Kind, Mapping[str, Check]]] = MappingProxyType(
    {
        Kind.KICKSTART: {"ks.cfg": kickstart.findings},
        Kind.AUTOYAST: {"autoinst.xml": autoyast.findings},
        Kind.AGAMA: {"agama.json": agama.findings},
        Kind.PRESEED: {"preseed.cfg": preseed.findings},
        Kind.AUTOINSTALL: {
            "user-data": autoinstall.user_data,
            "meta-data": autoinstall.meta_data,
            "vendor-data": autoinstall.vendor_data,
            "network-config": autoinstall.network_config,
        },
        Kind.IGNITION: {"config.ign": ignition.findings},
        Kind.ALPINE: {},
        Kind.ORDERS: {"orders.json": _orders},
    }
)
"""By kind and name; each member of Alpine's archive is checked in its place."""


def sources(kind: Kind, files: Mapping[str, bytes]) -> Iterator[tuple[Source, Check]]:
    """Every text there is to check, with its check; of an archive, its members."""
    if kind is Kind.ALPINE:
        for packed in files.values():
            for path, contents in overlay.members(packed).items():
                yield Source(path, contents.decode(errors="replace")), alpine.findings
        return
    for name, contents in files.items():
        if (check := CHECKS[kind].get(name)) is not None:
            yield Source(name, contents.decode(errors="replace")), check


def findings(kind: Kind, files: Mapping[str, bytes]) -> list[Finding]:
    """What is wrong with answer files, as far as netipl itself knows, in their order."""
    return [found for source, check in sources(kind, files) for found in check(source)]
