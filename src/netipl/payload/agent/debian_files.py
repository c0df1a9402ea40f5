"""What a new Debian has of its own: names, disk, boot loader, network, accounts.

Sources: zipl.conf(5), fstab(5), kernel-img.conf(5), systemd.network(5); the paths are Debian's, as are the scripts
`zz-zipl` of s390-tools.
"""

from pathlib import Path
from typing import Final

from netipl.answers.orders import Account, InstallDebian
from netipl.payload.agent.programs import Programs

_SERVICES: Final = ("systemd-networkd", "systemd-resolved", "ssh")
_ZIPL: Final = """\
[defaultboot]
default=debian

[debian]
target=/boot
image=/boot/vmlinuz
ramdisk=/boot/initrd.img
parameters="root=UUID={identifier} console=ttysclp0"
"""
_NETWORK: Final = """\
[Match]
Type=ether

[Network]
DHCP=yes

[DHCPv4]
ClientIdentifier=mac
"""
_DISKS: Final = ("virtio_blk", "virtio_scsi", "sd_mod", "dasd_eckd_mod", "dasd_fba_mod", "zfcp", "ext4")
"""Modules of the initramfs: every disk of a Z machine. To look for all that might be of use takes ten minutes and more
under TCG, where each of its thousand modules is copied by processes of its own.
"""
_KERNEL: Final = "do_symlinks = yes\nlink_in_boot = yes\ndo_initrd = yes\n"


def written(orders: InstallDebian, identifier: str) -> dict[str, tuple[str, int]]:
    """Text and permissions by path; `identifier` is the UUID of the root file system."""
    short = orders.hostname.partition(".")[0]
    names = f"{orders.hostname} {short}" if short != orders.hostname else short
    files = {
        "etc/hostname": (f"{short}\n", 0o644),
        "etc/hosts": (f"127.0.0.1 localhost\n127.0.1.1 {names}\n::1 localhost ip6-localhost\n", 0o644),
        "etc/fstab": (f"UUID={identifier} / ext4 errors=remount-ro 0 1\n", 0o644),
        "etc/kernel-img.conf": (_KERNEL, 0o644),
        "etc/initramfs-tools/conf.d/netipl": ("MODULES=list\n", 0o644),
        "etc/initramfs-tools/modules": ("".join(f"{module}\n" for module in _DISKS), 0o644),
        "etc/systemd/network/20-wired.network": (_NETWORK, 0o644),
        "etc/apt/sources.list": ("".join(f"{line}\n" for line in orders.repositories), 0o644),
        "etc/default/locale": ("LANG=C.UTF-8\n", 0o644),
    }
    if orders.root_ssh_keys:
        files["root/.ssh/authorized_keys"] = (_lines(orders.root_ssh_keys), 0o600)
    return files


def boot_loader(identifier: str) -> str:
    """Of zipl.conf. As soon as it is there, scripts of Debian's kernel and initramfs write the boot record."""
    return _ZIPL.format(identifier=identifier)


def settle(orders: InstallDebian, target: Path, chroot: Programs) -> None:
    """What is done by programs of the new system."""
    chroot.run("ln", "-sf", f"/usr/share/zoneinfo/{orders.timezone}", "/etc/localtime")
    chroot.run("systemctl", "enable", *_SERVICES)
    if orders.root_password is not None:
        chroot.run("usermod", "--password", orders.root_password, "root")
    for account in orders.accounts:
        _add(account, target, chroot)


def _add(account: Account, target: Path, chroot: Programs) -> None:
    password = ("--password", account.password) if account.password is not None else ()
    chroot.run("useradd", "--create-home", "--shell", "/bin/bash", *password, account.name)
    if account.admin:
        rule = target / "etc/sudoers.d" / f"netipl-{account.name}"
        rule.write_text(f"{account.name} ALL=(ALL) NOPASSWD: ALL\n")
        rule.chmod(0o440)
    if account.ssh_keys:
        place = target / "home" / account.name / ".ssh"
        place.mkdir(mode=0o700)
        (place / "authorized_keys").write_text(_lines(account.ssh_keys))
        chroot.run("chown", "-R", f"{account.name}:", f"/home/{account.name}/.ssh")


def _lines(keys: tuple[str, ...]) -> str:
    return "".join(f"{key}\n" for key in keys)
