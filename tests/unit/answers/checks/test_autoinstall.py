"""Faults in the files of Ubuntu's installer, each with its line."""

import pytest

from netipl.answers.checks.autoinstall import meta_data, network_config, user_data, vendor_data
from netipl.answers.finding import Source
from netipl.firmware.rules import Severity
from tests.unit.answers.checks.planted import Check, found, planted

RIGHT = """\
#cloud-config
autoinstall:
  version: 1
  keyboard: {layout: us}
  network:
    version: 2
  storage:
    layout:
      name: lvm
  identity:
    username: ann
    hostname: web1
    password: "$6$salt$hash"
  user-data:
    users:
      - name: ann
  zdevs:
    - {id: 0.0.0200, enabled: true}
  late-commands:
    - [curtin, in-target, --, "true"]
    - echo done
"""

FAULTS = {
    "no first line": ("#cloud-config\n", "", 1, "the first line is not #cloud-config"),
    "syntax": ("{layout: us}", "{layout: us", 5, "it is not YAML: expected ',' or '}'"),
    "a tab": ("  version: 1", "\tversion: 1", 3, "it is not YAML: found character"),
    "a key": ("late-commands", "late_commands", 19, "autoinstall.late_commands: no such key is known here"),
    "a version": ("version: 1", "version: 3", 3, "autoinstall.version: Input should be 1"),
    "a layout": ("name: lvm", "name: raid", 9, "autoinstall.storage.layout.name: Input should be"),
    "no layout": (
        "    layout:\n      name: lvm\n",
        "    swap: {size: 0}\n",
        7,
        "neither a `layout` nor a `config`",
    ),
    "a password in clear": ("$6$salt$hash", "secret", 13, "it is no hash of crypt(3)"),
    "another one": ("- name: ann", "- {name: ann, plain_text_passwd: x}", 16, "plain_text_passwd"),
    "what is missing": ("    username: ann\n", "", 10, "autoinstall.identity.username: it is missing"),
    "a device": ("{id: 0.0.0200, enabled: true}", "0.0.0200", 18, "autoinstall.zdevs.0: Input should be a valid"),
    "somebody is asked": ("version: 1", "interactive-sections: [network]\n  version: 1", 2, "would be asked"),
}


@pytest.mark.parametrize(("old", "new", "line", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_its_line(old: str, new: str, line: int, says: str) -> None:
    assert any(at == line and says in message for at, message in planted(user_data, RIGHT, old, new))


def test_a_user_is_needed() -> None:
    text = "#cloud-config\nautoinstall: {version: 1}\n"
    assert [line for line, message in found(user_data, text) if "would ask for a user" in message] == [2]


def test_a_key_that_is_not_known_is_lost_and_no_more() -> None:
    text = RIGHT.replace("keyboard:", "keys:")
    assert [each.severity for each in user_data(Source("user-data", text))] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("check", "text", "says"),
    [
        (meta_data, "local-hostname: web1\n", [(1, "instance-id: it is missing")]),
        (meta_data, "instance-id: one\n", []),
        (network_config, "version: 3\n", [(1, "version: Input should be 1 or 2")]),
        (vendor_data, "{}\n", [(1, "the first line is not #cloud-config")]),
        (vendor_data, "", []),
    ],
    ids=["no instance", "an instance", "a version", "no header", "nothing"],
)
def test_the_other_files(check: Check, text: str, says: list[tuple[int, str]]) -> None:
    assert found(check, text) == says
