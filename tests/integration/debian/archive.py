"""A small Debian archive of our own for s390x, with a made-up kernel and busybox, and an apt that knows no other."""

import hashlib
import subprocess
from pathlib import Path

MODULE = b"\x7fELF\0license=GPL\0depends=failover\0"
FAILOVER = b"\x7fELF\0license=GPL\0depends=\0"
BUSYBOX = b"\x7fELF busybox"
PYTHON = "python3.0"
"""A version that nobody has, so that nothing is compiled."""
_LIBRARIES = "usr/lib/s390x-linux-gnu"
_OTHERS = {"libexpat1": "libexpat.so.1", "liblz4-1": "liblz4.so.1", "liblzma5": "liblzma.so.5", "zlib1g": "libz.so.1"}


class Archive:
    """The archive in `directory`. `configuration` is for the environment variable APT_CONFIG."""

    def __init__(self, directory: Path) -> None:
        self._packages = directory / "packages"
        self._packages.mkdir(parents=True)
        etc = directory / "etc"
        (etc / "sources.list.d").mkdir(parents=True)
        (etc / "sources.list").write_text(f"deb [trusted=yes] copy:{self._packages} ./\n")
        self.configuration = directory / "apt.conf"
        self.configuration.write_text(
            f'Dir::Etc::sourcelist "{etc}/sources.list";\nDir::Etc::sourceparts "{etc}/sources.list.d";\n'
        )

    def publish(self, kernel: str) -> None:
        """The kernel of that version, what depends on it, and a busybox."""
        for old in self._packages.iterdir():
            old.unlink()
        image = f"linux-image-{kernel}-s390x"
        entries = [
            self._add("linux-image-s390x", kernel, {}, depends=image),
            self._add(
                image,
                kernel,
                {
                    f"boot/vmlinuz-{kernel}-s390x": kernel_of(kernel),
                    f"lib/modules/{kernel}-s390x/kernel/drivers/net/virtio_net.ko": MODULE,
                    f"lib/modules/{kernel}-s390x/kernel/net/core/failover.ko": FAILOVER,
                    f"lib/modules/{kernel}-s390x/kernel/fs/other.ko": b"not wanted",
                },
            ),
            self._add("busybox-static", "1:1.0", {"bin/busybox": BUSYBOX}),
            *self._python(),
        ]
        (self._packages / "Packages").write_text("\n".join(entries))

    def _python(self) -> list[str]:
        """As much of Python, and of what else the agent has, as tells one package from another."""
        library = {f"usr/lib/{PYTHON}/{name}.py": b"" for name in ("json", "dataclasses", "turtle")}
        library[f"usr/lib/{PYTHON}/json.py"] = b"import dataclasses\n"
        return [
            self._add("python3-minimal", "3", {}, depends=f"{PYTHON}-minimal"),
            self._add(f"{PYTHON}-minimal", "3", {f"usr/bin/{PYTHON}": b"\x7fELF python"}),
            self._add(f"lib{PYTHON}-minimal", "3", {f"usr/lib/{PYTHON}/os.py": b"", f"usr/lib/{PYTHON}/re.py": b""}),
            self._add(f"lib{PYTHON}-stdlib", "3", library),
            self._add("zstd", "1", {"usr/bin/zstd": b"\x7fELF zstd"}),
            self._add("libc6", "2", {"lib/ld64.so.1": b"ld", f"{_LIBRARIES}/libc.so.6": b"c"}),
            *(self._add(name, "1", {f"{_LIBRARIES}/{file}": b"so"}) for name, file in _OTHERS.items()),
            self._add("e2fsprogs", "1:1", {"sbin/mke2fs": b"mke2fs"}, depends="libext2fs2, libc6"),
            self._add("libext2fs2", "1", {}),
            self._add("base-files", "12", {}, more="Essential: yes\n"),
        ]

    def tamper(self) -> None:
        """Change the packages behind the back of the list that has their sums."""
        for package in self._packages.glob("*.deb"):
            package.write_bytes(package.read_bytes() + b"!")

    def vanish(self) -> None:
        """Nothing is there any more."""
        for file in self._packages.iterdir():
            file.unlink()

    def _add(self, name: str, version: str, files: dict[str, bytes], *, depends: str = "", more: str = "") -> str:
        tree = self._packages.parent / "trees" / f"{name}_{version}"
        for path, data in files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(data)
            (tree / path).chmod(0o755)
        control = f"Package: {name}\nVersion: {version}\nArchitecture: s390x\nMaintainer: nobody <nobody@example.org>\n"
        control += more + (f"Depends: {depends}\n" if depends else "")
        (tree / "DEBIAN").mkdir(parents=True, exist_ok=True)
        (tree / "DEBIAN/control").write_text(f"{control}Description: made up\n")
        deb = self._packages / f"{name}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, deb], check=True, stdout=subprocess.DEVNULL)
        data = deb.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        return f"{control}Filename: ./{deb.name}\nSize: {len(data)}\nSHA256: {digest}\nDescription: made up\n"


def kernel_of(version: str) -> bytes:
    """What stands for a kernel."""
    return b"kernel " + version.encode()
