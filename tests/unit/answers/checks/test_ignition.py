"""Faults in a configuration of Ignition, each with its line."""

import pytest

from netipl.answers.checks.ignition import findings
from tests.unit.answers.checks.planted import planted

RIGHT = """\
{
  "ignition": {"version": "3.3.0"},
  "passwd": {
    "users": [
      {"name": "root", "passwordHash": "$6$salt$hash"}
    ]
  },
  "storage": {
    "files": [
      {"path": "/etc/hostname",
       "mode": 420,
       "contents": {"source": "data:,web1"}}
    ]
  },
  "systemd": {
    "units": [
      {"name": "one.service",
       "enabled": true, "contents": "[Install]"}
    ]
  }
}
"""

FAULTS = {
    "syntax": ("[Install]", "[Install]\n", 18, "it is not JSON: Invalid control character at"),
    "a version": ("3.3.0", "2.3.0", 2, "String should match pattern"),
    "a key": ("passwordHash", "password", 5, "passwd.users.0.password: no such key is known here"),
    "a password in clear": ("$6$salt$hash", "secret", 5, "it is no hash of crypt(3)"),
    "a path": ('"/etc/hostname"', '"etc/hostname"', 10, "storage.files.0.path: String should match pattern"),
    "an octal mode": ("420", "644", 11, "mode 644 is decimal: 1204 in octal"),
    "a mode that is a text": ("420", '"0644"', 11, "storage.files.0.mode: Input should be a valid integer"),
    "a source": ("data:,web1", "web1", 12, "'web1' is none of data:"),
    "a unit's name": ("one.service", "one", 17, "systemd.units.0.name: String should match pattern"),
    "a unit that cannot be enabled": ("[Install]", "[Service]", 17, "the unit is enabled, but has no [Install]"),
}


@pytest.mark.parametrize(("old", "new", "line", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_its_line(old: str, new: str, line: int, says: str) -> None:
    assert any(at == line and says in message for at, message in planted(findings, RIGHT, old, new))
