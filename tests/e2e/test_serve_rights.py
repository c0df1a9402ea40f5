"""What `netipl serve` keeps of root's rights: two capabilities, as root and as another user, and guests still boot."""

import pwd
import shutil
from pathlib import Path

import pytest

from netipl.integrations.privileges import KEPT
from tests.e2e.serving import Place, guest, keys, serving

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

NET_BIND_SERVICE_AND_NET_RAW = sum(1 << capability for capability in KEPT)
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def status(pid: int) -> dict[str, str]:
    """The fields of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.mark.parametrize("user", [None, "nobody"], ids=["without a user", "as another user"])
def test_started_as_root_it_keeps_two_capabilities_and_its_workers_none(lab: Place, user: str | None) -> None:
    lab.write(lab.settings(keys(1), server=f'user = "{user}"' if user else ""))
    with serving(lab) as daemon, guest(lab) as machine:
        machine.start()
        assert machine.boots(), machine.story()
        own, workers = status(daemon.process.pid), [status(pid) for pid in daemon.workers()]
    sets = {name: int(own[name], 16) for name in SETS}
    kept = NET_BIND_SERVICE_AND_NET_RAW
    assert sets == {"CapInh": 0, "CapPrm": kept, "CapEff": kept, "CapBnd": 0, "CapAmb": 0}
    assert workers
    assert all(int(worker[name], 16) == 0 for worker in workers for name in SETS)
    assert {each["NoNewPrivs"] for each in (own, *workers)} == {"1"}
    number = pwd.getpwnam(user).pw_uid if user else 0
    assert {each["Uid"] for each in (own, *workers)} == {"\t".join([str(number)] * 4)}
    assert not user or {each["Groups"] for each in (own, *workers)} <= {str(pwd.getpwnam("nobody").pw_gid), ""}
