"""The demonstration's initrd, made of made-up packages."""

import gzip

from netipl.integrations.debian import initrd

MODULES = {"failover": b"one", "virtio_net": b"two"}


def test_modules_stand_in_their_order() -> None:
    archive = gzip.decompress(initrd.of_demonstration(b"busybox", MODULES))
    assert b"failover.ko\nvirtio_net.ko\n" in archive


def test_without_modules_there_is_still_an_initrd() -> None:
    assert b"lib/modules/order" in gzip.decompress(initrd.of_demonstration(b"busybox", {}))


def test_the_archive_is_the_same_every_time_and_has_what_starts_it() -> None:
    first = initrd.of_demonstration(b"busybox", MODULES)
    assert first == initrd.of_demonstration(b"busybox", MODULES)
    archive = gzip.decompress(first)
    names = (b"init\0", b"bin/busybox\0", b"dev/console\0", b"etc/start\0", b"etc/network\0", b"netipl.callback")
    assert all(name in archive for name in names)
