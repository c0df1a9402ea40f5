"""Keys of OpenPGP that gpg makes, each in a home of its own, for as long as a test needs them."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Signer:
    """A key of its own, in a home of its own."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700)
        self._home = home
        self.run("--quick-generate-key", "netipl", "ed25519", "sign", "never")
        self.key = self.run("--export")
        self.armored = self.run("--armor", "--export")

    def run(self, *words: str, data: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(self._home), "--batch", "--quiet", "--passphrase", "", *words]
        return subprocess.run(command, input=data, check=True, capture_output=True, timeout=120).stdout

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self._home), "--kill", "all"], check=False, timeout=60)


@contextmanager
def signers() -> Iterator[tuple[Signer, Signer]]:
    """Two, who do not know each other."""
    home = Path(tempfile.mkdtemp(prefix="netipl-"))  # the agent's socket wants a short path
    made = Signer(home / "one"), Signer(home / "two")
    try:
        yield made
    finally:
        for each in made:
            each.close()
        shutil.rmtree(home)
