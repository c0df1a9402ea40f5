"""What modules of a made-up standard library load."""

import pytest

from netipl.integrations.debian.standard_library import loaded, needed

LIBRARY = {
    "usr/lib/python3.11/json/__init__.py": b"from .decoder import Decoder\nimport codecs\n",
    "usr/lib/python3.11/json/decoder.py": b"import re\nfrom json import scanner\n",
    "usr/lib/python3.11/json/scanner.py": b"try:\n  from _json import make\nexcept ImportError:\n  make = None\n",
    "usr/lib/python3.11/json/tool.py": b"import argparse\n",
    "usr/lib/python3.11/lib-dynload/_json.cpython-311-s390x-linux-gnu.so": b"\x7fELF",
    "usr/lib/python3.11/argparse.py": b"",
    "usr/lib/python3.11/http/__init__.py": b"",
    "usr/lib/python3.11/http/client.py": b"def connect():\n    import argparse\n",
    "usr/lib/python3.11/http/server.py": b"import argparse\n",
}


def test_a_package_comes_with_what_it_loads_and_no_more() -> None:
    found = {path.removeprefix("usr/lib/python3.11/") for path in needed(["json"], LIBRARY)}
    assert found == {
        "json/__init__.py",
        "json/decoder.py",
        "json/scanner.py",
        "lib-dynload/_json.cpython-311-s390x-linux-gnu.so",
    }


def test_a_module_comes_with_its_package_and_without_what_its_functions_import() -> None:
    found = {path.removeprefix("usr/lib/python3.11/") for path in needed(["http.client", "none"], LIBRARY)}
    assert found == {"http/__init__.py", "http/client.py"}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (b"import a.b, c", {"a.b", "c"}),
        (b"from a import b", {"a", "a.b"}),
        (b"from . import b", {"here.it", "here.it.b"}),
        (b"from .a import b", {"here.it.a", "here.it.a.b"}),
        (b"from .. import b", {"here", "here.b"}),
        (b"class A:\n    import b\n    def f(self):\n        import c", {"b"}),
        (b"if x:\n    import b\nelse:\n    import c", {"b", "c"}),
    ],
)
def test_each_form_of_import(source: bytes, names: set[str]) -> None:
    assert set(loaded(source, "here.it")) == names
