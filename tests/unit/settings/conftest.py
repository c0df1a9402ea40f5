from pathlib import Path

import pytest

TLS = Path(__file__).parents[2] / "vectors/tls"


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a kernel and an initrd, and no variables of ours around."""
    for name in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("kernel", "initrd", "other"):
        (tmp_path / name).touch()
    for name in ("any.crt", "any.key", "other.key", "locked.key"):
        (tmp_path / name).write_bytes((TLS / name).read_bytes())
    return tmp_path
