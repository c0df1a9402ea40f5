"""Which choice of a configuration for syslinux boots when nobody touches a key, and the order of all.

Source: the manual of syslinux (doc/syslinux.txt, doc/menu.txt).
"""

from dataclasses import replace

from netipl.firmware.rules import Severity
from netipl.firmware.syslinux.choice import Choice, Place, Remark, Syslinux
from netipl.wire import printable


def selected(found: Syslinux, remarks: list[Remark]) -> Choice | None:
    """What boots by itself; None, with a remark, where nothing does.

    `ontimeout` counts where somebody is waited for and the wait ends; a menu takes `menu default` before `default`.
    """
    waits = found.has_menu or found.prompts
    if found.on_timeout and waits and found.timeout:
        return _named(found, found.on_timeout, found.on_timeout_place, remarks)
    if found.menu_default is not None and (found.has_menu or not found.default):
        return found.menu_default
    if found.default:
        return _named(found, found.default, found.default_place, remarks)
    first = next((choice for choice in found.choices if not choice.is_line), None)
    if first is None:
        remarks.append(
            Place().remark(Severity.ERROR, "there is no label to boot", "write a label with kernel and initrd")
        )
    elif not found.has_menu:
        shown = printable(first.name, 40)
        remarks.append(first.place.remark(Severity.NOTE, f"no default is named: '{shown}', the first label, boots"))
    return first


def in_order(found: Syslinux, first: Choice) -> list[Choice]:
    """`first`, then all others that boot something, as they came."""
    others = [choice for choice in found.choices if choice.name != first.name and not choice.is_line]
    return [first, *others]


def _named(found: Syslinux, command: bytes, place: Place, remarks: list[Remark]) -> Choice:
    """A label with words for its command line, or a kernel that has no label."""
    whole = found.called(b" ".join(command.split()))
    if whole is not None:
        return whole
    name, *rest = command.split(maxsplit=1)
    options = b"".join(rest)
    label = found.called(name)
    if label is not None:
        return replace(label, options=b" ".join(part for part in (label.options, options) if part))
    shown = printable(name, 60)
    remarks.append(place.remark(Severity.NOTE, f"there is no label '{shown}': it is taken for the name of a kernel"))
    return Choice(name=name, place=place, kernel=name, options=options)
