"""A token is kept as its digest."""

from netipl.provisioning.credential import digest


def test_a_digest_is_the_sha256_of_the_secret() -> None:
    assert digest("netipl_x") == "0787d071d6c83d030e304560d55a17ab4b05364630fbb3aa542929213506fc71"


def test_two_secrets_have_two_digests() -> None:
    assert digest("netipl_x") != digest("netipl_y")


def test_what_is_no_text_has_a_digest_too() -> None:
    assert len(digest("\udcff")) == 64
