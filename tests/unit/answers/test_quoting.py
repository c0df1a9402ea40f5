"""A hostile text stays one word or one text of the language around it."""

import base64
import json
import shlex
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netipl.answers import quoting
from netipl.errors import UsageError

HOSTILE = ["it's", '"', "a b", "$(reboot)", "`reboot`", "a\\", "%end", "</source>", "{{ x }}", "#", "é", ""]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_word_is_read_back_by_the_shell(text: str) -> None:
    assert shlex.split(quoting.word(text), comments=True) == [text]
    assert shlex.split(quoting.shell(text), comments=True) == [text]


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\0b", "\x1b[1m", "\u2028"])
def test_a_word_is_one_line(text: str) -> None:
    with pytest.raises(UsageError, match="characters that cannot stand here"):
        quoting.word(text)
    with pytest.raises(UsageError, match="characters that cannot stand here"):
        quoting.line(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_json_is_read_back_as_json_and_as_yaml(text: str) -> None:
    made = quoting.as_json({"a": [text]})
    assert json.loads(made) == {"a": [text]}
    if "\ufeff" not in text:  # which YAML takes for a mark of the byte order
        assert yaml.safe_load(made) == {"a": [text]}


@given(st.text())
def test_a_data_url_has_no_character_that_means_something(text: str) -> None:
    found = quoting.data_url(text.encode(errors="ignore").decode())
    assert found.startswith("data:,")
    assert unquote(found.removeprefix("data:,")) == text.encode(errors="ignore").decode()


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("echo", "#!/bin/sh\necho\n"),
        ("#!/bin/bash\necho\n", "#!/bin/bash\necho\n"),
        ("a\r\nb", "#!/bin/sh\na\nb\n"),
    ],
    ids=["the shell", "what it names", "lines of another system"],
)
def test_a_script_names_its_interpreter(text: str, made: str) -> None:
    assert quoting.script(text) == made


def test_base64_is_one_line() -> None:
    made = quoting.base64_of("%end\n" * 100)
    assert made.isascii()
    assert "\n" not in made
    assert base64.b64decode(made) == b"%end\n" * 100


def test_urls_are_taken_apart() -> None:
    url = "http://192.0.2.1:8069/debian/"
    assert quoting.scheme_of(url) == "http"
    assert quoting.host_of(url) == "192.0.2.1:8069"
    assert quoting.path_of(url) == "/debian/"
    assert quoting.path_of("http://192.0.2.1") == "/"


def test_the_device_of_arguments_comes_first() -> None:
    assert quoting.channel_of("0.0.0200,ro") == "0.0.0200"
