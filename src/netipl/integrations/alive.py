"""Whether somebody uses an address: a TCP connection to the echo port, which every host refuses or takes, and a ping.

Whoever is silent for a third of a second on a local network is not there. A ping needs no rights where the kernel lets
this group send it (icmp(7), ping_group_range); where it does not, TCP alone decides.
"""

import asyncio
import socket
import struct
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Final

PATIENCE: Final = 0.3  # seconds
_ECHO_PORT: Final = 7
_ECHO_REQUEST: Final = struct.pack(
    "!BBHHH8s", 8, 0, 0, 0, 1, b"netipl.."
)  # the kernel fills in checksum and identifier


async def is_alive(address: IPv4Address) -> bool:
    """Within `PATIENCE`."""
    asking = [asyncio.create_task(_takes_tcp(str(address))), asyncio.create_task(_answers_ping(str(address)))]
    try:
        async with asyncio.timeout(PATIENCE):
            for answer in asyncio.as_completed(asking):
                if await answer:
                    return True
    except TimeoutError:
        return False
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    return False


async def _takes_tcp(address: str) -> bool:
    try:
        _, writer = await asyncio.open_connection(address, _ECHO_PORT)
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def _answers_ping(address: str) -> bool:
    try:
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, socket.IPPROTO_ICMP)
    except OSError:
        return False
    with asking:
        loop = asyncio.get_running_loop()
        try:
            asking.connect((address, 0))
            await loop.sock_sendall(asking, _ECHO_REQUEST)
            return bool(await loop.sock_recv(asking, 64))
        except OSError:
            return False
