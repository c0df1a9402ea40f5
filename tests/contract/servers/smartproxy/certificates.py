"""An authority and what it signs, made by openssl: the proxy's own certificate, Foreman's, and those of others."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True, slots=True)
class Pair:
    """PEM files."""

    certificate: Path
    key: Path


class Authority:
    """In `directory`; `name` is its CN."""

    def __init__(self, directory: Path, name: str = "authority") -> None:
        self._directory = directory
        self._name = name
        self.certificate, self._key = directory / f"{name}.crt", directory / f"{name}.key"
        files = ("-keyout", str(self._key), "-out", str(self.certificate))
        openssl("req", "-x509", *_EC, "-days", "2", "-subj", f"/CN={name}", *files)

    def sign(self, common_name: str, *, alternative: str = "DNS:elsewhere.example.com") -> Pair:
        """A certificate with that CN."""
        stem = self._directory / f"{self._name}-{common_name}"
        made = Pair(stem.with_name(f"{stem.name}.crt"), stem.with_name(f"{stem.name}.key"))
        request, extensions = stem.with_name(f"{stem.name}.csr"), stem.with_name(f"{stem.name}.ext")
        extensions.write_text(f"subjectAltName={alternative}\n")
        openssl("req", "-new", *_EC, "-subj", f"/CN={common_name}", "-keyout", str(made.key), "-out", str(request))
        by = ("-CA", str(self.certificate), "-CAkey", str(self._key), "-CAcreateserial", "-days", "2")
        openssl("x509", "-req", "-in", str(request), *by, "-extfile", str(extensions), "-out", str(made.certificate))
        return made


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
