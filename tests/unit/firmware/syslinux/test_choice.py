"""Finding a choice by its name."""

from netipl.firmware.syslinux.choice import Choice, Place, Syslinux


def test_a_choice_is_called_by_its_whole_name() -> None:
    found = Syslinux(choices=[Choice(name=b"a b", place=Place(b"f", 1))])
    assert found.called(b"a b") is found.choices[0]
    assert found.called(b"a") is None
