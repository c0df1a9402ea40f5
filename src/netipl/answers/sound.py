"""What a choice may look like, before any template gets it: names are names, and passwords hashes.

Free text (scripts, variables, the comment of an SSH key) is quoted by templates where it stands. Sources: shadow's
useradd(8), crypt(5), sshd(8), tzselect(8).
"""

import re
from collections.abc import Iterator
from typing import Final

from netipl.answers.choices import Choices
from netipl.errors import UsageError
from netipl.values import value


@value()
class Form:
    """What text must match, what that is called, and an example of it."""

    pattern: re.Pattern[str]
    called: str
    example: str


def _form(pattern: str, called: str, example: str) -> Form:
    return Form(re.compile(pattern, re.ASCII), called, example)


GUEST: Final = _form(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", "name of a host", "web1")
TIMEZONE: Final = _form(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", "time zone", "Europe/Prague")
LANGUAGE: Final = _form(r"[A-Za-z]{1,8}(_[A-Z]{2})?(\.[A-Za-z0-9-]+)?(@[a-z]+)?", "locale", "en_US.UTF-8")
KEYBOARD: Final = _form(r"[a-z][a-z0-9_-]*", "keyboard layout", "us")
USER: Final = _form(r"[a-z_][a-z0-9_-]{0,31}", "name of a user", "ann")
HASH: Final = _form(
    r"\$[A-Za-z0-9]+\$[^\s:'\"\\!*]+", "hash of crypt(3), as `openssl passwd -6` makes it", "$6$SALT$HASH"
)
SSH_KEY: Final = _form(
    r"[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( [^\x00-\x1f\x7f]*)?", "public key", "ssh-ed25519 AAAA... ann"
)
PACKAGE: Final = _form(r"[@A-Za-z0-9][A-Za-z0-9@^+._:~/=*-]*", "name of a package", "vim-enhanced")
REPOSITORY: Final = _form(r"[A-Za-z0-9][A-Za-z0-9._-]*", "name of a repository", "epel")
URL: Final = _form(r"(https?|ftp|file)://[!#-&(-;=?-\[\]_a-z~]+", "URL", "http://192.0.2.1/epel")
ARGUMENT: Final = _form(r"[!#-&(-\[\]_a-z~]+", "argument of a kernel parameter", "0.0.0200")
VARIABLE: Final = _form(r"[A-Za-z][A-Za-z0-9_]*", "name of a variable", "site")


MOST_SCRIPT: Final = 1 << 16
"""Bytes of a script: with its base64 it is one argument of a command, of which Linux takes 128 KiB."""


def said(choices: Choices) -> Iterator[tuple[str, Form, str]]:
    """Each text of the choices that has a form: where it stands, the form, the text."""
    for where, form, found in (
        ("timezone", TIMEZONE, choices.timezone),
        ("language", LANGUAGE, choices.language),
        ("keyboard", KEYBOARD, choices.keyboard),
        ("root_password", HASH, choices.root_password),
        ("cio_ignore", ARGUMENT, choices.cio_ignore),
    ):
        if found is not None:
            yield where, form, found
    for where, form, many in (
        ("root_ssh_keys", SSH_KEY, choices.root_ssh_keys),
        ("packages", PACKAGE, choices.packages),
        ("znet", ARGUMENT, choices.znet),
        ("dasd", ARGUMENT, choices.dasd),
        ("zfcp", ARGUMENT, choices.zfcp),
        ("variables", VARIABLE, tuple(name for name, _ in choices.variables)),
    ):
        yield from ((where, form, each) for each in many)
    yield from _of_users(choices)
    for repository in choices.repositories:
        yield from (("repositories", REPOSITORY, repository.name), ("repositories", URL, repository.url))


def _of_users(choices: Choices) -> Iterator[tuple[str, Form, str]]:
    for user in choices.users:
        yield "users", USER, user.name
        yield from ((f"users.{user.name}.ssh_keys", SSH_KEY, key) for key in user.ssh_keys)
        if user.password is not None:
            yield f"users.{user.name}.password", HASH, user.password


def check(guest: str, choices: Choices) -> None:
    """Raises UsageError for the first text that is not of its form. A password is not repeated."""
    for where, form, found in (("guest", GUEST, guest), *said(choices)):
        if not form.pattern.fullmatch(found):
            shown = "what it has" if form is HASH else repr(found)
            raise UsageError(f"{where}: {shown} is no {form.called}", remedy=f"write it as {form.example}")
    for where, text in (*(("scripts", text) for text in choices.scripts), ("finish", choices.finish or "")):
        if len(text.encode()) > MOST_SCRIPT:
            raise UsageError(f"{where}: a script of more than {MOST_SCRIPT} bytes", remedy="let it fetch what is large")
