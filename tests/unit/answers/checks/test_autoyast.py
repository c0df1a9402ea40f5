"""Faults in an AutoYaST profile, each with its line."""

import pytest

from netipl.answers.checks.autoyast import CONFIG, NAMESPACE, findings
from tests.unit.answers.checks.planted import found, planted

RIGHT = f"""\
<?xml version="1.0"?>
<!DOCTYPE profile>
<profile xmlns="{NAMESPACE}" xmlns:config="{CONFIG}">
  <general>
    <mode>
      <confirm config:type="boolean">false</confirm>
    </mode>
  </general>
  <partitioning config:type="list">
    <drive>
      <use>all</use>
    </drive>
  </partitioning>
  <users config:type="list">
    <user>
      <username>root</username>
      <user_password>$6$salt$hash</user_password>
      <encrypted t="boolean">true</encrypted>
      <uid t="integer">0</uid>
    </user>
  </users>
</profile>
"""

FAULTS = {
    "an element that does not end": ("</use>", "", 12, "it is not well-formed: mismatched tag"),
    "a character that is none": ("<use>all", "<use>a & b", 11, "not well-formed"),
    "another namespace": (NAMESPACE, "http://example.org/", 3, "the root is profile of http://example.org/"),
    "a type": ('config:type="boolean"', 'config:type="bool"', 6, "there is no type bool"),
    "a boolean": (">true</enc", ">yes</enc", 18, "encrypted is boolean, and 'yes' is not"),
    "a number": (">0</uid>", ">zero</uid>", 19, "uid is an integer, and 'zero' is not"),
    "a password in clear": ("$6$salt$hash", "secret", 17, "the password is no hash"),
    "said to be in clear": (">true</enc", ">false</enc", 18, "the password is in clear"),
    "somebody is asked": (">false</confirm>", ">true</confirm>", 0, "YaST would ask before it installs"),
    "nothing of root": (">root<", ">ann<", 0, "it says nothing of root"),
    "entities": ("<!DOCTYPE profile>", '<!DOCTYPE profile [<!ENTITY a "b">]>', 0, "it declares entities of its own"),
}


@pytest.mark.parametrize(("old", "new", "line", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_its_line(old: str, new: str, line: int, says: str) -> None:
    assert any(at == line and says in message for at, message in planted(findings, RIGHT, old, new))


def test_a_section_of_no_such_name_is_found() -> None:
    text = RIGHT.replace("partitioning", "partitions")
    assert found(findings, text) == [(9, "there is no section partitions")]
