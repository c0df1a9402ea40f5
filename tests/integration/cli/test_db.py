"""`netipl db` as people and scripts see it, on either kind of database: output, exit status, files. No root."""

import json
import os
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netipl.cli import main
from netipl.store import schema
from netipl.store.database import Database
from netipl.store.journal import Journal
from tests.contract.store.rows import LEASE, store


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:  # Any: JSON
        [line] = self.out.splitlines()
        return dict(json.loads(line))


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`netipl db ARGUMENTS` in this process."""

    def running(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["netipl", "db", *map(str, arguments)])
        status = 0
        try:
            main.main()
        except SystemExit as end:
            status = int(end.code or 0)
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return running


def test_upgrade_says_from_which_schema_to_which(run: Run, url: str) -> None:
    first = run("upgrade", "--database", url, "--json")
    assert (first.status, first.result["from"], first.result["to"]) == (0, None, schema.newest())
    again = run("upgrade", "--database", url)
    assert (again.status, again.err) == (0, "")
    assert f"has schema {schema.newest()} already" in again.out


def test_a_newer_schema_is_refused_by_all(run: Run, url: str, tmp_path: Path) -> None:
    store(url, LEASE)
    file = tmp_path / "backup"
    assert run("backup", file, "--database", url).status == 0
    with closing(Database(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for command in (["upgrade"], ["check"], ["restore", file, "--force"]):
        done = run(*command, "--database", url)
        assert (done.status, done.out) == (1, "")
        assert "9999" in done.err
        assert "install the netipl that made it" in done.err


def test_check_says_that_all_is_well_or_what_is_not(run: Run, url: str) -> None:
    store(url, LEASE)
    done = run("check", "--database", url)
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith(f"sound, schema {schema.newest()}, 1 rows\n")
    with closing(Database(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE leases SET mac = 'none'")
    done = run("check", "--database", url, "--json")
    assert done.status == 1
    assert ["192.0.2.10" in problem for problem in done.result["problems"]] == [True]


def test_a_backup_is_private_whole_and_comes_back(run: Run, url: str, tmp_path: Path) -> None:
    store(url, LEASE)
    file = tmp_path / "backup"
    with closing(Journal(url, ["lab"])):
        taken = run("backup", file, "--database", url, "--json")
        busy = run("restore", file, "--database", url, "--force")
    assert (taken.status, taken.result["rows"], taken.result["bytes"]) == (0, 1, file.stat().st_size)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert busy.status == 3
    assert f"process {os.getpid()} on" in busy.err
    full = run("restore", file, "--database", url)
    assert full.status == 1
    assert "--force" in full.err
    assert run("restore", file, "--database", url, "--force").status == 0
    other = tmp_path / "other.db"
    assert run("restore", file, "--database", other, "--json").result["rows"] == 1
    with closing(Journal(str(other), ["lab"])) as journal:
        assert journal.stored().leases == (LEASE,)


def test_what_cannot_be_written_leaves_nothing_behind(run: Run, url: str, tmp_path: Path) -> None:
    store(url, LEASE)
    done = run("backup", tmp_path / "absent" / "file", "--database", url)
    assert done.status == 3
    assert "make the directory first" in done.err
    with closing(Database(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    assert run("backup", tmp_path / "file", "--database", url).status == 1
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("command", [["check"], ["backup", "FILE"]])
def test_a_database_that_is_not_there_is_not_made_by_looking(run: Run, tmp_path: Path, command: list[str]) -> None:
    place = tmp_path / "netipl.db"
    done = run(*[word.replace("FILE", str(tmp_path / "file")) for word in command], "--database", place)
    assert (done.status, done.out) == (3, "")
    assert "there is no database" in done.err
    assert [*tmp_path.iterdir()] == []


def test_a_backup_that_is_not_there_changes_nothing(run: Run, tmp_path: Path) -> None:
    done = run("restore", tmp_path / "absent", "--database", tmp_path / "netipl.db")
    assert done.status == 3
    assert [*tmp_path.iterdir()] == []


def test_the_settings_name_the_database(run: Run, url: str, tmp_path: Path) -> None:
    config = tmp_path / "netipl.toml"
    network = '[networks.lab]\ninterface = "lo"\nsubnet = "192.0.2.0/24"\nserver = "192.0.2.1"\n'
    config.write_text(f'{network}[server]\ndatabase = "{url}"\n')
    store(url, LEASE)
    assert run("check", "--config", config, "--json").result["rows"] == 1
    assert run("check", "--config", tmp_path / "absent").status == 3
