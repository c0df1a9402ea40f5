"""Guests as JSON: a list of objects. It is read as YAML, of which it is a part (RFC 8259; YAML 1.2, 1.3)."""

import json
from collections.abc import Iterable

from netipl.cli.guest.documents import yaml_form
from netipl.guests.reading import Document

read = yaml_form.read


def write(documents: Iterable[Document]) -> str:
    """Indented."""
    return json.dumps(list(documents), indent=2, ensure_ascii=False) + "\n"
