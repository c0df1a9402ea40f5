"""The templates for netipl's agent in docs/howto/foreman.md, rendered as Foreman does it: values for `<%= %>`."""

import re
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

_GUIDE = Path(__file__).parents[1] / "docs/howto/foreman.md"


def templates() -> tuple[str, str]:
    """That of kind PXELinux, and that of kind provision."""
    pxelinux, provision = re.findall(r"^ *```erb\n(.*?)^ *```$", _GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    return dedent(pxelinux), dedent(provision)


def rendered(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"<%= (.*?) %>", lambda found: values[found[1]], template)
