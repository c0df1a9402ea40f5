"""Profiles of the settings file and choices of guests: what they become, and what is wrong in them, by its key."""

from pathlib import Path

import pytest

from netipl.answers.choices import Choices, Layout, Repository, User
from netipl.guests.guest import BootFiles
from netipl.guests.profile import Profile
from tests.unit.guests.chosen import KEY, SHA512
from tests.unit.settings.files import LAB, MAC, complaint, guest, settings

WHOLE = f"""
[profiles.site]
medium = "debian12"
timezone = "Europe/Prague"
layout = "lvm"
root_password = "{SHA512}"
root_ssh_keys = "{KEY}"
users = [{{ name = "me", ssh_keys = ["{KEY}"], admin = true }}]
repositories = [{{ name = "updates", url = "http://mirror/updates" }}]
scripts = ["touch /done"]
dasd = ["0.0.0200"]
variables = {{ role = "web", number = 3 }}
[profiles.web]
base = "site"
template = "mine"
append = "server={{server}}"
packages = ["vim", "g++"]
"""


def test_a_profile_is_what_its_table_says(directory: Path) -> None:
    found = settings(directory, LAB + WHOLE).profiles()
    assert found == {
        "site": Profile(
            name="site",
            medium="debian12",
            choices=Choices(
                timezone="Europe/Prague",
                layout=Layout.LVM,
                root_password=SHA512,
                root_ssh_keys=(KEY,),
                users=(User(name="me", ssh_keys=(KEY,), admin=True),),
                repositories=(Repository(name="updates", url="http://mirror/updates"),),
                scripts=("touch /done\n",),
                dasd=("0.0.0200",),
                variables=(("role", "web"), ("number", "3")),
            ),
        ),
        "web": Profile(
            name="web", base="site", template="mine", append="server={server}", choices=Choices(packages=("vim", "g++"))
        ),
    }


def test_paths_of_a_profile_start_where_the_file_is(directory: Path) -> None:
    text = '[profiles.p]\nkernel = "kernel"\ninitrd = "initrd"\nanswers = "other"\nappend = "quiet"\n'
    [found] = settings(directory, LAB + text).profiles().values()
    boot = BootFiles(kernel=directory / "kernel", initrd=directory / "initrd")
    assert found == Profile(name="p", boot=boot, answers=directory / "other", append="quiet")


def test_a_guest_has_choices_of_its_own(directory: Path) -> None:
    table = guest("web1", mac=MAC, profile="debian12") + '[guests.web1.choices]\npackages = ["vim"]\nkeyboard = "us"\n'
    [found] = settings(directory, LAB + table).guests()
    assert (found.profile, found.choices) == ("debian12", Choices(packages=("vim",), keyboard="us"))


WRONG = {
    "a key that is not known": ("[profiles.p]\ntimezon = 'UTC'\n", ["profiles.p.timezon", "did you mean timezone?"]),
    "a choice": ("[profiles.p]\ntimezone = 'a b'\n", ["profiles.p.timezone", "'a b' is no time zone", "Europe/Prague"]),
    "a key of a user": (
        "[profiles.p]\nusers = [{ names = 'me' }]\n",
        ["profiles.p.users", "0: names: there is no such key"],
    ),
    "two choices": (
        "[profiles.p]\ntimezone = 'a b'\nlayout = 'zfs'\n",
        ["2 settings are wrong", "p.timezone", "p.layout"],
    ),
    "a medium and a kernel": (
        "[profiles.p]\nmedium = 'm'\nkernel = 'kernel'\n",
        ["profiles.p.medium", "a kernel, too"],
    ),
    "a template and a file": ("[profiles.p]\ntemplate = 'm'\nanswers = 'other'\n", ["profiles.p.template"]),
    "an initrd alone": ("[profiles.p]\ninitrd = 'initrd'\n", ["profiles.p.initrd", "no kernel for it"]),
    "a kernel that is not there": ("[profiles.p]\nkernel = 'nothing'\n", ["profiles.p.kernel", "is no file to read"]),
    "a template that is a path": ("[profiles.p]\ntemplate = '/etc/x'\n", ["profiles.p.template", "name of a template"]),
    "a name that stands for nothing": (
        "[profiles.p]\nappend = '{token}'\n",
        ["profiles.p.append", "{token}", "{answers}"],
    ),
    "a circle": (
        "[profiles.p]\nbase = 'q'\n[profiles.q]\nbase = 'p'\n",
        ["2 settings", "profiles.p.base", "p -> q -> p", "profiles.q.base"],
    ),
    "a choice of a guest": (
        guest("a", mac=MAC) + "[guests.a.choices]\nlayout = 'zfs'\n",
        ["guests.a.choices.layout", "'zfs' is no choice", "plain, lvm"],
    ),
    "what is no choice of a guest": (
        guest("a", mac=MAC) + "[guests.a.choices]\nmedium = 'm'\n",
        ["guests.a.choices.medium", "there is no such key", "timezone"],
    ),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place_and_a_remedy(directory: Path, text: str, words: list[str]) -> None:
    told = complaint(directory, LAB + text)
    assert all(word in told for word in words), told


@pytest.mark.parametrize("key", ["root_password = 'secret'", "users = [{ name = 'me', password = 'secret' }]"])
@pytest.mark.parametrize("table", ["[profiles.p]\n", guest("a", mac=MAC) + "[guests.a.choices]\n"])
def test_a_password_is_refused_with_the_way_to_its_hash_and_never_repeated(
    directory: Path, table: str, key: str
) -> None:
    told = complaint(directory, LAB + table + key + "\n")
    assert "openssl passwd -6" in told
    assert "secret" not in told


def test_a_base_may_be_one_that_was_added_or_a_medium(directory: Path) -> None:
    [found] = settings(directory, LAB + "[profiles.p]\nbase = 'debian12'\n").profiles().values()
    assert found.base == "debian12"
