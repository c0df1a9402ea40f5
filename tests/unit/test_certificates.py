"""Each file that is not what it should be is named, and nobody is asked for a passphrase."""

import ssl
from pathlib import Path

import pytest

from netipl import certificates
from netipl.errors import UnavailableError

TLS = Path(__file__).parents[1] / "vectors/tls"
ANY, KEY = TLS / "any.crt", TLS / "any.key"


def context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def test_a_certificate_with_its_key_is_shown() -> None:
    certificates.show(context(), ANY, KEY)


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        (ANY, TLS / "other.key", "other.key is not the key of"),
        (ANY, TLS / "locked.key", "locked.key has a passphrase"),
        (KEY, KEY, "any.key is no PEM file with a certificate"),
        (ANY, ANY, "any.crt is no PEM file with a private key"),
        (ANY, TLS / "gone.key", "gone.key: No such file or directory"),
    ],
)
def test_what_is_wrong_is_said_of_the_file(certificate: Path, key: Path, words: str) -> None:
    with pytest.raises(UnavailableError, match=words) as caught:
        certificates.show(context(), certificate, key)
    assert caught.value.remedy


def test_a_file_that_was_cut_is_named(tmp_path: Path) -> None:
    cut = tmp_path / "cut.crt"
    cut.write_bytes(ANY.read_bytes()[:100])
    with pytest.raises(UnavailableError, match=r"cut\.crt"):
        certificates.show(context(), cut, KEY)
    with pytest.raises(UnavailableError, match=r"cut\.crt"):
        certificates.trust(context(), cut)


def test_a_certificate_is_an_authority() -> None:
    certificates.trust(context(), ANY)
