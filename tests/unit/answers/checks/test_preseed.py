"""Faults in a preseed file, each with its line."""

import pytest

from netipl.answers.checks.preseed import Answer, answers, findings, logical
from netipl.answers.finding import Source
from tests.unit.answers.checks.planted import planted

RIGHT = """\
#_preseed_V1
# a comment
d-i mirror/country string manual
d-i passwd/root-password-crypted password $6$salt$hash
d-i partman-auto/expert_recipe string one :: \\
    # not a comment here \\
    500 . \\
    600 .
d-i partman-partitioning/confirm_write_new_label boolean true
d-i partman/choose_partition select finish
d-i partman/confirm boolean true
d-i finish-install/reboot_in_progress note
"""

FAULTS = {
    "no first line": ("#_preseed_V1\n", "", 1, "the first line is not #_preseed_V1"),
    "too few words": (
        "d-i mirror/country string manual",
        "d-i mirror/country",
        3,
        "OWNER QUESTION TYPE VALUE",
    ),
    "a type": ("country string", "country number", 3, "there is no type number"),
    "after a line of four": ("new_label boolean true", "new_label boolean yes", 9, "is boolean, and 'yes' is not"),
    "a password in clear": ("root-password-crypted", "root-password", 4, "is a password in clear"),
    "no hash": ("$6$salt$hash", "secret", 4, "it is no hash of crypt(3)"),
    "twice": ("# a comment", "d-i mirror/country string DE", 3, "was answered otherwise in line 2"),
    "the end is open": ("reboot_in_progress note", "reboot_in_progress note \\", 12, "continued by nothing"),
    "it would ask": ("d-i partman/confirm boolean true\n", "", 0, "partman would ask before it writes"),
    "it would wait": ("d-i finish-install/reboot_in_progress note\n", "", 0, "would wait before it reboots"),
}


@pytest.mark.parametrize(("old", "new", "line", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_its_line(old: str, new: str, line: int, says: str) -> None:
    assert any(at == line and says in message for at, message in planted(findings, RIGHT, old, new))


def test_lines_that_are_continued_are_one() -> None:
    assert list(logical("a \\\n  b\\\n c\n\n# no\nd")) == [(1, "a b c"), (6, "d")]


def test_an_answer_has_its_parts_and_the_line_where_it_begins() -> None:
    found = list(answers(Source("preseed.cfg", "\nd-i a/b string  two words\n")))
    assert found == [Answer(line=2, owner="d-i", question="a/b", kind="string", answer="two words")]
