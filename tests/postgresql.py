"""A PostgreSQL server of the tests' own: in a temporary directory, on a Unix socket, as an unprivileged user.

The programs are those of the system if it has them, else unpacked from Debian's package (tests/peers.py).
"""

import os
import pwd
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from netipl.store.database import Database
from tests import peers

_PACKAGES = {"12": "postgresql-15", "13": "postgresql-17"}
"""By the version of Debian."""

_CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{directory}'
hba_file = '{directory}/hba.conf'
max_connections = 30
shared_buffers = 16MB
"""
DEADLINE = 60


@dataclass(slots=True)
class Server:
    """A cluster in `directory`; it runs unless it was stopped."""

    directory: Path
    programs: Path
    environment: dict[str, str]
    before: tuple[str | Path, ...] = ()
    """What stands before each command: that of a namespace."""
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def initialise(self, configuration: str = "") -> None:
        self.run(
            "initdb",
            "--username",
            "netipl",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--no-sync",
            "--pgdata",
            self.data,
        )
        with (self.data / "postgresql.conf").open("a") as file:
            (self.directory / "hba.conf").write_text("local all all trust\nhost all all 10.78.0.0/24 trust\n")
            file.write(_CONFIGURATION.format(directory=self.directory) + configuration)

    def start(self) -> None:
        log = self.directory / "server.log"
        self.run("pg_ctl", "start", "--wait", "--pgdata", self.data, "--log", log)

    def stop(self, mode: str = "immediate") -> None:
        """`immediate` is as a crash: nothing is finished, and the next start recovers."""
        self.run("pg_ctl", "stop", "--wait", "--mode", mode, "--pgdata", self.data)

    def empty(self) -> str:
        """The URL of a new schema, which is made sooner than a database and as good as one."""
        name = f"test{next(self.numbers)}"
        self.sql(f"CREATE SCHEMA {name}")
        return f"{self.url}&options=-csearch_path%3D{name}"

    @property
    def url(self) -> str:
        return f"postgresql://netipl@/postgres?host={self.directory}"

    def sql(self, statement: str) -> None:
        with closing(Database(self.url)) as database, database.engine.begin() as connection:
            connection.execute(text(statement))

    def run(self, program: str, *arguments: str | Path) -> str:
        """As the user of the server, who may be nobody who has rights."""
        with (self.directory / "output").open("w+") as output:  # a server that stays would hold a pipe open
            done = subprocess.run(
                [*self.before, *_identity(), self.programs / program, *arguments],
                env=self.environment,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=DEADLINE,
                check=False,
            )
            output.seek(0)
            said = output.read()
        assert done.returncode == 0, said
        return said


@contextmanager
def server(configuration: str = "", *, before: Sequence[str | Path] = ()) -> Iterator[Server]:
    """Started in a directory of its own, which everybody may enter; gone on leaving. Raises PeerMissing."""
    programs, environment = _programs()
    if subprocess.run([*before, *_identity(), "test", "-x", programs / "initdb"], check=False).returncode:
        raise peers.PeerMissing(f"an unprivileged user may not run {programs / 'initdb'}")
    with TemporaryDirectory(prefix="netipl-pg-") as directory:
        Path(directory).chmod(0o755)
        made = Server(Path(directory), programs, {**environment, "LC_ALL": "C"}, tuple(before))
        if os.geteuid() == 0:
            os.chown(directory, *_unprivileged())
        made.initialise(configuration)
        made.start()
        try:
            yield made
        finally:
            if (made.data / "postmaster.pid").exists():
                made.stop()


def _identity() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    user, group = _unprivileged()
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]


def _unprivileged() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _programs() -> tuple[Path, dict[str, str]]:
    """Where they are, and the environment in which they run."""
    found = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent, {**os.environ}
    package = _PACKAGES.get(peers.VERSION)
    if package is None:
        raise peers.PeerMissing(f"no name of PostgreSQL's package is known for version {peers.VERSION} of this system")
    [initdb] = (peers.peer(package) / "usr/lib/postgresql").glob("*/bin/initdb")
    return initdb.parent, peers.environment(package)
