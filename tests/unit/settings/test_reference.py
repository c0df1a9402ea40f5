import re
from pathlib import Path

from netipl.settings.keys import TABLES
from netipl.settings.load import load
from netipl.settings.reference import reference

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "packaging/netipl.toml"


def test_the_page_in_the_documentation_is_current() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()
    assert page == reference(), "python -m netipl.settings.reference > docs/reference/settings.md"


def test_every_key_has_a_description_and_an_example() -> None:
    for table in TABLES.values():
        for name, field in table.model_fields.items():
            assert field.description, name
            assert field.examples, name


def test_the_example_file_is_taken_as_it_is(tmp_path: Path) -> None:
    for name in ("vmlinuz", "initrd.img"):
        (tmp_path / name).touch()
    path = tmp_path / "netipl.toml"
    path.write_text(EXAMPLE.read_text().replace("/srv/boot/", ""))
    settings = load(path)
    assert [guest.name for guest in settings.guests()] == ["web1"]


def test_the_example_file_shows_every_key() -> None:
    sections = re.split(r"(?m)^(?:# )?\[(\w+)(?:\.\w+)?\]$", EXAMPLE.read_text())
    shown = dict(zip(sections[1::2], sections[2::2], strict=True))
    for header, table in TABLES.items():
        own = table.__annotations__
        for name in own:
            assert re.search(rf"(?m)^(# )?{name} = ", shown[header.partition(".")[0]]), f"{header}: {name}"
