"""The API of `netipl serve`: where it is, that it ends with the daemon, and that no daemon takes another's socket."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.contract.servers.api.lab import UnixConnection, asked

DEADLINE = 60
SETTINGS = """
[server]
state_directory = "{state}"
run_directory = "run"
[dhcp]
enabled = false
[tftp]
enabled = false
[http]
enabled = false
[networks.lab]
interface = "lo"
subnet = "192.0.2.0/24"
server = "192.0.2.1"
"""


@contextmanager
def serve(directory: Path, state: str = "state") -> Iterator[subprocess.Popen[str]]:
    """`netipl serve`, from its word that it serves on."""
    config = directory / f"{state}.toml"
    config.write_text(SETTINGS.format(state=state))
    command = [sys.executable, "-m", "netipl.cli.main", "serve", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
        assert daemon.stderr is not None
        try:
            for line in daemon.stderr:
                if "serving" in line or "netipl:" in line:
                    break
            yield daemon
        finally:
            with suppress(ProcessLookupError):
                daemon.kill()


def whoami(directory: Path) -> str:
    return str(asked(UnixConnection(directory / "run/api.sock"), "GET", "/whoami").json["by"])


def test_it_is_there_when_the_daemon_serves_and_gone_when_it_ends(tmp_path: Path) -> None:
    with serve(tmp_path) as daemon:
        assert whoami(tmp_path).startswith("user ")
        stream = UnixConnection(tmp_path / "run/api.sock")
        stream.request("GET", "/api/v1/events", headers={"Accept": "text/event-stream"})
        response = stream.getresponse()
        daemon.send_signal(signal.SIGTERM)
        assert response.read() == b"retry: 1000\n\n"
        stream.close()
        assert daemon.wait(DEADLINE) == 0
    assert not (tmp_path / "run/api.sock").exists()


def test_what_a_killed_daemon_left_behind_is_replaced(tmp_path: Path) -> None:
    with serve(tmp_path) as daemon:
        daemon.kill()
        daemon.wait(DEADLINE)
    assert (tmp_path / "run/api.sock").is_socket()
    with serve(tmp_path):
        assert whoami(tmp_path).startswith("user ")


def test_a_second_daemon_is_refused_and_takes_nothing_from_the_first(tmp_path: Path) -> None:
    with serve(tmp_path):
        with serve(tmp_path, "other") as second:
            assert second.wait(DEADLINE) == 3
        assert whoami(tmp_path).startswith("user ")


def test_help_does_not_load_the_server(tmp_path: Path) -> None:
    code = (
        "import sys; from netipl.cli import main\n"
        "sys.argv = ['netipl', '--help']\n"
        "try: main.main()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('fastapi', 'starlette', 'uvicorn', 'netipl.daemon') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert told.stdout.splitlines()[-1] == "[]"
