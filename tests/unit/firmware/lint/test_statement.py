"""Where the parts of a line stand."""

from netipl.firmware.configuration import lines
from netipl.firmware.lint.statement import Label, Statement


def _statement() -> Statement:
    line = lines(b"\n  append \t a bc\n")[1]
    return Statement(file=b"f", line=line, keyword=b"append", argument=b"a bc")


def test_keyword_argument_and_parts_have_their_columns() -> None:
    statement = _statement()
    spots = (statement.whole, statement.of_keyword, statement.of_argument, statement.part(2, 2))
    assert [(spot.line, spot.column, spot.length) for spot in spots] == [(2, 3, 13), (2, 3, 6), (2, 12, 4), (2, 14, 2)]
    assert statement.whole.text == b"  append \t a bc"


def test_a_label_is_called_by_its_argument() -> None:
    assert Label(_statement()).name == b"a bc"
