"""Of a secret only its digest is kept."""

from hypothesis import given
from hypothesis import strategies as st

from netipl.provisioning.credential import digest


def test_the_digest_is_the_sha256_of_the_secret() -> None:
    # FIPS 180-4, the example of one block
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_somebody_shows_has_a_digest(secret: str) -> None:
    assert len(bytes.fromhex(digest(secret))) == 32
