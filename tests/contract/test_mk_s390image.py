"""Combined images are those of s390-tools' mk-s390image, byte for byte.

No package of Debian's has the script, so the SHA-256 of what it made of the same input is kept in
tests/vectors/mk-s390image.json. Where the script is at hand (NETIPL_MK_S390IMAGE names it; Fedora's s390utils has it),
`python -m tests.contract.test_mk_s390image` makes that file anew.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from netipl.content import of_file, read
from netipl.images import kernel as facts
from netipl.images.combined import combined
from tests.unit.images.kernels import kernel

VECTORS = Path(__file__).parents[1] / "vectors" / "mk-s390image.json"
IPL_RECORD = bytes.fromhex("00080000 80000200 02000018 60000050 02000068 60000050") + b"\x40" * 1000
"""The channel program by which `file`, and so the script, knows a kernel."""

SIZES = (0x12345, 0x13000, 0x13001)
INITRDS: Mapping[str, bytes | None] = {"none": None, "empty": b"", "one byte": b"I", "a page and a byte": b"I" * 4097}
PARAMETERS: Mapping[str, str | None] = {
    "none": None,
    "empty": "",
    "some": "console=ttysclp0 quiet",
    "lines": "console=ttysclp0\nquiet\n",
    "all": "x" * 896,
}
CASES = {
    f"kernel {size:#x}, initrd {initrd}, parameters {parameters}": (size, INITRDS[initrd], PARAMETERS[parameters])
    for size, initrd, parameters in product(SIZES, INITRDS, PARAMETERS)
}


def image_of(size: int) -> bytes:
    return IPL_RECORD + kernel(size=size)[len(IPL_RECORD) :]


@pytest.mark.parametrize("case", CASES)
def test_the_image_is_the_same(tmp_path: Path, case: str) -> None:
    size, initrd, append = CASES[case]
    (tmp_path / "kernel").write_bytes(image_of(size))
    if initrd is not None:
        (tmp_path / "initrd").write_bytes(initrd)
    content = combined(
        kernel=of_file(tmp_path / "kernel"),
        header=image_of(size)[: facts.HEADER_SIZE],
        initrd=None if initrd is None else of_file(tmp_path / "initrd"),
        append=None if append is None else append.encode(),
    )
    assert hashlib.sha256(b"".join(read(content))).hexdigest() == json.loads(VECTORS.read_text())[case]


def made_by_the_script(script: str, size: int, initrd: bytes | None, append: str | None) -> str:
    """The SHA-256 of the image that mk-s390image makes."""
    with tempfile.TemporaryDirectory() as directory:
        given = {"kernel": image_of(size), "initrd": initrd, "parameters": None if append is None else append.encode()}
        for name, data in given.items():
            if data is not None:
                Path(directory, name).write_bytes(data)
        command = ["bash", script, "kernel", "image"]
        command += ["-r", "initrd"] if initrd is not None else []
        command += ["-p", "parameters"] if append is not None else []
        subprocess.run(command, cwd=directory, check=True, stdout=sys.stderr)
        return hashlib.sha256(Path(directory, "image").read_bytes()).hexdigest()


if __name__ == "__main__":
    script = os.environ["NETIPL_MK_S390IMAGE"]
    made = {case: made_by_the_script(script, *values) for case, values in CASES.items()}
    VECTORS.write_text(json.dumps(made, indent=1) + "\n")
