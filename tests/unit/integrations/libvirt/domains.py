"""Domains as libvirt prints them, for tests."""

MAC = "52:54:00:13:33:0a"
OTHER_MAC = "52:54:00:13:33:0b"
UUID = "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"

NETWORK_INTERFACE = f"""
    <interface type='network'>
      <mac address='{MAC}'/>
      <source network='default'/>
      <model type='virtio'/>
      <boot order='1'/>
      <address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0000'/>
    </interface>"""
VIRTIO_DISK = """
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/web1.qcow2'/>
      <target dev='vda' bus='virtio'/>
      <boot order='2'/>
      <address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/>
    </disk>"""
CDROM = """
    <disk type='file' device='cdrom'>
      <source file='/iso'/>
      <target dev='sda' bus='scsi'/>
      <boot order='3'/>
    </disk>"""
OTHERS_METADATA = """
    <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
      <libosinfo:os id="http://debian.org/debian/12"/>
    </libosinfo:libosinfo>
    <vm xmlns="http://example.com/owner">team a &amp; b</vm>"""


def domain(
    devices: str = VIRTIO_DISK + NETWORK_INTERFACE, *, system: str = "", metadata: str = "", events: str = ""
) -> str:
    return f"""<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>web1</name>
  <uuid>{UUID}</uuid>
  <metadata>{metadata}</metadata>
  <memory unit='KiB'>524288</memory>
  <os>
    <type arch='s390x' machine='s390-ccw-virtio-7.2'>hvm</type>{system}
  </os>{events}
  <devices>{devices}
  </devices>
  <qemu:commandline>
    <qemu:arg value='-no-user-config'/>
  </qemu:commandline>
</domain>
"""
