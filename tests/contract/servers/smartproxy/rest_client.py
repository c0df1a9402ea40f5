"""Foreman's own client as a process: Ruby's rest-client, by the script beside this file."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from tests.foreman_conversation import Call, is_success

_SCRIPT = Path(__file__).with_suffix(".rb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """`error` is the class of what was raised, empty where nothing was."""

    status: int
    headers: Message
    body: bytes
    error: str


class RestClient:
    """Made by `rest_client`."""

    def __init__(self, process: "subprocess.Popen[str]", version: str) -> None:
        self._process = process
        self.version = version

    def ask(self, place: Mapping[str, str], call: Call) -> Came:
        """`place` is as tests/foreman_conversation.py has it."""
        asked = {"place": place, "method": call.method, "path": call.path, "fields": call.fields}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, (call, self._process.communicate()[1])
        found: dict[str, Any] = json.loads(line)  # Any: JSON
        headers = Message()
        for name, said in found["headers"].items():
            headers[name] = ", ".join(said)
        body = found["body"].encode()
        assert (found["taken"] is not False) == is_success(found["status"], body), (call, found)
        return Came(status=found["status"], headers=headers, body=body, error=found["error"] or "")


@contextmanager
def rest_client() -> Iterator[RestClient | None]:
    """None where Ruby or its library is missing."""
    if shutil.which("ruby") is None:
        yield None
        return
    pipe = subprocess.PIPE
    with subprocess.Popen(["ruby", _SCRIPT], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        version = process.stdout.readline().strip()
        try:
            yield RestClient(process, version) if version else None
        finally:
            process.kill()
