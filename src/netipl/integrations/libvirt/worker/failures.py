"""The errors of libvirt as errors of ours, by a table of its codes (virterror.h); in its own words."""

from collections.abc import Mapping
from typing import Any, Final

from netipl.errors import ConflictError, MissingError, NetiplError, RefusedError, UnavailableError

_KINDS: Final[Mapping[str, type[NetiplError]]] = {
    "VIR_ERR_NO_DOMAIN": MissingError,
    "VIR_ERR_NO_NETWORK": MissingError,
    "VIR_ERR_NO_STORAGE_POOL": MissingError,
    "VIR_ERR_NO_STORAGE_VOL": MissingError,
    "VIR_ERR_DOM_EXIST": ConflictError,
    "VIR_ERR_STORAGE_VOL_EXIST": ConflictError,
    "VIR_ERR_INVALID_CONN": UnavailableError,
    "VIR_ERR_NO_CONNECT": UnavailableError,
    "VIR_ERR_RPC": UnavailableError,
    "VIR_ERR_AUTH_FAILED": UnavailableError,
    "VIR_ERR_AUTH_UNAVAILABLE": UnavailableError,
    "VIR_ERR_ACCESS_DENIED": UnavailableError,
    "VIR_ERR_OPERATION_TIMEOUT": UnavailableError,
}
"""What is not here was refused."""

_NOT_THERE: Final = "is libvirtd running, and may the user of the daemon open its socket? See the group libvirt"
_RIGHTS: Final = "the user of the daemon has to be in the group libvirt: usermod -aG libvirt USER"
_NOT_AS_ROOT: Final = (
    "what libvirt starts for this, as ssh, wants rights that the daemon has dropped: name a user in [server]"
)
_POOLS: Final = "`virsh pool-list --all` shows the pools that there are; --pool names one"
_VOLUME: Final = "--disk-path takes it as the disk; or remove it: virsh vol-delete PATH"
_REMEDIES: Final[Mapping[str, str]] = {
    "VIR_ERR_NO_CONNECT": _NOT_THERE,
    "VIR_ERR_AUTH_UNAVAILABLE": _RIGHTS,
    "VIR_ERR_AUTH_FAILED": _RIGHTS,
    "VIR_ERR_NO_STORAGE_POOL": _POOLS,
    "VIR_ERR_STORAGE_VOL_EXIST": _VOLUME,
    "VIR_ERR_NO_DOMAIN": "`virsh list --all` shows the domains that there are",
}


def failure(binding: Any, error: Any) -> NetiplError:  # Any: libvirt's module, and its libvirtError
    """What `error` is to us."""
    if error.get_error_domain() == binding.VIR_FROM_RPC:  # the connection itself is broken
        remedy = _NOT_AS_ROOT if "process capabilities" in str(error) else _NOT_THERE
        return UnavailableError(f"libvirt: {error}", remedy=remedy)
    code = error.get_error_code()
    name = next((each for each in _KINDS if getattr(binding, each, None) == code), "")
    return _KINDS.get(name, RefusedError)(f"libvirt: {error}", remedy=_REMEDIES.get(name, ""))
