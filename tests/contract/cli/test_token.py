"""`netipl token`: the secret of a token is shown once, and alone where a pipe takes it."""

import json

from tests.contract.cli.conftest import Run
from tests.recorded_api import Answer, Recorded, problem

SECRET = "netipl_4f6d2f0e7c0b4b0f9d2a"


def test_a_secret_is_alone_on_standard_output(run: Run, api: Recorded) -> None:
    made = {"name": "foreman", "role": "read-only", "token": SECRET}
    api.on("POST", "tokens", Answer(json=made, status=201))
    done = run("token", "create", "foreman", "--read-only")
    assert (done.status, done.out) == (0, f"{SECRET}\n")
    assert "foreman: a token, read-only" in done.err
    assert SECRET not in done.err
    assert api.asked[0].body == {"name": "foreman", "role": "read-only"}


def test_tokens_are_listed_and_revoked(run: Run, api: Recorded) -> None:
    token = {"name": "foreman", "role": "admin", "created": "2026-11-26T08:00:00Z", "by": "user root"}
    api.get("tokens", {"items": [token]})
    api.on("DELETE", "tokens/foreman", Answer(status=204))
    api.on("DELETE", "tokens/x%2Fy", problem(404, "there is no token x/y", "`netipl token list` shows all"))
    assert run("token", "list").out.splitlines()[1].split() == ["foreman", "admin", token["created"], "user", "root"]
    assert json.loads(run("token", "list", "--json").out) == token
    done = run("token", "revoke", "x/y", "foreman")
    assert (done.status, done.out) == (1, "foreman: revoked\n")
    assert "there is no token x/y" in done.err
