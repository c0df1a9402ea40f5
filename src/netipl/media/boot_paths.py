"""Where a boot file really lies for s390x whose URL somebody made by the rules of other machines, and its sums.

Foreman asks for the paths of x86 with the architecture replaced, which exist in the Red Hat family alone (facts of its
sources, and of virt-manager's urldetect). Sums are those that the tree itself carries; nothing is opened here.
"""

import re
from collections.abc import Iterator
from typing import Final

from netipl.media import checksums, treeinfo
from netipl.media.recognition import Sum
from netipl.values import value


@value(kw_only=True)
class SumList:
    """A list at `url`, in which the file is called `name`."""

    url: str
    name: str

    def sum(self, data: bytes) -> Sum | None:
        """What it says of the file. Raises WireError for what is no list."""
        sums = treeinfo.decode(data).sums if self.url.endswith("treeinfo") else checksums.decode(data)
        return sums.get(self.name)


@value(kw_only=True)
class Place:
    """One URL to try, and lists that may have its sum, the likeliest first."""

    url: str
    lists: tuple[SumList, ...] = ()


_RULES: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = (
    # SUSE: no directory `loader`
    (re.compile(r"(?P<base>.*/)boot/s390x/loader/(?P<file>linux|initrd)"), ("{base}boot/s390x/{file}",)),
    # debian-installer: the images for machines without a network card of their own are called generic
    (
        re.compile(r"(?P<base>.*/)current/(legacy-)?images/netboot/(debian|ubuntu)-installer/s390x/(?P<file>linux)"),
        (
            "{base}current/images/generic/kernel.debian",
            "{base}current/images/generic/kernel.ubuntu",
            "{base}current/legacy-images/generic/kernel.ubuntu",
        ),
    ),
    (
        re.compile(
            r"(?P<base>.*/)current/(legacy-)?images/netboot/(debian|ubuntu)-installer/s390x/(?P<file>initrd.gz)"
        ),
        (
            "{base}current/images/generic/initrd.debian",
            "{base}current/images/generic/initrd.ubuntu",
            "{base}current/legacy-images/generic/initrd.ubuntu",
        ),
    ),
    # Ubuntu's live server: no casper/vmlinuz on s390x
    (re.compile(r"(?P<base>.*/)casper/(?P<file>vmlinuz)"), ("{base}boot/kernel.ubuntu",)),
    (re.compile(r"(?P<base>.*/)casper/(?P<file>initrd)"), ("{base}boot/initrd.ubuntu",)),
)
_LISTS: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = (
    (re.compile(r"(?P<base>.*/)(?P<name>images/(kernel|initrd)\.img)"), (".treeinfo", "treeinfo")),
    (re.compile(r"(?P<base>.*/)(?P<name>boot/s390x/(linux|initrd))"), ("CHECKSUMS", "content")),
    (
        re.compile(r"(?P<base>.*/current/(legacy-)?images/)(?P<name>generic/(kernel|initrd)\.(debian|ubuntu))"),
        ("SHA256SUMS", "MD5SUMS"),
    ),
    (re.compile(r"(?P<base>.*/)(?P<name>boot/(kernel|initrd)\.ubuntu)"), ("md5sum.txt",)),
)


def places(url: str) -> Iterator[Place]:
    """`url` itself, and where its family keeps the file for s390x: each is tried where those before are not there."""
    yield _place(url)
    for pattern, others in _RULES:
        if (found := pattern.fullmatch(url)) is not None:
            yield from (_place(each.format(**found.groupdict())) for each in others)


def _place(url: str) -> Place:
    for pattern, lists in _LISTS:
        if (found := pattern.fullmatch(url)) is not None:
            base, name = found["base"], found["name"]
            return Place(url=url, lists=tuple(SumList(url=f"{base}{each}", name=name) for each in lists))
    return Place(url=url)
