"""Choices as people may make them, for Hypothesis and for tests that need one of each."""

from base64 import b64encode

from hypothesis import strategies as st

from netipl.answers.choices import Choices, Layout, Repository, User

SHA512 = "$6$saltsalt$" + "a./Z9" * 17 + "b"
"""In the form of a hash, and that of no password that anybody knows."""


def ssh_key(kind: str = "ssh-ed25519", body: bytes = b"k" * 32, comment: str = "") -> str:
    """A public key in its line."""
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind.encode(), body))
    return f"{kind} {b64encode(blob).decode()}{f' {comment}' if comment else ''}"


KEY = ssh_key(comment="me@example.com")

_NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,8}", fullmatch=True).filter(lambda name: name != "root")
_WORDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
_KEYS = st.lists(st.binary(min_size=1, max_size=8).map(lambda body: ssh_key(body=body)), max_size=2).map(tuple)
_HASHES = st.none() | st.just(SHA512)
_LINES = st.text("abc {}$'\"é", min_size=1, max_size=12)
_USERS = st.builds(User, name=_NAMES, ssh_keys=_KEYS, password=_HASHES, admin=st.booleans())
_REPOSITORIES = st.builds(Repository, name=_WORDS, url=_WORDS.map(lambda word: f"http://mirror/{word}"))
_DEVICES = st.lists(st.from_regex(r"0\.0\.[0-9a-f]{4}", fullmatch=True), max_size=2).map(tuple)

CHOICES = st.builds(
    Choices,
    timezone=st.none() | st.sampled_from(("UTC", "Europe/Prague", "America/Argentina/Ushuaia", "Etc/GMT+1")),
    language=st.none() | st.sampled_from(("en_US.UTF-8", "C.UTF-8", "de_DE@euro")),
    keyboard=st.none() | st.sampled_from(("us", "de-nodeadkeys")),
    layout=st.none() | st.sampled_from(Layout),
    root_password=_HASHES,
    root_ssh_keys=_KEYS,
    users=st.lists(_USERS, max_size=2, unique_by=lambda user: user.name).map(tuple),
    packages=st.lists(_WORDS, max_size=3).map(tuple),
    repositories=st.lists(_REPOSITORIES, max_size=2, unique_by=lambda found: found.name).map(tuple),
    scripts=st.lists(_LINES.map(lambda line: line + "\n"), max_size=2).map(tuple),
    finish=st.none() | _LINES.map(lambda line: line + "\n"),
    znet=st.just(()) | st.just(("qeth,0.0.0600,0.0.0601,0.0.0602,layer2=1",)),
    dasd=_DEVICES,
    zfcp=_DEVICES,
    cio_ignore=st.none() | st.just("all,!condev"),
    variables=st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), _LINES, max_size=2).map(
        lambda found: tuple(found.items())
    ),
)
