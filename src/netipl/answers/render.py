"""Makes the answer files of one installation from templates that are given by value.

A template is a directory of files: `kickstart/ks.cfg`. The shipped ones are named for their kind; one of another name
stands over the shipped one, file by file, and may extend or include any other by its name.
"""

from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from netipl.answers import overlay
from netipl.answers.environment import Templates
from netipl.answers.facts import Facts, chosen, context
from netipl.answers.kind import Kind
from netipl.answers.sound import check

NAMES: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.KICKSTART: ("ks.cfg",),
        Kind.AUTOYAST: ("autoinst.xml",),
        Kind.AGAMA: ("agama.json",),
        Kind.PRESEED: ("preseed.cfg",),
        Kind.AUTOINSTALL: ("user-data", "meta-data", "vendor-data", "network-config"),
        Kind.IGNITION: ("config.ign",),
        Kind.ALPINE: (),
        Kind.ORDERS: ("orders.json",),
    }
)
"""The files of each kind. Those of Alpine are members of one archive, which is named for the guest."""


def names(kind: Kind, guest: str) -> tuple[str, ...]:
    """Of the files that the installer of a guest may ask for."""
    return (overlay.name(guest),) if kind is Kind.ALPINE else NAMES[kind]


def files(kind: Kind, templates: Mapping[str, str], facts: Facts, *, template: str = "") -> Mapping[str, bytes]:
    """By name. `templates` are texts by `TEMPLATE/FILE`; `template` is one of them, or empty for the shipped one.

    Raises UsageError, which names template and line, for what is wrong with a template, a choice or a fact.
    """
    check(facts.guest, chosen(facts))
    environment, known = Templates(templates), context(facts)
    paths = _members(templates, template) if kind is Kind.ALPINE else NAMES[kind]
    made = {path: environment.rendered(_placed(templates, kind, template, path), known) for path in paths}
    return {overlay.name(facts.guest): overlay.archive(made)} if kind is Kind.ALPINE else made


def _members(templates: Iterable[str], template: str) -> Iterable[str]:
    """The paths of the shipped overlay, and those that `template` adds."""
    return sorted(
        {path for name in templates for of, _, path in [name.partition("/")] if of in (Kind.ALPINE, template)}
    )


def _placed(templates: Container[str], kind: Kind, template: str, path: str) -> str:
    """The name of the own template, where there is one, else of the shipped one."""
    own = f"{template}/{path}"
    return own if own in templates else f"{kind}/{path}"
