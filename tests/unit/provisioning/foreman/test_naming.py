import pytest

from netipl.errors import UsageError
from netipl.provisioning.foreman.naming import name


@pytest.mark.parametrize(
    ("prefix", "url", "kept"),
    [
        ("boot/rhel-m", "http://m/images/kernel.img", "boot/rhel-m-kernel.img"),
        ("boot/rhel-m/", "https://m/images/kernel.img", "boot/rhel-m/kernel.img"),
        ("boot/m", "FTP://m/initrd.img", "boot/m-initrd.img"),
        ("boot/m", "http://m/kernel?version=1", "boot/m-kernel?version=1"),
        ("boot/m", "nfs://m/kernel", None),
    ],
)
def test_a_file_is_named_for_its_prefix_and_the_last_part_of_its_url(prefix: str, url: str, kept: str | None) -> None:
    assert name(prefix, url) == kept


@pytest.mark.parametrize(
    ("prefix", "url"),
    [
        ("boot/m", "http:///kernel"),
        ("boot/m", "http://m"),
        ("boot/m", "http://a..b/kernel"),
        ("boot/m", "http://" + "a" * 64 + "/kernel"),
        ("boot/m", "http://m\u00e4/kernel"),
        ("boot/m", "http://m/" + "d/" * 3000 + "kernel"),
        ("boot//m", "http://m/kernel"),
        ("./boot/m", "http://m/kernel"),
        ("boot/m\\", "http://m/kernel"),
        ("boot/\0", "http://m/kernel"),
        ("guests/x/", "http://m/boot.img"),
        ("boot/" + "p" * 201, "http://m/k"),
    ],
)
def test_what_is_no_name_is_refused(prefix: str, url: str) -> None:
    with pytest.raises(UsageError):
        name(prefix, url)


@pytest.mark.parametrize("url", ["gopher://u:secret@m/kernel", "http://u:se/cr@et@[m/kernel", "http://u:secret@/k"])
def test_a_password_is_not_told(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        name("boot/m", url)
    assert "se" not in str(caught.value).partition("path: ")[2]
