"""What a template can do wrong, and that the error names its line."""

import pytest

from netipl.answers.environment import MOST_BYTES, MOST_STEPS, Templates
from netipl.errors import UsageError

WRONG = {
    "a name that nobody knows": ("{{ nobody }}", "'nobody' is undefined", "define it as a variable"),
    "a variable that nobody set": ("{{ variables.site }}", "has no attribute 'site'", "define it as a variable"),
    "syntax": ("{% if %}", "Expected an expression", "syntax"),
    "a filter that is not there": ("{{ 1 | nothing }}", "No filter named 'nothing'", "syntax"),
    "a template that is not there": ("{% include 'other/file' %}", "there is no template other/file", "shipped"),
    "Python's inside": ("{{ ''.__class__.__mro__ }}", "'__class__' of 'str' object is unsafe", "may not reach"),
    "a change of what it was given": ("{{ variables.update(a=1) }}", "unsafe", "may not reach"),
    "a value with two lines in one word": ("{{ 'a\\nb' | word }}", "characters that cannot stand here", "one line"),
    "a power": ("{{ 9 ** 9 ** 9 }}", "no powers", "may not reach"),
    "a product beyond bounds": ("{{ 'a' * 9999999 }}", "more than 1048576 elements", "may not reach"),
    "a range beyond bounds": ("{% for a in range(9999999) %}{% endfor %}", "Range too big", "see what this line"),
    "division by zero": ("{{ 1 / 0 }}", "division by zero", "see what this line"),
    "itself": ("{% include 'own/file' %}", "recursion", "see what this line"),
    "a macro that doubles itself": (
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        f"more than {MOST_STEPS} steps",
        "see what they go over",
    ),
    "loops without end": (
        "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        f"more than {MOST_STEPS} steps",
        "see what they go over",
    ),
}


@pytest.mark.parametrize(("text", "says", "remedy"), WRONG.values(), ids=WRONG)
def test_an_error_names_template_and_line_and_a_remedy(text: str, says: str, remedy: str) -> None:
    templates = Templates({"own/file": f"one\ntwo\n{text}\nfour\n"})
    with pytest.raises(UsageError) as raised:
        templates.rendered("own/file", {"variables": {}})
    assert str(raised.value).startswith("own/file, line 3: ")
    assert says in str(raised.value)
    assert remedy in raised.value.remedy


def test_an_error_in_an_extended_template_names_that_one() -> None:
    templates = Templates({"a/f": "{% extends 'b/f' %}", "b/f": "one\n{{ nobody }}"})
    with pytest.raises(UsageError, match="b/f, line 2: 'nobody' is undefined"):
        templates.rendered("a/f", {})


def test_a_file_that_is_too_large_is_refused() -> None:
    templates = Templates({"a/f": "{% for a in range(64) %}" + "x" * (MOST_BYTES // 64 + 1) + "{% endfor %}"})
    with pytest.raises(UsageError, match=f"a/f: it makes more than {MOST_BYTES} bytes"):
        templates.rendered("a/f", {})


def test_the_steps_are_those_of_one_file() -> None:
    templates = Templates({"a/f": "{% for a in range(60000) %}{% endfor %}done"})
    assert templates.rendered("a/f", {}) == templates.rendered("a/f", {}) == b"done"


def test_loops_know_where_they_are() -> None:
    templates = Templates({"a/f": "{% for a in 'xyz' %}{{ loop.index }}{{ a }}{{ ', ' if not loop.last }}{% endfor %}"})
    assert templates.rendered("a/f", {}) == b"1x, 2y, 3z"


def test_xml_is_escaped_and_nothing_else_is() -> None:
    templates = Templates({"a/f.xml": "{{ x }}", "a/f": "{{ x }}"})
    assert templates.rendered("a/f.xml", {"x": "</a>&"}) == b"&lt;/a&gt;&amp;"
    assert templates.rendered("a/f", {"x": "</a>&"}) == b"</a>&"


def test_a_value_is_no_template() -> None:
    assert Templates({"a/f": "{{ x }}"}).rendered("a/f", {"x": "{{ 7 * 7 }}{% if %}"}) == b"{{ 7 * 7 }}{% if %}"


def test_a_template_that_was_changed_is_another_one() -> None:
    assert Templates({"a/f": "one"}).rendered("a/f", {}) == b"one"
    assert Templates({"a/f": "two"}).rendered("a/f", {}) == b"two"
