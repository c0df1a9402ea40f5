"""Files of guests: what each form says, and the place that is named where it says something wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.cli.guest.documents import form
from netipl.cli.guest.documents.form import Form
from netipl.errors import UsageError
from netipl.guests import choices_document
from netipl.guests.document import KEYS
from netipl.guests.reading import Document
from tests.unit.guests.chosen import CHOICES

YAML_PLACES = {
    "a choice": (
        "- name: web1\n  choices:\n    layout: zfs\n",
        "line 3, column 5: choices: layout: 'zfs' is no choice",
    ),
    "a MAC": ("- name: web1\n  mac: 52:54\n", "line 2, column 8: mac: '52:54' is no MAC address"),
    "an address": ("- {name: web1, address: x}\n", "line 1, column 25: address:"),
    "a name that is none": ("- mac: 52:54:00:13:33:10\n", "line 1, column 3: name: a guest needs a name"),
    "a key": ("- name: web1\n  mca: x\n", "line 2, column 3: mca: guests have no such key"),
    "a key twice": ("- name: web1\n  name: web2\n", "line 2, column 3: name: this guest has it twice"),
    "a guest twice": ("- name: web1\n\n- name: web1\n", "line 3, column 9: name: guest web1 is in guests, line 1"),
    "no YAML": ("- name: [\n", "line 2, column 1: this is no YAML"),
    "a control character": ("- name: \x01\n", "line 1: this is no YAML"),
    "no list": ("name: web1\n", "line 1, column 1: this is no list of guests"),
    "a list of text": ("- web1\n", "line 1, column 3: this is no guest"),
    "a mapping as a value": ("- name: {a: b}\n", "line 1, column 9: name: it is no text"),
}
CSV_PLACES = {
    "choices that are no JSON": ("name,choices\nweb1,{x\n", "line 2, column 2: choices: this is no JSON"),
    "a choice": ('name,choices\nweb1,"{""layout"": ""zfs""}"\n', "line 2, column 2: choices: layout: 'zfs' is no"),
    "a MAC": ("name,mac\nweb1,52:54\n", "line 2, column 2: mac: '52:54' is no MAC address"),
    "after a cell of two lines": ('name,append\nweb1,"a\nb"\n', "line 2, column 2: append: it is more than one line"),
    "the line after it": ('name,cpu\n"web1\n",\nweb1,\nweb1,\n', "line 2, column 1: name:"),
    "a name that is none": ("mac\n52:54:00:13:33:10\n", "line 2: name: a guest needs a name"),
    "a column": ("name,mca\n", "line 1, column 2: mca: guests have no such key"),
    "a column twice": ("name,name\n", "line 1, column 2: name: this column is there twice"),
    "a guest twice": ("name\nweb1\nweb1\n", "line 3, column 1: name: guest web1 is in guests, line 2, column 1 too"),
    "too many cells": ("name\nweb1,x\n", "line 2, column 2: there are 2 cells for 1 columns"),
    "a quote": ('name\nweb1\n"web2"x\n', "line 3: this is no CSV"),
    "nothing": ("", "line 1: there are no columns"),
}


@pytest.mark.parametrize(("text", "message"), YAML_PLACES.values(), ids=YAML_PLACES)
def test_what_is_wrong_in_yaml_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        form.read(text, "guests", Form.YAML)
    assert str(refused.value).startswith(f"guests, {message}")
    assert refused.value.remedy


@pytest.mark.parametrize(("text", "message"), CSV_PLACES.values(), ids=CSV_PLACES)
def test_what_is_wrong_in_csv_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        form.read(text, "guests", Form.CSV)
    assert str(refused.value).startswith(f"guests, {message}")
    assert refused.value.remedy


def test_unknown_keys_are_answered_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        form.read("name,mca\n", "guests", Form.CSV)
    assert all(key in refused.value.remedy for key in KEYS)


@pytest.mark.parametrize("mac", ["02:22:33:44:55:58", "52:54:00:13:33:10"])
def test_text_that_yaml_takes_for_numbers_is_text(mac: str) -> None:
    [made] = form.read(f"- name: 1e3\n  mac: [{mac}, 52-54-00-13-33-11]\n  append: 010\n  cpu: ~\n", "x", Form.YAML)
    assert made == {"name": "1e3", "mac": [mac, "52:54:00:13:33:11"], "append": "010"}


def test_what_a_spreadsheet_adds_is_passed_over() -> None:
    text = "name,mac,cpu\r\nweb1,52:54:00:13:33:10, \r\n,,\r\n"
    assert form.read(text, "x", Form.CSV) == [{"name": "web1", "mac": ["52:54:00:13:33:10"]}]


def test_an_empty_file_has_no_guests() -> None:
    assert form.read("# none yet\n", "x", Form.YAML) == []
    assert form.read("name,mac\n", "x", Form.CSV) == []


def test_the_form_follows_from_the_suffix_or_is_asked_for(tmp_path: Path) -> None:
    assert form.form_of(Path("x.YML")) is Form.YAML
    with pytest.raises(UsageError, match="is not known"):
        form.form_of(Path("guests.txt"))
    file = tmp_path / "x.csv"
    file.write_bytes(b"\xef\xbb\xbfname\nweb1\n")
    assert form.text_of(file) == "name\nweb1\n"
    file.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="no UTF-8"):
        form.text_of(file)


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda text: text.isprintable() and text.strip()
)
MACS = st.binary(min_size=5, max_size=5).map(lambda octets: "52:" + octets.hex(":"))
CHOSEN = CHOICES.map(choices_document.document).filter(bool)
DOCUMENTS = st.builds(
    lambda name, macs, text: {"name": name, **({"mac": macs} if macs else {"mac": []}), **text},
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True),
    st.lists(MACS, max_size=3),
    st.fixed_dictionaries({}, optional={"cpu": LINES, "append": LINES, "choices": CHOSEN}),
)


@given(st.lists(DOCUMENTS, max_size=4, unique_by=lambda document: str(document["name"])), st.sampled_from(Form))
def test_whatever_can_be_said_comes_back(documents: list[Document], chosen: Form) -> None:
    text = form.write(documents, chosen)
    read = form.read(text, "x", chosen)
    assert [{**each} for each in read] == documents
    assert form.write(read, chosen) == text
