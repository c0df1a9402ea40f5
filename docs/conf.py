"""Sphinx: how the documentation is built. `make docs` builds it, a warning is an error."""

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "netipl"
author = "the netipl developers"
project_copyright = f"%Y, {author}"
release = metadata.version("netipl")

extensions = [
    "myst_parser",
    "answers_reference",
    "api_reference",
    "command_reference",
    "firmware_reference",
    "media_reference",
    "problem_reference",
    "rule_reference",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "decisions/template.md"]
nitpicky = True
smartquotes = False  # `--kernel` in a sentence is an option, not a dash

html_theme = "furo"
html_title = f"netipl {release}"
html_copy_source = False
