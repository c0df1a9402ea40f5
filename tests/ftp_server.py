"""An FTP server on the loopback interface, as a process of its own: `python -m tests.ftp_server DIRECTORY [CUT]`.

It prints its port, and then of each transfer where it began. Its first transfer ends after CUT bytes.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

DEADLINE = 60


@dataclass(frozen=True)
class FtpServer:
    """The running process, as a test sees it."""

    root: Path
    port: int
    output: IO[str]

    def url(self, path: str) -> str:
        return f"ftp://127.0.0.1:{self.port}/{path}"

    def put(self, path: str, data: bytes, *, at: int = 1_700_000_000) -> bytes:
        """A file that was changed at that time, in seconds since 1970; what it holds."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        os.utime(place, (at, at))
        return data

    def began(self) -> int:
        """Where the next transfer that nobody has asked about began."""
        return int(self.output.readline())


@contextmanager
def ftp_server(root: Path, cut: int = 0) -> Iterator[FtpServer]:
    """With what is beneath `root`."""
    root.mkdir()
    command = [sys.executable, "-m", "tests.ftp_server", str(root), str(cut)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield FtpServer(root, int(process.stdout.readline()), process.stdout)
        finally:
            process.kill()


def main() -> None:
    """Serve until killed."""
    from pyftpdlib.authorizers import DummyAuthorizer  # type: ignore[import-untyped]  # noqa: PLC0415 - it warns
    from pyftpdlib.handlers import DTPHandler, FTPHandler  # type: ignore[import-untyped]  # noqa: PLC0415
    from pyftpdlib.servers import FTPServer  # type: ignore[import-untyped]  # noqa: PLC0415

    def say(number: int) -> None:
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()

    left = [int(sys.argv[2])]

    class Transfer(DTPHandler):  # type: ignore[misc]  # it has no types
        def send(self, data: bytes) -> Any:  # Any: as it has it
            if not left[0]:
                return super().send(data)
            sent = super().send(data[: left[0] - self.tot_bytes_sent])
            if self.tot_bytes_sent >= left[0]:
                left[0] = 0
                self.cmd_channel.close()
            return sent

    class Handler(FTPHandler):  # type: ignore[misc]  # it has no types
        dtp_handler = Transfer
        authorizer = DummyAuthorizer()
        use_sendfile = False

        def ftp_RETR(self, file: str) -> Any:  # noqa: N802 - as it has it
            say(self._restart_position)
            return super().ftp_RETR(file)

    Handler.authorizer.add_anonymous(sys.argv[1])
    server = FTPServer(("127.0.0.1", 0), Handler)
    say(server.socket.getsockname()[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
