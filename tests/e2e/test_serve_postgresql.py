"""`netipl serve` with its leases in PostgreSQL: a real guest, a password nobody sees, networks that others have."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from netipl.errors import UnavailableError
from netipl.store.journal import Journal
from tests import postgresql
from tests.e2e.serving import NETIPL, Place, guest, keys, mac, serving

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

PASSWORD = "Geheim-7"
FAR = '[networks.far]\nsubnet = "10.9.0.0/24"\nserver = "10.9.0.1"\nrelays = ["10.9.0.254"]\n'


@pytest.fixture
def database() -> Iterator[postgresql.Server]:
    """One that asks for a password."""
    with postgresql.server() as server:
        server.sql("ALTER USER netipl PASSWORD 'Geheim-7'")
        (server.directory / "hba.conf").write_text("local all all scram-sha-256\n")
        server.run("pg_ctl", "reload", "--pgdata", server.data)
        yield server


def url(database: postgresql.Server, password: str = PASSWORD) -> str:
    return database.url.replace("netipl@", f"netipl:{password}@")


def netipl(lab: Place, *arguments: str | Path) -> CompletedProcess[str]:
    return lab.namespace.run(*NETIPL, *arguments, "--config", lab.config, check=False)


def test_a_guest_boots_and_no_output_has_the_password(lab: Place, database: postgresql.Server) -> None:
    lab.write(lab.settings(keys(1), server=f'database = "{url(database)}"'))
    with serving(lab) as daemon, guest(lab) as machine:
        machine.start()
        assert machine.boots(), machine.story()
        checked = netipl(lab, "db", "check", "--json")
        saved = netipl(lab, "db", "backup", lab.directory / "backup")
        second = netipl(lab, "serve")
        database.stop("immediate")
        machine.start()
        daemon.wait_for("leases cannot be stored")
        unreachable = netipl(lab, "db", "check")
        database.start()
        assert machine.boots(), machine.story()
        assert daemon.stop() == 0
    assert (checked.returncode, json.loads(checked.stdout)["problems"]) == (0, [])
    assert (saved.returncode, second.returncode, unreachable.returncode) == (0, 3, 3)
    assert mac(1) in (lab.directory / "backup").read_text()
    lab.write(lab.settings(keys(1), server=f'database = "{url(database, "Geheim-wrong")}"'))
    refused = netipl(lab, "serve", "--verbose")
    assert "password authentication failed" in refused.stderr
    said = [daemon.log.read_text(), (lab.directory / "backup").read_text()]
    for done in (checked, saved, second, unreachable, refused):
        said += [done.stdout, done.stderr]
        assert "Traceback" not in done.stderr
    assert not [text for text in said if "Geheim" in text]


def test_a_network_that_another_daemon_has_is_not_taken_by_a_reload(lab: Place, database: postgresql.Server) -> None:
    server = f'database = "{url(database)}"'
    lab.write(lab.settings(keys(1), server=server))
    with serving(lab) as daemon:
        with closing(Journal(url(database), ["far"])):
            lab.write(lab.settings(keys(1), server=server) + FAR)
            daemon.reload()
            daemon.wait_for("the settings stay as they were")
        assert "another netipl has network far: process " in daemon.said("the settings stay as they were")[0]["reason"]
        daemon.reload()
        daemon.wait_for("settings read again")
        with pytest.raises(UnavailableError, match=f"network far: process {daemon.process.pid} on"):
            Journal(url(database), ["far"])
        lab.write(lab.settings(keys(1), server=server))
        daemon.reload()
        daemon.wait_for("settings read again", 2)
        Journal(url(database), ["far"]).close()
        with pytest.raises(UnavailableError, match="network lab"):
            Journal(url(database), ["lab"])
        assert daemon.stop() == 0
