"""What stands for the names in a command line, and in answers, which hold other braces too."""

from ipaddress import IPv4Address

import pytest

from netipl.errors import UsageError
from netipl.provisioning.parameters import NAMES, filled, filled_answers, parameters

KNOWN = parameters(
    guest="web1",
    address=IPv4Address("192.0.2.10"),
    server=IPv4Address("192.0.2.1"),
    port=8069,
    token="netipl_T",
)


def test_every_name_stands_for_something() -> None:
    assert KNOWN == {
        "guest": "web1",
        "address": "192.0.2.10",
        "server": "192.0.2.1",
        "answers": "http://192.0.2.1:8069/answers/netipl_T/",
        "callback": "http://192.0.2.1:8069/callback/netipl_T",
    }
    with_medium = parameters(
        guest="web1",
        address=IPv4Address("192.0.2.10"),
        server=IPv4Address("192.0.2.1"),
        port=80,
        token="t",
        medium="m1",
    )
    assert with_medium["medium"] == "http://192.0.2.1:80/media/m1"
    assert (*with_medium, "tree") == NAMES


@pytest.mark.parametrize("name", ["medium", "tree"])
def test_what_stands_for_nothing_without_a_medium_is_told_with_the_way_to_one(name: str) -> None:
    with pytest.raises(UsageError, match="stands for nothing") as caught:
        filled(f"x={{{name}}}", KNOWN)
    assert "medium" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auto url={answers} hostname={guest}", "auto url=http://192.0.2.1:8069/answers/netipl_T/ hostname=web1"),
        ("{guest}{guest}", "web1web1"),
        ("no names {} {A} {1}", "no names {} {A} {1}"),
        ("a shell's ${guest}", "a shell's ${guest}"),
    ],
)
def test_a_command_line_is_filled_in(text: str, expected: str) -> None:
    assert filled(text, KNOWN) == filled_answers(text, KNOWN) == expected


def test_a_name_that_stands_for_nothing_is_refused_in_a_command_line() -> None:
    with pytest.raises(UsageError, match=r"\{token\} stands for nothing") as caught:
        filled("url={token}", KNOWN)
    assert "{answers}" in caught.value.remedy


def test_answers_keep_braces_that_are_not_known() -> None:
    assert filled_answers("awk '{print}' # {guest}", KNOWN) == "awk '{print}' # web1"


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert filled("{guest}", {"guest": "{server}", "server": "x"}) == "{server}"
