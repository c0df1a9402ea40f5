"""What stands for a name in braces."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address

import pytest

from netipl.errors import UsageError
from netipl.provisioning.parameters import NAMES, filled, filled_answers, parameters

KNOWN = parameters(
    guest="web1", address=IPv4Address("192.0.2.10"), server=IPv4Address("192.0.2.1"), port=8069, token="netipl_t"
)
VALUES = {
    "guest": "web1",
    "address": "192.0.2.10",
    "server": "192.0.2.1",
    "answers": "http://192.0.2.1:8069/answers/netipl_t",
    "callback": "http://192.0.2.1:8069/callback/netipl_t",
}
TEXTS = {
    "no names": ("auto quiet", "auto quiet"),
    "two in one word": ("{guest}@{server}", "web1@192.0.2.1"),
    "one at the end of a value": ("url={answers}", "url=http://192.0.2.1:8069/answers/netipl_t"),
    "one with more behind it": ("{callback}/done", "http://192.0.2.1:8069/callback/netipl_t/done"),
    "a variable of a shell": ("${guest}", "${guest}"),
    "no name": ("{} { guest } {GUEST} {a.b}", "{} { guest } {GUEST} {a.b}"),
    "braces around braces": ("{{guest}}", "{web1}"),
}


def test_there_is_a_value_for_every_name() -> None:
    assert KNOWN == VALUES
    assert tuple(KNOWN) == NAMES


@pytest.mark.parametrize("fill", [filled, filled_answers])
@pytest.mark.parametrize(("text", "found"), TEXTS.values(), ids=TEXTS)
def test_names_in_braces_are_filled_in(fill: Callable[[str, Mapping[str, str]], str], text: str, found: str) -> None:
    assert fill(text, KNOWN) == found


@pytest.mark.parametrize("fill", [filled, filled_answers])
def test_what_was_filled_in_is_not_read_again(fill: Callable[[str, Mapping[str, str]], str]) -> None:
    assert fill("{guest}", {"guest": "{server}", "server": "x"}) == "{server}"


def test_a_command_line_names_nothing_that_is_not_known() -> None:
    with pytest.raises(UsageError, match=r"\{answer\} stands for nothing") as refused:
        filled("url={answer}", KNOWN)
    assert all(f"{{{name}}}" in refused.value.remedy for name in NAMES)


def test_answers_keep_the_braces_of_programs() -> None:
    assert filled_answers("awk '{print}' # {guest}", KNOWN) == "awk '{print}' # web1"
