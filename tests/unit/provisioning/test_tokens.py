"""A token is of one build and one key, good for as long as its build is, and hidden wherever text is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from netipl.guests.build import BuildState
from netipl.provisioning import building
from netipl.provisioning.tokens import KEY_SIZE, PREFIX, Tokens, hidden, masked
from tests.plane import PROFILES, START, WEB1

TOKENS = Tokens(bytes(KEY_SIZE))
BUILD, _ = building.ask(WEB1, None, PROFILES, profile=None, by="user root", now=START)


def test_a_token_can_stand_in_an_address_and_is_256_bits() -> None:
    token = TOKENS.of(BUILD)
    assert token.startswith(PREFIX)
    assert len(token) == len(PREFIX) + 43
    assert token.removeprefix(PREFIX).replace("-", "").replace("_", "").isalnum()


def test_the_same_build_has_the_same_token_and_no_other_has_it() -> None:
    others = (replace(BUILD, id=BUILD.id + "x"), replace(BUILD, network="far"))
    assert TOKENS.of(replace(BUILD, state=BuildState.SPENT)) == TOKENS.of(BUILD)
    assert len({TOKENS.of(build) for build in (BUILD, *others)}) == 3
    assert Tokens(b"\1" * KEY_SIZE).of(BUILD) != TOKENS.of(BUILD)


@pytest.mark.parametrize("state", BuildState)
def test_a_token_is_revoked_when_its_build_is_done_or_cancelled(state: BuildState) -> None:
    good = TOKENS.is_good(TOKENS.of(BUILD), replace(BUILD, state=state), START)
    assert good is (state not in {BuildState.DONE, BuildState.CANCELLED})


def test_a_token_expires() -> None:
    assert TOKENS.is_good(TOKENS.of(BUILD), BUILD, BUILD.expires - timedelta(seconds=1))
    assert not TOKENS.is_good(TOKENS.of(BUILD), BUILD, BUILD.expires)


@pytest.mark.parametrize("token", ["", "x", PREFIX, "\udcff", TOKENS.of(replace(BUILD, id="another"))])
def test_another_token_is_not_good(token: str) -> None:
    assert not TOKENS.is_good(token, BUILD, START)


def test_a_secret_is_hidden_in_any_text() -> None:
    token = TOKENS.of(BUILD)
    text = f"GET /answers/{token} and url=http://192.0.2.1/answers/{token}, quiet"
    assert hidden(text) == "GET /answers/netipl_… and url=http://192.0.2.1/answers/netipl_…, quiet"


@pytest.mark.parametrize("text", ["", "netipl", "netipl_short", "BOOT_IMAGE=netipl"])
def test_other_text_stays(text: str) -> None:
    assert hidden(text) == text


def test_a_secret_is_masked_column_by_column() -> None:
    text = f"append url=/answers/{TOKENS.of(BUILD)} quiet"
    assert masked(text) == f"append url=/answers/netipl_{'*' * 43} quiet"
    assert len(masked(text)) == len(text)
