"""Which choice of a configuration for syslinux boots when nobody touches a key, and the order of all.

Source: the manual of syslinux (doc/syslinux.txt, doc/menu.txt).
"""

from dataclasses import replace

from netipl.firmware.rules import Severity
from netipl.firmware.syslinux.choice import Choice, Menu, Place, Remark, Syslinux, is_program
from netipl.wire import printable


def selected(found: Syslinux, remarks: list[Remark]) -> Choice | None:
    """What boots by itself; None, with a remark, where nothing does.

    `ontimeout` counts where somebody is waited for and the wait ends. A menu that `ui` starts takes the label of
    `default` and the menu this is in; one that is itself the `default` knows `menu default` alone.
    """
    shows_menu = found.has_ui or (is_program(found.default) and found.called(found.default) is None)
    named = found.called(b" ".join(found.default.split())) if found.has_ui else None
    is_shown = named is not None and not named.is_hidden
    start = named.menu if named is not None and is_shown else found.start or found.top
    default = named if is_shown else _default_of(start, found)
    if start.on_timeout and (shows_menu or found.prompts) and (start.timeout or found.total_timeout):
        return _named(found, start.on_timeout, start.on_timeout_place, remarks)
    if found.default and not shows_menu:
        return _named(found, found.default, found.default_place, remarks)
    if default is None:
        remarks.append(
            Place().remark(Severity.ERROR, "there is no label to boot", "write a label with kernel and initrd")
        )
    elif not shows_menu and found.top.default is None:
        shown = printable(default.name, 40)
        remarks.append(default.place.remark(Severity.NOTE, f"no default is named: '{shown}', the first label, boots"))
    return default


def in_order(found: Syslinux, first: Choice) -> list[Choice]:
    """`first`, then all others that boot something, as they came."""
    others = [choice for choice in found.choices if choice.name != first.name and not choice.is_line]
    return [first, *others]


def _default_of(menu: Menu, found: Syslinux) -> Choice | None:
    """What the menu marks, or else its first label that it shows and that boots."""
    if isinstance(menu.default, Menu):
        return _default_of(menu.default, found)
    return menu.default or next(
        (each for each in found.choices if each.menu is menu and not each.is_line and not each.is_hidden), None
    )


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
    return Choice(name=name, place=place, menu=found.top, kernel=name, options=options)
