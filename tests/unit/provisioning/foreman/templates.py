"""Configurations as Foreman's templates render them for s390x hosts, in words of our own: only the keywords count."""

KICKSTART = b"""# kickstart
DEFAULT menu
MENU TITLE Booting into the installer
TIMEOUT 200
ONTIMEOUT installer

LABEL installer
    MENU LABEL The installer
    KERNEL boot/rhel-mirror-nrm0GtSX1ZC5-kernel.img
    APPEND initrd=boot/rhel-mirror-nrm0GtSX1ZC5-initrd.img inst.ks=http://foreman.example.com/unattended/provision?token=t
    INITRD boot/rhel-mirror-nrm0GtSX1ZC5-initrd.img
    IPAPPEND 2
"""
PRESEED = b"""DEFAULT linux
LABEL linux
    KERNEL boot/debian-mirror-0123456789ab-linux
    APPEND initrd=boot/debian-mirror-0123456789ab-initrd.gz interface=auto url=http://foreman.example.com/u/provision?token=t
    IPAPPEND 2
"""
LOCAL_S390X = b"""# pxelinux
default reboot
label reboot
kernel kernel-reboot.img
initrd initrd-reboot.img
#append rd.shell rd.chreipl=ccw rd.chreipl=0.0.0000
"""
LOCAL_OTHERS = b"""DEFAULT menu
PROMPT 0
TIMEOUT 200
TOTALTIMEOUT 6000
ONTIMEOUT local_chain_hd0

LABEL local
    MENU LABEL (local)
    LOCALBOOT 0

LABEL local_chain_hd0
    MENU LABEL Chain to the first disk
    MENU DEFAULT
    COM32 chain.c32
    APPEND hd0
"""
WITHOUT_KERNEL = b"""DEFAULT local
LABEL local
    MENU LABEL (local)
    APPEND hd0
"""
