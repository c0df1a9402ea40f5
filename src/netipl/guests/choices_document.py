"""What people choose of an installation as a document: the one form of settings, database, API and files.

Keys are those of `answers.choices.Choices`; those that say nothing are left out. What is read is right in its shape.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from netipl.answers.choices import Choices, Layout, Repository, User
from netipl.errors import UsageError
from netipl.guests import wording
from netipl.guests.login import password_hash, ssh_key, user_name
from netipl.guests.reading import Document, Row, distinct, fields, listed, named, one_of, read, table, text, truth

HIDDEN: Final = "..."
"""Stands for the hash of a password where it is not for everybody."""
_NOBODYS: Final = f"$6$hidden${'.' * 86}"
"""Has the form of a hash; no password is known for it."""


def document(choices: Choices) -> Document:
    """Without what is not said."""
    return {
        key: shown
        for key, (field, _) in KEYS.items()
        if (found := getattr(choices, field)) not in (None, ()) and (shown := _shown(key, found))
    }


def choices(document: Mapping[str, object]) -> Choices:
    """Raises UsageError that names the key."""
    return Choices(**fields(document, KEYS))


def public(document: Mapping[str, object]) -> Document:
    """A document of choices, or one that has their keys, for those who may not see hashes of passwords."""
    shown: Document = dict(document)
    if "root_password" in shown:
        shown["root_password"] = HIDDEN
    if "users" in shown:
        shown["users"] = [{**each, "password": HIDDEN} if "password" in each else each for each in shown["users"]]
    if isinstance(chosen := shown.get("choices"), Mapping):
        shown["choices"] = public(chosen)
    return shown


def without_hashes(choices: Choices) -> Choices:
    """With a hash that is nobody's in the place of each, for those who may not see them where they are made use of."""
    users = tuple(user if user.password is None else replace(user, password=_NOBODYS) for user in choices.users)
    root = None if choices.root_password is None else _NOBODYS
    return replace(choices, root_password=root, users=users)


def _shown(key: str, found: Any) -> object:  # Any: each field has its own type
    match key:
        case "users":
            return [_user_document(each) for each in found]
        case "repositories":
            return [{"name": each.name, "url": each.url} for each in found]
        case "variables":
            return dict(found)
    return list(found) if isinstance(found, tuple) else str(found)


def _user_document(user: User) -> Document:
    said = {"name": user.name, "ssh_keys": [*user.ssh_keys], "password": user.password, "admin": user.admin}
    return {key: value for key, value in said.items() if value not in (None, [], False)}


def _record(kind: Callable[..., object], keys: Mapping[str, Row], *needed: str) -> Callable[[object], object]:
    def read_record(value: object) -> object:
        found = fields(table(value), keys)
        if missing := [key for key in needed if key not in found]:
            raise UsageError(f"{missing[0]}: it is missing", remedy=f"say {' and '.join(needed)}")
        return kind(**found)

    return read_record


def _variables(value: object) -> tuple[tuple[str, str], ...]:
    found = []
    for name, said in table(value).items():
        try:
            found.append((wording.variable(name), text(said)))
        except UsageError as error:
            raise named(name, error) from None
    return tuple(found)


_SSH_KEYS: Final = listed(read(ssh_key))
_USER: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "name": ("name", read(user_name)),
        "ssh_keys": ("ssh_keys", _SSH_KEYS),
        "password": ("password", read(password_hash)),
        "admin": ("admin", truth),
    }
)
_REPOSITORY: Final[Mapping[str, Row]] = MappingProxyType(
    {"name": ("name", read(wording.repository_name)), "url": ("url", read(wording.repository_url))}
)

KEYS: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "timezone": ("timezone", read(wording.time_zone)),
        "language": ("language", read(wording.language)),
        "keyboard": ("keyboard", read(wording.keyboard)),
        "layout": ("layout", read(one_of(Layout))),
        "root_password": ("root_password", read(password_hash)),
        "root_ssh_keys": ("root_ssh_keys", _SSH_KEYS),
        "users": ("users", distinct(_record(User, _USER, "name"), lambda user: user.name, "user")),
        "packages": ("packages", listed(read(wording.package))),
        "repositories": (
            "repositories",
            distinct(_record(Repository, _REPOSITORY, "name", "url"), lambda found: found.name, "repository"),
        ),
        "scripts": ("scripts", listed(read(wording.script))),
        "finish": ("finish", read(wording.script)),
        "znet": ("znet", listed(read(wording.znet))),
        "dasd": ("dasd", listed(read(wording.dasd))),
        "zfcp": ("zfcp", listed(read(wording.zfcp))),
        "cio_ignore": ("cio_ignore", read(wording.cio_ignore)),
        "variables": ("variables", _variables),
    }
)
"""What a document may say: of which field, and how it is read."""
