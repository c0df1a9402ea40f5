"""A finding quotes its line."""

import pytest

from netipl.answers.finding import Source


@pytest.mark.parametrize(("line", "text"), [(0, ""), (1, "one"), (2, "two"), (3, ""), (9, "")])
def test_a_finding_has_the_text_of_its_line(line: int, text: str) -> None:
    found = Source("ks.cfg", "one\ntwo\n").finding("wrong", line, 1)
    assert (found.file, found.line, found.text) == ("ks.cfg", line, text)
