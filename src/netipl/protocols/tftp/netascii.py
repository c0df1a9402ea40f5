"""Netascii as TFTP sends it: lines end in CR LF, and a bare CR is CR NUL (RFC 1350, 1, and RFC 764)."""


def encode(data: bytes) -> bytes:
    r"""`data` with LF as CR LF and CR as CR NUL; never shorter, at most twice as long."""
    return data.replace(b"\r", b"\r\0").replace(b"\n", b"\r\n")


def decode(data: bytes) -> bytes:
    r"""The inverse of `encode`."""
    return data.replace(b"\r\n", b"\n").replace(b"\r\0", b"\r")
