"""Tokens of builds: for which they are good and how long; and texts without the secrets in them."""

import re
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.guests.build import Build, BuildState
from netipl.provisioning.tokens import KEY_SIZE, PREFIX, Hiding, Tokens, hidden
from tests.unit.provisioning.dhcp_lab import START

TOKENS = Tokens(bytes(KEY_SIZE))
BUILD = Build(id="1", guest="web1", network="lab", profile="p", asked=START, by="", expires=START + timedelta(hours=6))
TOKEN = TOKENS.of(BUILD)
GOOD_IN = set(BuildState) - {BuildState.FINISHING, BuildState.DONE, BuildState.CANCELLED}


def test_a_token_is_256_bits_that_stand_in_urls_and_command_lines_as_they_are() -> None:
    assert TOKEN.startswith(PREFIX)
    assert len(TOKEN) == len(PREFIX) + 43
    assert quote(TOKEN, safe="") == TOKEN


@pytest.mark.parametrize("state", BuildState)
def test_it_is_good_until_its_installer_is_done_or_its_build_cancelled(state: BuildState) -> None:
    assert TOKENS.is_good(TOKEN, replace(BUILD, state=state), START) is (state in GOOD_IN)


def test_it_is_good_before_it_expires_and_not_from_then_on() -> None:
    assert TOKENS.is_good(TOKEN, BUILD, BUILD.expires - timedelta(microseconds=1))
    assert not TOKENS.is_good(TOKEN, BUILD, BUILD.expires)


def test_it_stays_good_when_a_boot_puts_its_end_off() -> None:
    later = replace(BUILD, state=BuildState.LOADING, boot="b", expires=BUILD.expires + timedelta(hours=1))
    assert TOKENS.is_good(TOKEN, later, BUILD.expires)


WRONG = {
    "of another build": TOKENS.of(replace(BUILD, id="2")),
    "of a build in another network": TOKENS.of(replace(BUILD, network="far")),
    "of another key": Tokens(b"\1" * KEY_SIZE).of(BUILD),
    "cut short": TOKEN[:-1],
    "with more behind it": TOKEN + "A",
    "without its prefix": TOKEN.removeprefix(PREFIX),
    "nothing": "",
    "no ASCII": "ä",
    "no text": "\udc80",
}


@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_its_own_is_not_good(token: str) -> None:
    assert not TOKENS.is_good(token, BUILD, START)


OF_API = PREFIX + urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
ENCODED = "".join(f"%{octet:02X}" for octet in TOKEN.encode())
TEXTS = {
    "alone": (TOKEN, "netipl_..."),
    "in a command line": (f"url=http://s/answers/{TOKEN} quiet", "url=http://s/answers/netipl_... quiet"),
    "in a path": (f"/callback/{TOKEN}/done?x", "/callback/netipl_.../done?x"),
    "in a query": (f"/x?token={TOKEN}&a=b", "/x?token=netipl_...&a=b"),
    "of the API, in a header": (f"Authorization: Bearer {OF_API}\r\n", "Authorization: Bearer netipl_...\r\n"),
    "in quotes": (f'"{TOKEN}"', '"netipl_..."'),
    "both kinds": (f"{TOKEN} {OF_API}", "netipl_... netipl_..."),
    "behind other letters": (f"x{TOKEN}", "xnetipl_..."),
    "the first half": (TOKEN[:28], "netipl_..."),
    "percent-encoded": (f"/callback/{ENCODED}/done", "/callback/netipl_.../done"),
    "in small digits": (ENCODED.lower(), "netipl_..."),
    "with its underscores encoded": (TOKEN.replace("_", "%5f"), "netipl_..."),
    "in a URL in a query": (quote(f"/x?u=http://s/{TOKEN}/", safe=""), "%2Fx%3Fu%3Dhttp%3A%2F%2Fs%2Fnetipl_...%2F"),
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.values(), ids=TEXTS)
def test_a_secret_is_hidden(text: str, shown: str) -> None:
    assert hidden(text) == shown


@pytest.mark.parametrize(
    "text",
    ["", "netipl", "netipl_", "netipl_reading x", "NETIPL_SERVER__ADDRESS", "netipl%5F", "100%", "%zz%", "größe"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert hidden(text) == text


SECRETS = st.binary(min_size=32, max_size=32).map(
    lambda octets: PREFIX + urlsafe_b64encode(octets).decode().rstrip("=")
)


@given(
    st.sampled_from((TOKEN, OF_API)) | SECRETS,
    st.lists(st.booleans(), min_size=50, max_size=50),
    st.text(),
    st.text(st.characters(exclude_characters="_-%", exclude_categories=("L", "N"))),
)
def test_no_secret_survives_however_it_is_encoded(secret: str, encoded: list[bool], before: str, after: str) -> None:
    written = "".join(
        f"%{ord(each):02x}" if is_encoded else each for each, is_encoded in zip(secret, encoded, strict=True)
    )
    assert hidden(before + written + after) == f"{hidden(before)}netipl_...{after}"


@given(st.text().filter(lambda text: "netipl" not in text and "%" not in text))
def test_text_without_a_secret_is_as_it_was(text: str) -> None:
    assert hidden(text) == text


# in pieces


def in_pieces(text: str, size: int, *, idle: bool) -> str:
    hiding, given = Hiding(), ""
    for begin in range(0, len(text), size):
        given += hiding.feed(text[begin : begin + size])
        given += hiding.shown() if idle else ""
    return given + hiding.feed("\n")


IN_PIECES = {
    "no secret": "no n ne netip netiplx netipl_short %6 100% of it",
    "one": f"url=http://192.0.2.1/answers/{TOKEN}/preseed",
    "one percent-encoded": f"url=http%3A%2F%2F192.0.2.1%2F{TOKEN.replace('_', '%5f')}%2Fpreseed",
    "one whose prefix is": f"url={TOKEN.replace('netipl_', '%6eet%69pl%5F')} ",
    "two": f"{TOKEN} {TOKEN}.",
    "a prefix before one": f"net{TOKEN}",
}
TOKEN_LIKE = re.compile(r"[A-Za-z0-9_-]{30,}")


@pytest.mark.parametrize("idle", [False, True])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("text", IN_PIECES.values(), ids=IN_PIECES)
def test_a_secret_that_comes_in_pieces_is_hidden_like_a_whole_one(text: str, size: int, idle: bool) -> None:
    given = in_pieces(text, size, idle=idle)
    assert not TOKEN_LIKE.search(given)
    assert TOKEN[-10:] not in given
    if "%5f" not in text.lower():  # of an encoded prefix that was shown, characters may stand as they were
        assert given == hidden(text) + "\n"


def test_nothing_is_held_for_ever_but_what_may_be_a_secret() -> None:
    hiding = Hiding()
    assert hiding.feed("Please choose: n") + hiding.shown() == "Please choose: n"
    assert hiding.feed("et") + hiding.shown() == "et"
    assert hiding.feed("work\n") == "work\n"
    assert hiding.feed("netipl_") + hiding.shown() == ""


def test_an_endless_run_of_letters_is_not_held() -> None:
    hiding = Hiding()
    assert sum(len(hiding.feed("netipl_" + "x" * 600)) for _ in range(10))
