"""Signatures that gpg makes, in all the forms that media have them, are good; and all else is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.errors import RefusedError, UnavailableError, UsageError
from netipl.integrations import gpgv
from tests.signers import Signer, signers

DATA = b"sha256 of a kernel\n"


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Signer, Signer]]:
    with signers() as found:
        yield found


def test_a_detached_signature_is_good_for_its_bytes_alone(pair: tuple[Signer, Signer], tmp_path: Path) -> None:
    one, other = pair
    file = tmp_path / "file"
    file.write_bytes(DATA)
    for signature in (one.run("--detach-sign", data=DATA), one.run("--armor", "--detach-sign", data=DATA)):
        for key in (one.key, one.armored, other.armored + one.armored):
            gpgv.verify(file, signature, key, called="it")
            gpgv.verify_bytes(DATA, signature, key, called="it")
        with pytest.raises(RefusedError, match="it: its signature is not good"):
            gpgv.verify_bytes(DATA + b"!", signature, one.key, called="it")
        with pytest.raises(RefusedError, match="it: it is signed by other keys"):
            gpgv.verify_bytes(DATA, signature, other.key, called="it")
    for wrong in (b"", b"no signature", other.run("--sign", data=DATA)):
        with pytest.raises(RefusedError):
            gpgv.verify_bytes(DATA, wrong, one.key, called="it")


def test_of_what_is_signed_in_the_clear_only_what_is_inside_is_given_back(pair: tuple[Signer, Signer]) -> None:
    one, other = pair
    signed = one.run("--clear-sign", data=DATA)
    assert gpgv.signed_text(signed, one.armored, called="it") == DATA
    assert gpgv.signed_text(b"evil\n" + signed + b"evil\n", one.armored, called="it") == DATA
    for wrong in (signed.replace(b"kernel", b"Kernel"), DATA, b""):
        with pytest.raises(RefusedError):
            gpgv.signed_text(wrong, one.key, called="it")
    with pytest.raises(RefusedError, match="signed by other keys"):
        gpgv.signed_text(signed, other.key, called="it")


@pytest.mark.parametrize(
    "key", [b"", b"x", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!\n-----END PGP PUBLIC KEY BLOCK-----"]
)
def test_what_is_no_key_is_told(key: bytes) -> None:
    with pytest.raises(UsageError):
        gpgv.keyring(key)


def test_without_gpgv_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, pair: tuple[Signer, Signer]) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnavailableError, match="which is not there") as told:
        gpgv.verify_bytes(DATA, b"x", pair[0].key, called="it")
    assert "apt install gpgv" in told.value.remedy
