"""Small trees laid out as each family lays out its install media, with right sums.

A tree is a mapping of paths to bytes. Kernels have a true s390x header, all other files are noise; versions and texts
are as real media have them.
"""

import hashlib
import json
from collections.abc import Mapping

from tests.unit.images.kernels import kernel

Tree = Mapping[str, bytes]

FOREIGN = "x86_64"

TREEINFO = """[checksums]
{sums}

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
initrd = {initrd}
kernel = {kernel}

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
"""As productmd writes it."""


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
    treeinfo = TREEINFO.format(
        sums=told, architecture=architecture, name=name, version=version, kernel=kernel_path, initrd=initrd_path
    )
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


def debian_packages(*, architecture: str = "s390x") -> Tree:
    """As `netipl agent packages` writes it."""
    archive = noise("archive")
    told = {"architecture": architecture, "version": "12", "archive": "packages.tar", "packages": ["apt", "libc6"]}
    record = {**told, "sha256": hashlib.sha256(archive).hexdigest()}
    return {"packages.json": json.dumps(record).encode(), "packages.tar": archive}


def disk_image(*, architecture: str = "s390x") -> Tree:
    files = {f"Fedora-Cloud-Base-Generic-41-1.4.{architecture}.raw": b"zIPL" + noise("disk", 8188)}
    return {**files, "SHA256SUMS": sums(files).encode()}
