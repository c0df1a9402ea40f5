"""What lets people in is taken in its right shape only; what is refused is never repeated."""

import pytest

from netipl.errors import UsageError
from netipl.guests.login import password_hash, ssh_key, user_name
from tests.unit.guests import chosen

_DIGEST = "./09AZaz" * 12

HASHES = {
    "sha512crypt": chosen.SHA512,
    "sha512crypt with rounds": f"$6$rounds=656000$saltsalt${_DIGEST[:86]}",
    "sha256crypt": f"$5$saltsalt${_DIGEST[:43]}",
    "yescrypt": f"$y$j9T$saltsaltsaltsalt${_DIGEST[:43]}",
    "gost-yescrypt": f"$gy$j9T$saltsaltsaltsalt${_DIGEST[:43]}",
    "scrypt": f"$7$CU..../....saltsalt${_DIGEST[:43]}",
    "bcrypt": f"$2b$12${_DIGEST[:53]}",
}

NO_HASHES = {
    "a password": "correct horse battery staple",
    "thirteen letters, as the oldest hashes have": "abcdefghijklm",
    "MD5": f"$1$saltsalt${_DIGEST[:22]}",
    "one that is cut short": chosen.SHA512[:-1],
    "one that is too long": chosen.SHA512 + "a",
    "a second line": chosen.SHA512 + "\n",
    "another field of shadow(5)": chosen.SHA512 + ":19000",
    "a lock": "!" + chosen.SHA512,
    "a salt that would end the field": f"$6$a:b${_DIGEST[:86]}",
}


@pytest.mark.parametrize("text", HASHES.values(), ids=HASHES)
def test_a_hash_of_crypt_is_taken_as_it_is(text: str) -> None:
    assert password_hash(text) == text


@pytest.mark.parametrize("text", NO_HASHES.values(), ids=NO_HASHES)
def test_what_is_no_hash_is_refused_with_the_way_to_one_and_never_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        password_hash(text)
    assert text not in str(refused.value) + refused.value.remedy
    assert "openssl passwd -6" in refused.value.remedy
    assert "mkpasswd" in refused.value.remedy


KEYS = {
    "ed25519": chosen.ssh_key(),
    "with a comment": chosen.ssh_key(comment="me@example.com on a laptop"),
    "RSA": chosen.ssh_key("ssh-rsa", b"\1" * 256),
    "ECDSA": chosen.ssh_key("ecdsa-sha2-nistp256"),
    "of a security key": chosen.ssh_key("sk-ssh-ed25519@openssh.com"),
}


@pytest.mark.parametrize("text", KEYS.values(), ids=KEYS)
def test_a_public_key_is_taken_as_its_line(text: str) -> None:
    assert ssh_key(text + "\n") == text


NO_KEYS = {
    "a private key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n",
    "a type alone": "ssh-ed25519",
    "a type of another key": chosen.ssh_key("ssh-rsa").replace("ssh-rsa", "ssh-ed25519", 1),
    "a key that is cut short": chosen.ssh_key()[:-8],
    "no base64": "ssh-ed25519 AAAA!!!!",
    "a field that says more than there is": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5/////w==",
    "DSA": chosen.ssh_key("ssh-dss"),
    "options before it": f'from="*" {chosen.KEY}',
    "two keys": f"{chosen.KEY}\n{chosen.KEY}",
    "a control character": f"{chosen.KEY}\x1b[2J",
    "nothing": " ",
}


@pytest.mark.parametrize("text", NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_public_key_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        ssh_key(text)
    assert refused.value.remedy
    assert "b3BlbnNzaC1rZXktdjE" not in str(refused.value)


@pytest.mark.parametrize("name", ["me", "_apt", "web-1_x", "a" * 32])
def test_a_user_has_a_name_as_useradd_takes_it(name: str) -> None:
    assert user_name(name) == name


@pytest.mark.parametrize("name", ["root", "Me", "1a", "-a", "a b", "a:b", "a\n", "ä", "a" * 33, ""])
def test_no_other_name_is_taken_and_root_is_said_otherwise(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        user_name(name)
    assert refused.value.remedy
