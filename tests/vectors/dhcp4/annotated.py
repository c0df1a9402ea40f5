"""Reads the annotated bytes beside it."""

from pathlib import Path


def message(name: str) -> bytes:
    return parse((Path(__file__).parent / f"{name}.hex").read_text())


def parse(text: str) -> bytes:
    """Bytes from hexadecimal text: `00*N` repeats a byte, `#` begins a comment."""
    data = b""
    for line in text.splitlines():
        for token in line.partition("#")[0].split():
            byte, _, count = token.partition("*")
            data += bytes.fromhex(byte) * int(count or 1)
    return data
