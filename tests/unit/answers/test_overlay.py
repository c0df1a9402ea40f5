"""The archive that Alpine unpacks over its root."""

import tarfile
from io import BytesIO

from netipl.answers import overlay

MEMBERS = {"etc/local.d/a.start": b"#!/bin/sh\n", "etc/netipl/answers": b"A=b\n", "etc/hostname": b"web1\n"}


def _listed() -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=BytesIO(overlay.archive(MEMBERS)), mode="r:gz") as tar:
        return {each.name: each for each in tar}


def test_the_same_members_make_the_same_bytes() -> None:
    assert overlay.archive(MEMBERS) == overlay.archive(dict(reversed(MEMBERS.items())))


def test_members_are_read_back() -> None:
    assert overlay.members(overlay.archive(MEMBERS)) == {**MEMBERS, overlay.DEFAULT_SERVICES: b""}


def test_programs_can_be_run_and_secrets_are_roots_alone() -> None:
    found = _listed()
    assert found["etc/local.d/a.start"].mode == 0o700
    assert found["etc/netipl/answers"].mode == 0o600
    assert found["etc/hostname"].mode == 0o644
    assert {each.uid for each in found.values()} == {0}


def test_local_programs_are_started() -> None:
    link = _listed()["etc/runlevels/default/local"]
    assert (link.issym(), link.linkname) == (True, "/etc/init.d/local")


def test_every_directory_comes_before_what_is_in_it() -> None:
    names = list(_listed())
    assert all(name.rpartition("/")[0] in ["", *names[:n]] for n, name in enumerate(names))
