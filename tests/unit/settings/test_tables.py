import tomllib

import pytest

from netipl.errors import RefusedError
from netipl.settings.tables import Value, commented_out, with_table, without_table

LAB = ("networks", "lab")
KEYS: dict[str, Value] = {"interface": "virbr0", "pools": ["192.0.2.10-192.0.2.99"], "authoritative": True}
COMMENT = "made for lab"
TABLE = (
    '# made for lab\n[networks.lab]\ninterface = "virbr0"\npools = ["192.0.2.10-192.0.2.99"]\nauthoritative = true\n'
)


def added(text: str) -> str:
    return with_table(text, LAB, KEYS, comment=COMMENT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[server]\n",
        '# of mine\n[server]\nuser = "netipl" # kept\n',
        '[networks.other]\nsubnet = "198.51.100.0/24"\n',
        '[guests.web1]\nmac = "52:54:00:00:00:0a"\n\n# the end\n',
    ],
)
def test_a_table_comes_behind_all_and_goes_without_a_trace(text: str) -> None:
    new = added(text)
    assert new.startswith(text.rstrip())
    assert new.endswith(TABLE)
    assert tomllib.loads(new)["networks"]["lab"] == KEYS
    assert without_table(new, LAB, comment=COMMENT) == text


def test_a_name_with_dots_is_quoted() -> None:
    header = ("networks", "lab.example.com")
    new = with_table("", header, KEYS, comment=COMMENT)
    assert '[networks."lab.example.com"]' in new
    assert without_table(new, header, comment=COMMENT) == ""


WRITTEN_BY_OTHERS = {
    "with a comment behind it and spaces": "[ networks . lab ] # ours\na = 1\n",
    "in quotes": "[networks.'lab']\na = 1\n",
    "with lists over lines that look like tables": "[networks.lab]\na = [\n[1],\n[2],\n]\n",
    "with text over lines that looks like tables": '[networks.lab]\na = """\n[networks.lab]\nb = 1\n"""\n',
}


@pytest.mark.parametrize("table", WRITTEN_BY_OTHERS.values(), ids=WRITTEN_BY_OTHERS)
def test_a_table_goes_however_it_is_written_and_all_else_stays(table: str) -> None:
    before, behind = "[server]\n# one\n", "# of tftp\n[tftp]\nenabled = true # two\n"
    assert without_table(before + table + behind, LAB, comment=COMMENT) == before + behind


@pytest.mark.parametrize("table", WRITTEN_BY_OTHERS.values(), ids=WRITTEN_BY_OTHERS)
def test_a_table_that_becomes_a_comment_says_nothing_and_is_there_line_by_line(table: str) -> None:
    before, behind = "[server]\n# one\n", "\n# of tftp\n[tftp]\nenabled = true # two\n"
    new = commented_out(before + table + behind, LAB)
    assert tomllib.loads(new) == {"server": {}, "tftp": {"enabled": True}}
    assert new == before + "".join(f"# {line}" for line in table.splitlines(keepends=True)) + behind


OTHERWISE = [
    "networks.lab.a = 1\n",
    "networks = { lab = { a = 1 } }\n",
    "[networks]\nlab.a = 1\n",
    "[networks.lab.b]\n",
]


@pytest.mark.parametrize("text", OTHERWISE)
def test_what_is_no_table_of_its_own_is_left_to_its_writer(text: str) -> None:
    with pytest.raises(RefusedError, match=r"networks\.lab"):
        without_table(text, LAB, comment=COMMENT)
    with pytest.raises(RefusedError, match=r"networks\.lab"):
        commented_out(text, LAB)


def test_what_only_looks_like_the_table_stays() -> None:
    text = 'a = """\n[networks.lab]\n"""\n[networks.lab]\nb = 1\n'
    assert without_table(text, LAB, comment=COMMENT) == 'a = """\n[networks.lab]\n"""\n'
