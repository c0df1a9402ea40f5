"""Offloads of a network interface switched off, so that every frame on it is complete.

A veth passes frames on with checksums unfinished and TCP segments glued together, counting on a peer that finishes
them; a packet socket at the other end, and a guest behind it, get rubbish. Source: linux/ethtool.h, SIOCETHTOOL.
"""

import array
import errno
import fcntl
import socket
import struct

_SIOCETHTOOL = 0x8946
_SWITCHES = (  # linux/ethtool.h
    0x00000017,  # ETHTOOL_STXCSUM
    0x00000019,  # ETHTOOL_SSG
    0x0000001F,  # ETHTOOL_STSO
    0x00000024,  # ETHTOOL_SGSO
    0x0000002C,  # ETHTOOL_SGRO
)
_LACKING = (errno.EOPNOTSUPP, errno.EINVAL)


def switch_off(interface: str) -> None:
    """Switch off checksum and segmentation offloads of `interface`; one that the device lacks is skipped."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for switch in _SWITCHES:
            value = array.array("B", struct.pack("=II", switch, 0))  # struct ethtool_value
            request = struct.pack("16sP", interface.encode(), value.buffer_info()[0])  # struct ifreq
            try:
                fcntl.ioctl(control, _SIOCETHTOOL, request.ljust(40, b"\0"))
            except OSError as error:
                if error.errno not in _LACKING:
                    raise
