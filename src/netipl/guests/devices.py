"""The kernel parameters that make devices of Z hardware known to an installer; guests with virtio need none.

Sources: dracut.cmdline(7) for `rd.znet`, `rd.dasd` and `rd.zfcp`; "Device Drivers, Features, and Commands" of IBM for
`cio_ignore`.
"""

from typing import Final

from netipl.answers.choices import Choices

_OF_DRACUT: Final = ("znet", "dasd", "zfcp")


def parameters(choices: Choices) -> tuple[str, ...]:
    """In the order in which the kernel needs them: what is ignored, then what is used."""
    ignored = (f"cio_ignore={choices.cio_ignore}",) if choices.cio_ignore else ()
    return *ignored, *(f"rd.{name}={said}" for name in _OF_DRACUT for said in getattr(choices, name))
