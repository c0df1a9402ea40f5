"""A document against a model of its keys, and the line of what does not fit."""

import pytest
import yaml

from netipl.answers.checks.form import Form, misfits, place, yaml_of
from netipl.answers.finding import Source

TEXT = "a:\n  - b: 1\n  - c: 2\nd: {e: f}\n"


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (("a",), (1, 1)),
        (("a", 1), (3, 5)),
        (("a", 1, "c"), (3, 5)),
        (("d", "e"), (4, 5)),
        (("a", 0, "missing"), (2, 5)),
        (("d", "some model", "e"), (4, 5)),
        ((), (1, 1)),
    ],
    ids=["a key", "an element", "a key of it", "in braces", "the last that is there", "through a union", "the root"],
)
def test_a_path_leads_to_its_line(path: tuple[str | int, ...], where: tuple[int, int]) -> None:
    assert place(yaml.compose(TEXT, Loader=yaml.SafeLoader), path) == where


def test_nothing_has_no_place() -> None:
    assert place(None, ("a",)) == (0, 0)


def test_all_that_does_not_fit_is_told() -> None:
    class Pair(Form):
        a: int
        b: int = 0

    text = '{"a": "x",\n "c": 1}'
    found = list(misfits(Source("f", text), {"a": "x", "c": 1}, Pair))
    assert [(each.line, each.column, each.text) for each in found] == [(1, 2, '{"a": "x",'), (2, 2, ' "c": 1}')]


def test_more_than_one_document_is_not_yaml() -> None:
    assert "it is not YAML" in yaml_of(Source("f", "a: 1\n---\nb: 2\n"))[1][0].message
