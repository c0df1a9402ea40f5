"""libvirt's own schemas of its XML."""

from pathlib import Path

from lxml import etree

_SCHEMAS = Path("/usr/share/libvirt/schemas")


def check(kind: str, text: str) -> None:
    """Raises AssertionError with what the schema of that kind (`network`, `domain`) does not allow."""
    schema = etree.RelaxNG(etree.parse(_SCHEMAS / f"{kind}.rng"))
    assert schema.validate(etree.fromstring(text)), schema.error_log
