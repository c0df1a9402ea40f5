"""The model against the real firmware where one boot takes a minute: all seconds of waiting, and all of memory."""

from pathlib import Path

import pytest

from tests.e2e.test_model_against_firmware import compare, real_boot
from tests.firmware_cases import CASES, SLOW
from tests.real_firmware import Qemu, qemus

LONG = {**SLOW, **{name: case for name, case in CASES.items() if case.alone is not None}}


@pytest.mark.parametrize("qemu", qemus(), ids=str)
@pytest.mark.parametrize("name", LONG)
def test_model_is_the_firmware(name: str, qemu: Qemu, tmp_path: Path) -> None:
    case = LONG[name]
    if qemu.version > case.newest:
        pytest.skip("the size is that of older ones")
    compare(qemu, case, real_boot(qemu, case, tmp_path))
