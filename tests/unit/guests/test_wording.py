"""The words of choices: each with what is right and what would be read as something else further on."""

from collections.abc import Callable

import pytest

from netipl.errors import UsageError
from netipl.guests import wording

RIGHT: dict[Callable[[str], str], tuple[str, ...]] = {
    wording.time_zone: ("UTC", "Europe/Prague", "America/Argentina/Ushuaia", "Etc/GMT+1"),
    wording.language: ("en_US.UTF-8", "C.UTF-8", "POSIX", "de_DE@euro", "de"),
    wording.keyboard: ("us", "de-nodeadkeys", "pl2"),
    wording.package: ("vim", "g++", "@core", "@^minimal-environment", "python3.11", "linux-image-*", "libc6:s390x"),
    wording.repository_name: ("updates", "my.repo-1"),
    wording.repository_url: ("http://mirror/os", "https://[2001:db8::1]/a?b=c", "file:///srv/x"),
    wording.template_name: ("kickstart", "mine.cfg.j2", "kickstart/default"),
    wording.variable: ("role", "disk_2"),
    wording.znet: ("qeth,0.0.0600,0.0.0601,0.0.0602,layer2=1,portno=0", "ctc,0.0.0010,0.0.0011,protocol=bar"),
    wording.dasd: ("0.0.0200", "0.0.0200-0.0.0207", "0.0.0200,readonly=1", "0200(ro)"),
    wording.zfcp: ("0.0.4000", "0.0.4000,0x5005076300c213e9,0x5022000000000000"),
    wording.cio_ignore: ("all,!condev", "!0.0.0200,!600-602"),
}
WRONG: dict[Callable[[str], str], tuple[str, ...]] = {
    wording.time_zone: ("", "Europe/Prague ", "/etc/passwd", "a/b/c/d", "../UTC", "Europe\n"),
    wording.language: ("", "en US", "en_US.UTF-8\n", "en;us", "ä"),
    wording.keyboard: ("", "us\n", "us --", "-us"),
    wording.package: ("", "a b", "-vim", "a;b", "$(x)", "a\nb", "%end"),
    wording.repository_name: ("", "a b", "../a", "-a"),
    wording.repository_url: (
        "",
        "mirror/os",
        "http://",
        "http://a b",
        "http://a'b",
        "http://a\\b",
        "http://a\n",
        "nfs://a/b",
    ),
    wording.template_name: ("", "/etc/passwd", "../x", "a/../b", "a/b/c", ".hidden"),
    wording.variable: ("", "Role", "1a", "a-b", "__class__", "a b"),
    wording.znet: ("", "qeth", "0.0.0600", "qeth,a b", "qeth,0.0.0600 init=/bin/sh"),
    wording.dasd: ("", "0.0.0200 rd.break", "sda"),
    wording.zfcp: ("", "0.0.4000,0x5", "0.0.4000 a"),
    wording.cio_ignore: ("", "all, !condev", "all\n"),
}


@pytest.mark.parametrize(("read", "text"), [(read, text) for read, texts in RIGHT.items() for text in texts])
def test_what_is_right_is_taken_as_it_is(read: Callable[[str], str], text: str) -> None:
    assert read(text) == text


@pytest.mark.parametrize(("read", "text"), [(read, text) for read, texts in WRONG.items() for text in texts])
def test_what_is_wrong_is_refused_with_a_remedy(read: Callable[[str], str], text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(text)
    assert refused.value.remedy


def test_a_script_ends_with_a_line_end_and_has_no_control_characters() -> None:
    assert wording.script("#!/bin/sh\n\techo é") == "#!/bin/sh\n\techo é\n"
    for text in ("a\r\n", "a\0", "\x1b[2J"):
        with pytest.raises(UsageError):
            wording.script(text)
