"""JSON, read strictly."""

import pytest

from netipl.answers.checks.json_form import json_of
from netipl.answers.finding import Source


def test_a_document() -> None:
    assert json_of(Source("f", '{"a": [1, null]}')) == ({"a": [1, None]}, [])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('{"a": 1,\n}', 2, "it is not JSON"),
        ('{"a": 1, "a": 2}', 0, "'a' stands twice in one object"),
        ('{"a": NaN}', 0, "NaN is no number of JSON"),
        ("", 1, "it is not JSON: Expecting value"),
        ("[" * 100_000, 0, "it is not JSON"),
    ],
    ids=["a comma", "twice", "no number", "nothing", "depth"],
)
def test_what_is_wrong(text: str, line: int, says: str) -> None:
    document, found = json_of(Source("f", text))
    assert document is None
    assert [(each.line, says in each.message) for each in found] == [(line, True)]
