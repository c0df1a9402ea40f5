"""What libvirt's errors are to us, and that those which a person can do something about say what."""

from types import SimpleNamespace

import pytest

from netipl.errors import ConflictError, MissingError, NetiplError, RefusedError, UnavailableError
from netipl.integrations.libvirt.worker.failures import failure

CODES = {
    "VIR_ERR_NO_STORAGE_POOL": (MissingError, "virsh pool-list"),
    "VIR_ERR_STORAGE_VOL_EXIST": (ConflictError, "--disk-path"),
    "VIR_ERR_NO_DOMAIN": (MissingError, "virsh list"),
    "VIR_ERR_NO_CONNECT": (UnavailableError, "libvirtd"),
    "VIR_ERR_OF_THE_FUTURE": (RefusedError, ""),
}
BINDING = SimpleNamespace(VIR_FROM_RPC=7, **{name: number for number, name in enumerate(CODES, 100)})


class SaidError(Exception):
    """As libvirtError is asked."""

    def __init__(self, code: int, domain: int) -> None:
        super().__init__("words of libvirt")
        self._code, self._domain = code, domain

    def get_error_code(self) -> int:
        return self._code

    def get_error_domain(self) -> int:
        return self._domain


@pytest.mark.parametrize("name", CODES)
def test_each_code_has_its_kind_and_its_remedy(name: str) -> None:
    kind, remedy = CODES[name]
    made = failure(BINDING, SaidError(getattr(BINDING, name), 0))
    assert type(made) is kind
    assert str(made) == "libvirt: words of libvirt"
    assert remedy in made.remedy


def test_a_broken_connection_is_unavailable_whatever_its_code() -> None:
    made: NetiplError = failure(BINDING, SaidError(BINDING.VIR_ERR_NO_DOMAIN, BINDING.VIR_FROM_RPC))
    assert isinstance(made, UnavailableError)
    assert "libvirtd" in made.remedy
