"""A certificate for loopback that vouches for itself, made by openssl."""

import subprocess
from pathlib import Path


def certificate(directory: Path) -> tuple[Path, Path]:
    """The certificate and its key."""
    paths = directory / "tls.crt", directory / "tls.key"
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=netipl"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(["openssl", "req", "-x509", *options, *names], check=True, capture_output=True)
    return paths
