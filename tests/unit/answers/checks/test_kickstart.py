"""Faults in a kickstart file, each with its line."""

import pytest

from netipl.answers.checks.kickstart import Section, findings, sections
from tests.unit.answers.checks.planted import found, planted

RIGHT = """\
text
lang en_US.UTF-8
timezone UTC --utc
rootpw --iscrypted '$6$salt$hash'
user --name=ann --iscrypted --password='$6$salt$hash'
autopart --type=lvm
reboot
%packages
@core
%end
%post
echo 50%
%end
"""

FAULTS = {
    "a section without end": ("@core\n%end\n", "@core\n", 8, "%packages has no %end"),
    "the last section without end": ("50%\n%end\n", "50%\n", 11, "%post has no %end"),
    "an end of nothing": ("reboot\n", "reboot\n%end\n", 8, "%end ends nothing"),
    "a section of no such name": ("%packages", "%package", 8, "there is no section %package"),
    "quotes that do not end": ("timezone UTC", "timezone 'UTC", 3, "the quotes are wrong: No closing quotation"),
    "root's password in clear": ("rootpw --iscrypted '$6$salt$hash'", "rootpw secret", 4, "the password is no hash"),
    "said to be in clear": ("rootpw --iscrypted", "rootpw --plaintext", 4, "the password is no hash"),
    "a user's password in clear": ("--name=ann --iscrypted", "--name=ann", 5, "the password is no hash"),
    "a screen": ("text\n", "graphical\n", 1, "`graphical` is for somebody who looks on"),
    "nothing that follows": ("reboot\n", "", 0, "it does not say what follows, and Anaconda would wait for a key"),
    "no layout": ("autopart --type=lvm\n", "", 0, "it says no layout of the disk, and Anaconda would ask"),
    "nothing of root": (
        "rootpw --iscrypted '$6$salt$hash'\n",
        "",
        0,
        "it says nothing of root's password, and Anaconda would ask",
    ),
    "no language": ("lang en_US.UTF-8\n", "", 0, "it says no language, and Anaconda would ask"),
    "no time zone": ("timezone UTC --utc\n", "", 0, "it says no time zone, and Anaconda would ask"),
}


@pytest.mark.parametrize(("old", "new", "line", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_its_line(old: str, new: str, line: int, says: str) -> None:
    assert (line, says) in planted(findings, RIGHT, old, new)


def test_packages_are_needed() -> None:
    text = RIGHT.replace("%packages\n@core\n%end\n", "")
    assert found(findings, text) == [(0, "it has no %packages, and Anaconda would ask")]


def test_a_section_is_told_from_text_with_a_percent_sign() -> None:
    assert list(sections(["%post", "%foo", "%end"])) == [Section(name="%post", first=1, last=3, is_ended=True)]
    assert list(sections(["%pre", "%post", "%end"])) == [
        Section(name="%pre", first=1, last=1),
        Section(name="%post", first=2, last=3, is_ended=True),
    ]


def test_a_lock_and_other_files_are_no_faults() -> None:
    text = RIGHT.replace("rootpw --iscrypted '$6$salt$hash'", "rootpw --lock\n%include /tmp/more")
    assert found(findings, text) == []
