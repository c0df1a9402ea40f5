"""Ubuntu: how its images name themselves."""

import pytest

from netipl.errors import RefusedError
from tests.media_trees import debian_disk, ubuntu
from tests.unit.media.looking import look


@pytest.mark.parametrize(
    ("info", "title", "version", "level"),
    [
        (
            b'Ubuntu-Server 22.04.5 LTS "Jammy Jellyfish" - Release s390x (20240911)\n',
            "Ubuntu Server 22.04.5 LTS",
            "22.04.5",
            "z13",
        ),
        (
            b'Ubuntu-Server 20.04 LTS "Focal Fossa" - Release s390x (20200423)',
            "Ubuntu Server 20.04 LTS",
            "20.04",
            "zEC12",
        ),
        (b'Ubuntu-Server 25.10 "Questing Quokka" - Alpha s390x (20250801)', "Ubuntu Server 25.10", "25.10", "z13"),
        (b'Ubuntu-Server 24.04 LTS "Noble" - s390x', "Ubuntu Server 24.04 LTS", "24.04", "z13"),
    ],
)
def test_the_title_and_version(info: bytes, title: str, version: str, level: str) -> None:
    found = look({**ubuntu(), ".disk/info": info})
    assert (found.title, found.version, found.level) == (title, version, level)


def test_a_disk_of_another_distribution_is_none_of_ubuntu() -> None:
    assert look(debian_disk()).title.startswith("Debian")
    with pytest.raises(RefusedError, match="no install medium"):
        look({".disk/info": b'Mint 22 "Wilma" - Release s390x'})
