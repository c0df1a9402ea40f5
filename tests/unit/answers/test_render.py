"""Which files a kind has, and which template stands for each."""

from dataclasses import replace

import pytest

from netipl.answers import overlay, render
from netipl.answers.choices import Choices, User
from netipl.answers.kind import Kind
from netipl.errors import UsageError
from tests.unit.answers.cases import LEAST

SHIPPED = {f"{kind}/{name}": f"shipped {name}" for kind, names in render.NAMES.items() for name in names}
SHIPPED |= {"alpine/etc/hostname": "{{ host }}\n"}


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_the_files_that_it_names(kind: Kind) -> None:
    assert tuple(render.files(kind, SHIPPED, LEAST)) == render.names(kind, "web1")


def test_an_own_template_stands_over_the_shipped_one_file_by_file() -> None:
    templates = SHIPPED | {"mine/user-data": "mine for {{ guest }}"}
    made = render.files(Kind.AUTOINSTALL, templates, LEAST, template="mine")
    assert made["user-data"] == b"mine for web1"
    assert made["meta-data"] == b"shipped meta-data"


def test_an_own_template_may_extend_the_shipped_one() -> None:
    templates = {
        "kickstart/ks.cfg": "text\n{% block more %}{% endblock %}",
        "mine/ks.cfg": "{% extends 'kickstart/ks.cfg' %}{% block more %}eula --agreed{% endblock %}",
    }
    assert render.files(Kind.KICKSTART, templates, LEAST, template="mine") == {"ks.cfg": b"text\neula --agreed"}


def test_the_files_of_an_overlay_are_members_of_one_archive() -> None:
    templates = SHIPPED | {"mine/etc/motd": "Hello"}
    made = render.files(Kind.ALPINE, templates, LEAST, template="mine")
    found = overlay.members(made["web1.apkovl.tar.gz"])
    assert found == {"etc/hostname": b"web1\n", "etc/motd": b"Hello", overlay.DEFAULT_SERVICES: b""}


def test_a_template_of_no_name_is_not_found() -> None:
    with pytest.raises(UsageError, match=r"there is no template kickstart/ks\.cfg"):
        render.files(Kind.KICKSTART, {}, LEAST)


def test_choices_are_looked_at_first() -> None:
    facts = replace(LEAST, choices=Choices(users=(User(name="a b"),)))
    with pytest.raises(UsageError, match="users: 'a b' is no name of a user"):
        render.files(Kind.KICKSTART, SHIPPED, facts)
