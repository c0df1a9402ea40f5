"""Names are names and passwords are hashes, before any template gets them."""

import pytest

from netipl.answers.choices import Choices, Repository, User
from netipl.answers.sound import check
from netipl.errors import UsageError
from tests.unit.answers.cases import EVERYTHING, HASH, KEY

WRONG = {
    "a time zone that ends its line": (Choices(timezone="UTC\n%post"), "timezone: 'UTC\\n%post' is no time zone"),
    "a time zone that climbs": (Choices(timezone="../../etc/shadow"), "is no time zone"),
    "a language with a command": (Choices(language="en_US$(id)"), "language: 'en_US$(id)' is no locale"),
    "a keyboard with a blank": (Choices(keyboard="us --x"), "is no keyboard layout"),
    "a password in clear": (Choices(root_password="secret"), "root_password: what it has is no hash"),
    "a hash with a quote": (Choices(root_password=f"{HASH}'"), "root_password: what it has is no hash"),
    "a key of two lines": (Choices(root_ssh_keys=(f"{KEY}\n{KEY}",)), "is no public key"),
    "a key that is none": (Choices(root_ssh_keys=("hello",)), "root_ssh_keys: 'hello' is no public key"),
    "a user with a colon": (Choices(users=(User(name="ann:x"),)), "users: 'ann:x' is no name of a user"),
    "a user's password": (Choices(users=(User(name="ann", password="x"),)), "users.ann.password: what it has"),
    "a user's key": (Choices(users=(User(name="ann", ssh_keys=("x",)),)), "users.ann.ssh_keys: 'x' is no public key"),
    "a package that ends its section": (Choices(packages=("%end",)), "packages: '%end' is no name of a package"),
    "a package that is an option": (Choices(packages=("--allow-downgrades",)), "is no name of a package"),
    "a repository's name": (Choices(repositories=(Repository(name="a/b", url="http://x/"),)), "'a/b' is no name"),
    "a repository's address": (Choices(repositories=(Repository(name="a", url="http://x/ y"),)), "is no URL"),
    "an address with a quote": (Choices(repositories=(Repository(name="a", url="http://x/'"),)), "is no URL"),
    "a kernel parameter with a blank": (Choices(znet=("a b",)), "is no argument of a kernel parameter"),
    "a variable's name": (Choices(variables=(("a-b", "1"),)), "variables: 'a-b' is no name of a variable"),
    "a script without end": (Choices(scripts=("x" * 65537,)), "scripts: a script of more than 65536 bytes"),
}


@pytest.mark.parametrize(("choices", "says"), WRONG.values(), ids=WRONG)
def test_a_text_of_another_form_is_refused(choices: Choices, says: str) -> None:
    with pytest.raises(UsageError) as raised:
        check("web1", choices)
    assert says in str(raised.value)
    assert raised.value.remedy


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(UsageError) as raised:
        check("web1", Choices(root_password="secret"))
    assert "secret" not in f"{raised.value}{raised.value.remedy}"


@pytest.mark.parametrize("guest", ["", "web 1", "../web1", "web1;reboot"])
def test_a_guest_is_named_like_a_host(guest: str) -> None:
    with pytest.raises(UsageError, match="is no name of a host"):
        check(guest, Choices())


@pytest.mark.parametrize(
    "choices",
    [
        EVERYTHING,
        Choices(timezone="America/Argentina/Buenos_Aires", language="sr_RS@latin", keyboard="de-nodeadkeys"),
        Choices(root_password="$y$j9T$abc./$def", packages=("@^minimal", "g++", "libc6=2.36-9", "glibc.s390x")),
        Choices(root_ssh_keys=("sk-ssh-ed25519@openssh.com AAAA it's $(ann)",)),
        Choices(zfcp=("0.0.fcd0,0x500507630300c562,0x4010403300000000",), cio_ignore="all,!condev,!0.0.0600"),
    ],
)
def test_what_people_write_is_taken(choices: Choices) -> None:
    check("web1.example.com", choices)
