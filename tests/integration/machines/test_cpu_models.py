"""Every CPU model that the installed QEMU lists is one whose generation is known, and they come in its order."""

import re
import shutil
import subprocess

import pytest

from netipl.firmware.cpu_models import UNKNOWN, generation

MODEL = re.compile(r"^\s*(?:s390 )?([a-z][\w.-]+) +(?:IBM .* GA\d|\(|QEMU|Enables)", re.MULTILINE)


@pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x")
def test_every_model_of_qemu_has_its_generation() -> None:
    listed = subprocess.run(
        ("qemu-system-s390x", "-cpu", "help"), capture_output=True, text=True, check=True, timeout=60
    ).stdout
    models = [found for found in MODEL.findall(listed) if found not in UNKNOWN]
    assert {"z900-base", "z13s", "z14", "gen15b"} <= set(models)
    generations = [generation(model) for model in models]
    assert None not in generations, models
    assert generations == sorted(generations, key=lambda number: number or 0)
