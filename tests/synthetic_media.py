"""Small trees laid out as each family lays out its install media, with right sums, and ISO images of them.

A tree is a mapping of paths to bytes. Kernels have a true s390x header, all other files are noise; versions
and texts are as real media have them.
"""

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from netipl.media.medium import Family, Role
from tests.unit.images.kernels import kernel

Tree = Mapping[str, bytes]

FOREIGN = "x86_64"
ISO_NAME = "ubuntu-24.04.1-live-server-s390x.iso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic:
    """One row: the tree as it is for s390x, and what it must be recognised as.

    `foreign` is the same for another architecture. `clue_only` are names that a mirror without listing serves too.
    """

    name: str
    family: Family
    version: str
    title: str
    tree: Tree
    foreign: Tree
    files: Mapping[Role, str]
    level: str = ""
    source: str = ""
    sums: bool = True
    listed: bool = False
    """Whether it can be told only where names can be listed."""


def noise(name: str, size: int = 3000) -> bytes:
    """Bytes that differ by name."""
    block = hashlib.sha512(name.encode()).digest()
    return (block * (size // len(block) + 1))[:size]


def boot(name: str) -> bytes:
    """A kernel that is its own by name."""
    return kernel(size=0x13000) + noise(name, 100)


def sums(tree: Tree, *, algorithm: str = "sha256", prefix: str = "") -> str:
    """In GNU's form."""
    return "".join(f"{hashlib.new(algorithm, data).hexdigest()}  {prefix}{name}\n" for name, data in tree.items())


def rhel(name: str, version: str, *, architecture: str = "s390x") -> Tree:
    """As lorax and productmd write it: RHEL, CentOS Stream, AlmaLinux, Rocky and Fedora."""
    ours = architecture == "s390x"
    kernel_path = "images/kernel.img" if ours else "images/pxeboot/vmlinuz"
    initrd_path = "images/initrd.img" if ours else "images/pxeboot/initrd.img"
    files = {
        kernel_path: boot(name + version) if ours else noise("bzImage"),
        initrd_path: noise(f"{name} {version} initrd"),
        "images/install.img": noise("stage 2", 5000),
    }
    told = "\n".join(f"{path} = sha256:{hashlib.sha256(data).hexdigest()}" for path, data in files.items())
    treeinfo = f"""[checksums]
{told}

[general]
; WARNING.0 = This section provides compatibility with pre-productmd treeinfos.
arch = {architecture}
family = {name}
name = {name} {version}
platforms = {architecture}
version = {version}

[header]
type = productmd.treeinfo
version = 1.2

[images-{architecture}]
initrd = {initrd_path}
kernel = {kernel_path}

[release]
name = {name}
short = X
version = {version}

[stage2]
mainimage = images/install.img

[tree]
arch = {architecture}
platforms = {architecture}
"""
    ins = "* minimal lpar ins file\nimages/kernel.img 0x00000000\nimages/initrd.img 0x02000000\n"
    return {
        ".treeinfo": treeinfo.encode(),
        **files,
        **(
            {"generic.ins": ins.encode(), "images/generic.prm": b"ro ramdisk_size=40000 cio_ignore=all\n"}
            if ours
            else {}
        ),
        "Packages/a.rpm": noise("a.rpm"),
    }


def suse(product: str, version: str, *, architecture: str = "s390x") -> Tree:
    """SLES 15, Leap 15 and Tumbleweed."""
    place = "boot/s390x" if architecture == "s390x" else f"boot/{architecture}/loader"
    files = {f"{place}/linux": boot(product), f"{place}/initrd": noise(f"{product} initrd")}
    build = f"{product}-Full-{architecture}-Build10.1-Media"
    return {
        "media.1/media": f"SUSE - {build}\n{build}\n1\n".encode(),
        "media.1/products": f"/ {product} {version}-0\n".encode(),
        "CHECKSUMS": sums(files).encode(),
        **files,
        "boot/s390x/parmfile" if architecture == "s390x" else f"{place}/isolinux.cfg": b"\n",
        "suse.ins" if architecture == "s390x" else "EFI/BOOT/grub.cfg": b"* SUSE Linux for IBM z Systems\n",
    }


def suse_content(*, architecture: str = "s390x") -> Tree:
    """SLES 12: one file says all."""
    place = "boot/s390x" if architecture == "s390x" else f"boot/{architecture}/loader"
    files = {f"{place}/linux": boot("sles12"), f"{place}/initrd": noise("sles12 initrd")}
    told = "".join(f"HASH SHA256 {hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    content = f"CONTENTSTYLE     11\nDISTRO   cpe:/o:suse:sles:12:sp5,SUSE Linux Enterprise Server 12 SP5\n{told}"
    return {
        "content": content.encode(),
        "media.1/media": b"SUSE Linux Products GmbH\n20191108104837\n1\n",
        **files,
    }


def agama(*, architecture: str = "s390x") -> Tree:
    """A live image with Agama."""
    place = "boot/s390x" if architecture == "s390x" else f"boot/{architecture}/loader"
    return {
        "LiveOS/squashfs.img": noise("squashfs", 9000),
        "LiveOS/.info": f"Image: SLES-16.0-Online-{architecture}-Build12.3.iso\n".encode(),
        f"{place}/linux": boot("agama"),
        f"{place}/initrd": noise("agama initrd"),
    }


def debian_installer(*, place: str = "") -> Tree:
    """What lies in `current/images`, from where SHA256SUMS is."""
    files = {
        "generic/debian.exec": b"/* */\n",
        "generic/initrd.debian": noise("d-i initrd"),
        "generic/kernel.debian": boot("d-i"),
        "generic/parmfile.debian": b"ro locale=C\n",
    }
    tree = {"SHA256SUMS": sums(files, prefix="./").encode(), "MANIFEST": b"generic/kernel.debian -- kernel\n", **files}
    return {place + name: data for name, data in tree.items()}


def debian_suite(*, place: str = "", architectures: str = "all amd64 s390x") -> Tree:
    """A suite of a mirror: `Release` and the installer; `place` is as `dists/trixie/`."""
    images = "main/installer-s390x/current/images/"
    installer = debian_installer(place=images)
    told = installer[f"{images}SHA256SUMS"]
    release = f"""Origin: Debian
Label: Debian
Suite: stable
Version: 13.1
Codename: trixie
Architectures: {architectures}
Components: main contrib
SHA256:
 {hashlib.sha256(b"").hexdigest()} 0 main/binary-s390x/Packages
 {hashlib.sha256(told).hexdigest()} {len(told):8} {images}SHA256SUMS
"""
    tree = {"Release": release.encode(), **(installer if "s390x" in architectures else {})}
    return {place + name: data for name, data in tree.items()}


def debian_disk(*, architecture: str = "s390x") -> Tree:
    files = {"boot/kernel.debian": boot("debian cd"), "boot/initrd.debian": noise("debian cd initrd")}
    name = "amd64" if architecture == FOREIGN else architecture
    info = f'Debian GNU/Linux 12.5.0 "Bookworm" - Official {name} NETINST with firmware 20240210-11:27'
    return {".disk/info": info.encode(), "md5sum.txt": sums(files, algorithm="md5", prefix="./").encode(), **files}


def ubuntu(*, architecture: str = "s390x") -> Tree:
    name = "amd64" if architecture == FOREIGN else architecture
    files = {"boot/kernel.ubuntu": boot("ubuntu"), "boot/initrd.ubuntu": noise("ubuntu initrd")}
    return {
        ".disk/info": f'Ubuntu-Server 24.04.1 LTS "Noble Numbat" - Release {name} (20240827)'.encode(),
        "md5sum.txt": sums(files, algorithm="md5", prefix="./").encode(),
        "ubuntu.ins": b"* Ubuntu for z Series (default kernel)\nboot/kernel.ubuntu 0x00000000\n",
        "boot/parmfile.ubuntu": b" --- \n",
        "casper/filesystem.squashfs": noise("casper", 6000),
        **files,
    }


def coreos(name: str = "fedora-coreos-41.20241027.3.0", *, architecture: str = "s390x") -> Tree:
    """Live files of one release, with their sums."""
    files = {
        f"{name}-live-kernel.{architecture}": boot("coreos"),
        f"{name}-live-initramfs.{architecture}.img": noise("coreos initramfs"),
        f"{name}-live-rootfs.{architecture}.img": noise("coreos rootfs", 9000),
    }
    return {**files, "sha256sum.txt": sums(files).encode()}


def rhcos(*, architecture: str = "s390x") -> Tree:
    """With the older name of the kernel."""
    prefix = f"rhcos-4.16.3-{architecture}"
    files = {
        f"{prefix}-live-kernel-{architecture}": boot("rhcos"),
        f"{prefix}-live-initramfs.{architecture}.img": noise("rhcos initramfs"),
        f"{prefix}-live-rootfs.{architecture}.img": noise("rhcos rootfs", 9000),
    }
    return {**files, "sha256sum.txt": sums(files).encode()}


def stream(base: str, *, architecture: str = "s390x") -> Tree:
    """A stream's JSON, whose files lie at `base`; they are in the tree as well, so that `base` can be its address."""
    release = "41.20241027.3.0"
    files = dict(coreos(f"fedora-coreos-{release}", architecture=architecture))
    del files["sha256sum.txt"]
    parts = dict(zip(("kernel", "initramfs", "rootfs"), files.items(), strict=True))
    pxe = {
        part: {
            "location": f"{base}/{name}",
            "signature": f"{base}/{name}.sig",
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for part, (name, data) in parts.items()
    }
    told = {
        "stream": "stable",
        "metadata": {"last-modified": "2024-11-12T00:00:00Z"},
        "architectures": {architecture: {"artifacts": {"metal": {"release": release, "formats": {"pxe": pxe}}}}},
    }
    return {"stable.json": json.dumps(told).encode(), **files}


def openshift_agent(*, architecture: str = "s390x") -> Tree:
    return {
        f"agent.{architecture}-{'kernel.img' if architecture == 's390x' else 'vmlinuz'}": boot("agent"),
        f"agent.{architecture}-initrd.img": noise("agent initrd"),
        f"agent.{architecture}-rootfs.img": noise("agent rootfs", 9000),
    }


def alpine(*, place: str = "releases/s390x/netboot/", architecture: str = "s390x") -> Tree:
    """A version's directory of a mirror, or with `boot/` an ISO image."""
    files = {
        f"{place}vmlinuz-lts": boot("alpine") if architecture == "s390x" else noise("bzImage", 0x13000),
        f"{place}initramfs-lts": noise("alpine initramfs"),
        f"{place}modloop-lts": noise("alpine modloop", 9000),
    }
    if place == "boot/":
        return {".alpine-release": b"alpine-standard-3.22.1 250715\n", "apks/.boot_repository": b"", **files}
    releases = f"---\n-\n  title: Netboot\n  branch: v3.22\n  arch: {architecture}\n  version: 3.22.1\n"
    return {"releases/s390x/latest-releases.yaml": releases.encode(), **files}


def agent(*, architecture: str = "s390x") -> Tree:
    """As `netipl agent build` writes it."""
    told = {"architecture": architecture, "kernel": "kernel", "initrd": "initrd", "version": "0.1.0"}
    return {"agent.json": json.dumps(told).encode(), "kernel": boot("own agent"), "initrd": noise("own initrd")}


def disk_image(*, architecture: str = "s390x") -> Tree:
    files = {f"Fedora-Cloud-Base-Generic-41-1.4.{architecture}.raw": b"zIPL" + noise("disk", 8188)}
    return {**files, "SHA256SUMS": sums(files).encode()}


def _row(name: str, made: Callable[..., Tree], **told: object) -> Synthetic:
    return Synthetic(name=name, tree=made(), foreign=made(architecture=FOREIGN), **told)  # type: ignore[arg-type]


def _rhel(name: str, version: str, level: str) -> Synthetic:
    files = {Role.KERNEL: "images/kernel.img", Role.INITRD: "images/initrd.img"}
    return Synthetic(
        name=f"{name} {version}",
        family=Family.RHEL,
        version=version,
        title=f"{name} {version}",
        tree=rhel(name, version),
        foreign=rhel(name, version, architecture=FOREIGN),
        files=files,
        level=level,
    )


_SUSE = {Role.KERNEL: "boot/s390x/linux", Role.INITRD: "boot/s390x/initrd"}
_DEBIAN = {Role.KERNEL: "generic/kernel.debian", Role.INITRD: "generic/initrd.debian"}


def _suse(product: str, version: str, title: str) -> Synthetic:
    return Synthetic(
        name=title,
        family=Family.SUSE,
        version=version,
        title=title,
        tree=suse(product, version),
        foreign=suse(product, version, architecture=FOREIGN),
        files=_SUSE,
        level="z196",
    )


def _coreos(name: str, version: str, level: str, prefix: str, kernel_name: str, made: Callable[..., Tree]) -> Synthetic:
    files = {
        Role.KERNEL: f"{prefix}{kernel_name}",
        Role.INITRD: f"{prefix}-live-initramfs.s390x.img",
        Role.ROOTFS: f"{prefix}-live-rootfs.s390x.img",
    }
    return _row(name, made, family=Family.COREOS, version=version, title=f"{name} {version}", files=files, level=level)


def media() -> tuple[Synthetic, ...]:
    """Every row of the reference of media, and the variants within them."""
    suite = "main/installer-s390x/current/images/"
    in_suite = {role: suite + name for role, name in _DEBIAN.items()}
    fcos = "41.20241027.3.0"
    return (
        _rhel("Red Hat Enterprise Linux", "7.9", "z196"),
        _rhel("Red Hat Enterprise Linux", "8.10", "z13"),
        _rhel("Red Hat Enterprise Linux", "9.4", "z14"),
        _rhel("Red Hat Enterprise Linux", "10.0", "z14"),
        _rhel("CentOS Stream", "9", "z14"),
        _rhel("AlmaLinux", "9.4", "z14"),
        _rhel("Rocky Linux", "9.4", "z14"),
        _rhel("Fedora", "41", "zEC12"),
        _suse("SLES15-SP6", "15.6", "SUSE Linux Enterprise Server 15 SP6"),
        _suse("openSUSE-Leap", "15.6", "openSUSE Leap 15.6"),
        _suse("openSUSE", "20241110", "openSUSE Tumbleweed 20241110"),
        _row(
            "SLES 12",
            suse_content,
            family=Family.SUSE,
            version="12.5",
            title="SUSE Linux Enterprise Server 12 SP5",
            files=_SUSE,
            level="z10EC",
        ),
        _row(
            "SLES 16",
            agama,
            family=Family.AGAMA,
            version="16.0",
            title="SUSE Linux Enterprise Server 16.0",
            files={**_SUSE, Role.SQUASHFS: "LiveOS/squashfs.img"},
            level="z14",
            sums=False,
        ),
        Synthetic(
            name="Debian, a suite",
            family=Family.DEBIAN,
            version="13.1",
            title="Debian 13.1 (trixie)",
            tree=debian_suite(),
            foreign=debian_suite(architectures="all amd64"),
            files=in_suite,
            level="z10EC",
        ),
        Synthetic(
            name="Debian, images of the installer",
            family=Family.DEBIAN,
            version="12",
            title="Debian 12 (bookworm)",
            tree=debian_installer(),
            foreign=debian_suite(architectures="all amd64"),
            files=_DEBIAN,
            level="z10EC",
            source="http://mirror.example/debian/dists/bookworm/main/installer-s390x/current/images",
        ),
        _row(
            "Debian, an image",
            debian_disk,
            family=Family.DEBIAN,
            version="12.5.0",
            title="Debian 12.5.0 (bookworm)",
            files={Role.KERNEL: "boot/kernel.debian", Role.INITRD: "boot/initrd.debian"},
            level="z10EC",
        ),
        _row(
            "Ubuntu",
            ubuntu,
            family=Family.UBUNTU,
            version="24.04.1",
            title="Ubuntu Server 24.04.1 LTS",
            files={Role.KERNEL: "boot/kernel.ubuntu", Role.INITRD: "boot/initrd.ubuntu"},
            level="z13",
        ),
        _coreos("Fedora CoreOS", fcos, "zEC12", f"fedora-coreos-{fcos}", "-live-kernel.s390x", coreos),
        _coreos("RHEL CoreOS", "4.16.3", "z14", "rhcos-4.16.3-s390x", "-live-kernel-s390x", rhcos),
        _row(
            "OpenShift agent",
            openshift_agent,
            family=Family.COREOS,
            version="",
            title="OpenShift agent",
            files={
                Role.KERNEL: "agent.s390x-kernel.img",
                Role.INITRD: "agent.s390x-initrd.img",
                Role.ROOTFS: "agent.s390x-rootfs.img",
            },
            sums=False,
        ),
        *_alpines(),
        _row(
            "the agent",
            agent,
            family=Family.AGENT,
            version="0.1.0",
            title="netipl agent 0.1.0",
            files={Role.KERNEL: "kernel", Role.INITRD: "initrd"},
            sums=False,
        ),
        _row(
            "disk image",
            disk_image,
            family=Family.DISK_IMAGE,
            version="41",
            title="Fedora-Cloud-Base-Generic-41-1.4.s390x",
            files={Role.IMAGE: "Fedora-Cloud-Base-Generic-41-1.4.s390x.raw"},
            listed=True,
        ),
    )


def _alpines() -> tuple[Synthetic, ...]:
    def row(name: str, place: str) -> Synthetic:
        files = {
            Role.KERNEL: f"{place}vmlinuz-lts",
            Role.INITRD: f"{place}initramfs-lts",
            Role.MODLOOP: f"{place}modloop-lts",
        }
        return Synthetic(
            name=name,
            family=Family.ALPINE,
            version="3.22.1",
            title="Alpine Linux 3.22.1",
            tree=alpine(place=place),
            foreign=alpine(place=place, architecture=FOREIGN),
            files=files,
            level="z196",
            sums=False,
        )

    return row("Alpine, a mirror", "releases/s390x/netboot/"), row("Alpine, an image", "boot/")


def damaged(row: Synthetic) -> Synthetic:
    """Every boot file has one byte more than its sum is of."""
    names = set(row.files.values())
    return replace(row, tree={name: data + b"!" if name in names else data for name, data in row.tree.items()})


def write(tree: Tree, root: Path) -> Path:
    """The tree as files beneath `root`."""
    for name, data in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def iso(tree: Tree, path: Path, *, rock_ridge: bool = True, joliet: bool = False) -> Path:
    """The tree as an ISO 9660 image; without either extension names are cut to capital letters."""
    import pycdlib  # noqa: PLC0415  # unit tests use the trees too, under an s390x Python that has no pycdlib

    image = pycdlib.PyCdlib()
    image.new(
        interchange_level=4 if not (rock_ridge or joliet) else 3,
        rock_ridge="1.09" if rock_ridge else None,
        joliet=3 if joliet else None,
    )
    plain = _IsoNames(unchanged=not (rock_ridge or joliet))
    made: set[str] = set()
    for name, data in tree.items():
        parts = name.split("/")
        for depth in range(1, len(parts)):
            directory = "/".join(parts[:depth])
            if directory not in made:
                made.add(directory)
                image.add_directory(
                    plain.directory(directory),
                    rr_name=parts[depth - 1] if rock_ridge else None,
                    joliet_path=f"/{directory}" if joliet else None,
                )
        image.add_fp(
            io.BytesIO(data),
            len(data),
            plain.file(name),
            rr_name=parts[-1] if rock_ridge else None,
            joliet_path=f"/{name}" if joliet else None,
        )
    image.write(str(path))
    image.close()
    return path


class _IsoNames:
    """A name of ISO 9660 for each path: numbered where the extensions carry the true one."""

    def __init__(self, *, unchanged: bool) -> None:
        self._unchanged = unchanged
        self._known: dict[str, str] = {"": ""}

    def directory(self, path: str) -> str:
        parent, _, name = path.rpartition("/")
        plain = name if self._unchanged else f"D{len(self._known)}"
        self._known[path] = f"{self._known[parent]}/{plain}"
        return self._known[path]

    def file(self, path: str) -> str:
        parent, _, name = path.rpartition("/")
        if self._unchanged:
            return f"{self._known[parent]}/{name}"
        self._known[path] = f"{self._known[parent]}/F{len(self._known)}.;1"
        return self._known[path]
