"""libvirt's Python binding, wherever it is: installed beside netipl, or the system's package.

The binding is a library in C for one version of Python. An environment of pip does not see the system's packages, so
they are looked for by name, and only these. Any is its type: it has no types of its own.
"""

import sys
import sysconfig
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any, Final

from netipl.errors import UnavailableError

_REMEDY: Final = "apt-get install python3-libvirt, or pip install 'netipl[libvirt]'"
_PARTS: Final = ("libvirtmod", "libvirt", "libvirtaio")
"""Of the system's package, in the order in which they need each other."""


def libvirt() -> Any:
    """The module `libvirt`. Raises UnavailableError where there is none for this Python."""
    return _module("libvirt")


def libvirtaio() -> Any:
    """The module `libvirtaio`. Raises UnavailableError where there is none for this Python."""
    return _module("libvirtaio")


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        pass
    for directory in _system_directories():
        if all(PathFinder.find_spec(part, [directory]) for part in _PARTS):
            for part in _PARTS:
                _load(part, directory)
            return sys.modules[name]
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    raise UnavailableError(f"{python} has no binding of libvirt", remedy=_REMEDY)


def _system_directories() -> Iterator[str]:
    """Of the interpreter that an environment was made of; Debian's first."""
    yield f"{sys.base_prefix}/lib/python3/dist-packages"
    where = {"base": sys.base_prefix, "platbase": sys.base_prefix}
    yield sysconfig.get_path("platlib", "posix_prefix", where)


def _load(name: str, directory: str) -> None:
    if name in sys.modules:
        return
    spec = PathFinder.find_spec(name, [directory])
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
