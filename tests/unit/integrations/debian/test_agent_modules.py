"""What of netipl the agent's initrd has: all that it imports, and nothing that needs more than Python."""

import sys

import pytest

from netipl.integrations.debian.agent_modules import agent_modules, imported

FILES = agent_modules()


def test_the_agent_is_there_with_what_it_imports_and_the_packages_of_it() -> None:
    names = {path.removeprefix("lib/netipl/netipl/") for path in FILES}
    assert {"payload/agent/main.py", "payload/agent/disk.py", "answers/orders.py", "errors.py"} <= names
    assert {"__init__.py", "payload/__init__.py", "payload/agent/__init__.py", "answers/__init__.py"} <= names


@pytest.mark.parametrize("path", sorted(FILES))
def test_each_imports_only_python_and_what_is_there(path: str) -> None:
    for name in imported(FILES[path]):
        top = name.partition(".")[0]
        assert top in sys.stdlib_module_names or top == "netipl", name
