"""Finding a choice by its name, menus in menus, and programs that are menus."""

import pytest

from netipl.firmware.syslinux.choice import Choice, Menu, Place, Syslinux, is_program


def test_a_choice_is_called_by_its_whole_name() -> None:
    found = Syslinux(choices=[Choice(name=b"a b", place=Place(b"f", 1), menu=Menu())])
    assert found.called(b"a b") is found.choices[0]
    assert found.called(b"a") is None


def test_a_submenu_waits_as_the_menu_it_is_in() -> None:
    menu = Menu(on_timeout=b"a", on_timeout_place=Place(b"f", 1), timeout=9, default=Menu())
    found = menu.submenu()
    assert found.parent is menu
    assert (found.on_timeout, found.on_timeout_place, found.timeout) == (b"a", Place(b"f", 1), 9)
    assert found.default is None


@pytest.mark.parametrize("default", [b"menu.c32", b"boot/vesamenu.c32 ~", b"x.C32", b"MENU", b"boot/vesamenu"])
def test_programs(default: bytes) -> None:
    assert is_program(default)


@pytest.mark.parametrize("default", [b"", b"linux", b"menu2", b"vmlinuz menu"])
def test_labels_and_kernels_are_no_programs(default: bytes) -> None:
    assert not is_program(default)
