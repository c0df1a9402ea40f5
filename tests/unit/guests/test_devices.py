"""Devices of Z hardware as kernel parameters."""

from netipl.answers.choices import Choices
from netipl.guests.devices import parameters


def test_a_guest_with_virtio_needs_none() -> None:
    assert parameters(Choices(packages=("vim",))) == ()


def test_what_is_ignored_comes_first_and_then_each_device() -> None:
    chosen = Choices(
        znet=("qeth,0.0.0600,0.0.0601,0.0.0602,layer2=1",),
        dasd=("0.0.0200", "0.0.0201"),
        zfcp=("0.0.4000",),
        cio_ignore="all,!condev",
    )
    assert parameters(chosen) == (
        "cio_ignore=all,!condev",
        "rd.znet=qeth,0.0.0600,0.0.0601,0.0.0602,layer2=1",
        "rd.dasd=0.0.0200",
        "rd.dasd=0.0.0201",
        "rd.zfcp=0.0.4000",
    )
