import pytest

from netipl.integrations.libvirt.network_names import ADD, DELETE, Update, updates

KNOWN = {"192.0.2.10": ["z1", "z2"], "192.0.2.100": ["z1"], "192.0.2.101": ["z1"]}
RECORD = "<n:network xmlns:n='https://netipl.org/xmlns/libvirt/network/1.0' server='{}' address='192.0.2.1'/>"
Names = dict[str, tuple[str, ...]]


def network(names: Names, server: str = "netipl") -> str:
    hosts = "".join(
        f"<host ip='{address}'>{''.join(f'<hostname>{name}</hostname>' for name in each)}</host>"
        for address, each in names.items()
    )
    return f"<network><name>n</name><metadata>{RECORD.format(server)}</metadata><dns>{hosts}</dns></network>"


def add(address: str, name: str) -> Update:
    return Update(ADD, f'<host ip="{address}"><hostname>{name}</hostname></host>')


def delete(address: str) -> Update:
    return Update(DELETE, f'<host ip="{address}" />')


CASES: dict[str, tuple[Names, Names, dict[str, str], tuple[Update, ...]]] = {
    "a new one": ({}, {}, {"192.0.2.10": "z1"}, (add("192.0.2.10", "z1"),)),
    "one that is there": ({"192.0.2.10": ("z1",)}, {}, {"192.0.2.10": "z1"}, ()),
    "another name goes before the new one comes": (
        {"192.0.2.10": ("z1",)},
        {},
        {"192.0.2.10": "z2"},
        (delete("192.0.2.10"), add("192.0.2.10", "z2")),
    ),
    "a name that moves": (
        {"192.0.2.100": ("z1",)},
        {},
        {"192.0.2.101": "z1"},
        (delete("192.0.2.100"), add("192.0.2.101", "z1")),
    ),
    "a lease that has ended": ({"192.0.2.100": ("z1",)}, {}, {}, (delete("192.0.2.100"),)),
    "an address that is not ours to name": ({"192.0.2.5": ("nas",)}, {}, {}, ()),
    "an address of ours that others have named": ({"192.0.2.100": ("nas",)}, {}, {}, ()),
    "others' name for it stays, though a guest has it": ({"192.0.2.100": ("nas",)}, {}, {"192.0.2.100": "z1"}, ()),
    "a name that others have given is not given twice": ({"192.0.2.5": ("z1",)}, {}, {"192.0.2.100": "z1"}, ()),
    "one of ours to which others added": ({"192.0.2.100": ("z1", "nas")}, {}, {}, ()),
    "what is defined stays": ({"192.0.2.100": ("nas",)}, {"192.0.2.100": ("nas",)}, {}, ()),
    "what is defined is not named anew": (
        {"192.0.2.100": ("nas",)},
        {"192.0.2.100": ("nas",)},
        {"192.0.2.100": "z1"},
        (),
    ),
    "a name that is defined is not another's": ({}, {"192.0.2.5": ("nas", "z1")}, {"192.0.2.100": "z1"}, ()),
    "an address of another family": ({"2001:db8::1": ("nas",)}, {}, {}, ()),
}


@pytest.mark.parametrize(("running", "defined", "wanted", "expected"), CASES.values(), ids=CASES)
def test_what_makes_a_network_resolve_the_names_of_guests(
    running: Names, defined: Names, wanted: dict[str, str], expected: tuple[Update, ...]
) -> None:
    assert updates(network(running), network(defined), wanted, KNOWN) == expected


def test_a_network_that_netipl_does_not_serve_is_left_alone() -> None:
    there: Names = {"192.0.2.100": ("z1",)}
    for defined in ("<network/>", network({}, "dnsmasq")):
        assert updates(network(there), defined, {"192.0.2.10": "z2"}, KNOWN) == ()


def test_a_network_without_names_is_as_one_without_any() -> None:
    assert updates("<network/>", network({}), {"192.0.2.10": "z1"}, KNOWN) == (add("192.0.2.10", "z1"),)
