"""Faults in a profile of Agama, each with its line."""

import pytest

from netipl.answers.checks.agama import findings
from tests.unit.answers.checks.planted import found, planted

RIGHT = """\
{
  "product": {"id": "SLES"},
  "localization": {"language": "en_US.UTF-8"},
  "root": {
    "password": "$6$salt$hash",
    "hashedPassword": true
  },
  "storage": {
    "drives": [{"search": "/dev/vda"}]
  },
  "dasd": {"devices": [
    {"channel": "0.0.0200"}
  ]},
  "scripts": {
    "pre": [
      {"name": "one", "content": "#!/bin/sh"},
      {"name": "two", "url": "http://192.0.2.1/two"}
    ]
  }
}
"""

FAULTS = {
    "syntax": ('"SLES"},', '"SLES"', 3, "it is not JSON: Expecting ',' delimiter"),
    "a key twice": ('"localization":', '"storage": {}, "localization":', 0, "'storage' stands twice"),
    "a key": ('"localization"', '"localisation"', 3, "localisation: no such key is known here"),
    "a key further in": ('"hashedPassword"', '"hashed"', 6, "root.hashed: no such key is known here"),
    "a type": ('"pre": [', '"pre": 1, "post": [', 15, "scripts.pre: Input should be a valid list"),
    "what is missing": ('{"id": "SLES"}', "{}", 2, "product.id: it is missing"),
    "a password in clear": ("$6$salt$hash", "secret", 5, "it is no hash of crypt(3)"),
    "said to be in clear": ("true\n", "false\n", 6, "root.hashedPassword: Input should be True"),
    "a script without interpreter": ('"#!/bin/sh"', '"true"', 16, "a script begins with #! and its interpreter"),
    "a script of nothing": (', "url": "http://192.0.2.1/two"', "", 17, "a script has either `content` or `url`"),
    "a device number": ("0.0.0200", "0200", 12, "String should match pattern"),
}


@pytest.mark.parametrize(("old", "new", "line", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_its_line(old: str, new: str, line: int, says: str) -> None:
    assert any(at == line and says in message for at, message in planted(findings, RIGHT, old, new))


def test_nobody_can_log_in() -> None:
    assert found(findings, '{"product": {"id": "SLES"}}')[0][1].startswith(": nobody could log in")
    text = '{"product": {"id": "SLES"}, "root": {"password": "$6$a$b"}}'
    assert "only hashes are taken" in found(findings, text)[0][1]
