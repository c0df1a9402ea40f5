"""Plans of what Foreman has deployed: configurations as they were compiled, kernels and initrds as they were fetched.

A file may still be on its way: then it is promised, and whoever asks for it waits. One image of kernel and initrd,
where the boot method wants it, is made as soon as both are there.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from netipl.content import Content, inline
from netipl.errors import RefusedError, UnavailableError
from netipl.firmware.configuration import Entry
from netipl.guests.guest import BootMethod
from netipl.images import kernel
from netipl.images.combined import combined
from netipl.protocols.tftp.resolution import Arriving, Denied, Missing, Resolution, checked
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.foreman.deploying import BootsElsewhere, BootsFiles
from netipl.provisioning.plan import Images, Plan, Subject, plan
from netipl.store import files

Resolve = Callable[[str], Resolution]
"""What a name stands for among the boot files that Foreman asked for."""

_IMAGES: Final = frozenset({BootMethod.INS, BootMethod.COMBINED})
_IMAGE: Final = "boot.img"


def nothing_fetched(_name: str) -> Resolution:
    """Where there is no Foreman."""
    return Missing()


def planned(deployed: BootsFiles, method: BootMethod, subject: Callable[[Images], Subject], resolve: Resolve) -> Plan:
    """By `method`; `subject` is the guest with its images. Raises RefusedError and UnavailableError."""
    if method in _IMAGES:
        return _as_image(deployed.entries[0], method, subject, resolve)
    promise = _images(deployed.entries[0], inline(b""), b"", None, is_promised=True)
    made = plan(method, subject(promise))
    tree = {name: inline(deployed.text) for name in made.tree}  # all that is no promise is the configuration
    return replace(made, tree=tree, promised=deployed.names, closed=True)


def elsewhere(deployed: BootsElsewhere) -> Plan:
    """The firmware looks for its configuration on that server; nothing is served here."""
    if isinstance(deployed.server, str):
        fields = BootFields(file=b"/", server_name=deployed.server.encode("idna"))
    else:
        fields = BootFields(file=b"/", server=deployed.server)
    return Plan(fields=fields, tree={}, closed=True)


def image(entry: Entry, resolve: Resolve) -> Resolution:
    """Kernel and initrd of `entry` in one, once both are there."""
    names = _names(entry)
    found = [resolve(name) for name in names]
    for each in found:
        if not isinstance(each, Content):
            return each
    loaded, initrd = (each for each in found if isinstance(each, Content))
    header = files.beginning(loaded, kernel.HEADER_SIZE)
    return combined(kernel=loaded, header=header, initrd=initrd, append=entry.append or b"")


def _as_image(entry: Entry, method: BootMethod, subject: Callable[[Images], Subject], resolve: Resolve) -> Plan:
    found = [resolve(name) for name in _names(entry)]
    for name, each in zip(_names(entry), found, strict=True):
        if isinstance(each, Arriving) and method is BootMethod.COMBINED:
            guest = subject(_images(entry, inline(b""), b"", None, is_promised=True))
            whole = f"{guest.directory}/{_IMAGE}"
            return Plan(fields=BootFields(file=whole.encode()), tree={}, promised=frozenset({whole}), closed=True)
        if not isinstance(each, Content):
            raise _absent(name, each)
    loaded, initrd = (each for each in found if isinstance(each, Content))
    header = files.beginning(loaded, kernel.HEADER_SIZE)
    return replace(plan(method, subject(_images(entry, loaded, header, initrd, is_promised=False))), closed=True)


def _images(entry: Entry, loaded: Content, header: bytes, initrd: Content | None, *, is_promised: bool) -> Images:
    first, second = _names(entry)
    append = (entry.append or b"").decode("utf-8", "surrogateescape")
    return Images(
        identity="foreman",
        kernel=loaded,
        header=header,
        initrd=initrd,
        append=append,
        names=(first, second),
        is_promised=is_promised,
    )


def _names(entry: Entry) -> tuple[str, str]:
    return checked(entry.kernel or b""), checked(entry.initrd or b"")


def _absent(name: str, found: Missing | Denied | Arriving) -> RefusedError | UnavailableError:
    if isinstance(found, Arriving):
        return UnavailableError(
            f"{name} is still arriving", remedy="wait until it is there, or choose method probe-mac"
        )
    return RefusedError(
        f"{name} is not there", remedy="see /logs of the Smart Proxy: Foreman never asked for it, or it failed"
    )
