"""The OpenAPI document says all that there is, and the server does what it says: schemathesis asks for it by TCP."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from netipl.provisioning.timeline import Seen
from netipl.servers.api.application import application
from netipl.servers.api.authentication import OPEN
from netipl.servers.api.control import Control
from netipl.servers.api.problems import MEDIA_TYPE
from tests.contract.servers.api.lab import DEADLINE, Api, guest, happened, serving

EXAMPLES = 25
"""For each operation; always the same ones."""

DOCUMENT: Any = application(cast("Control", None)).openapi()  # Any: JSON
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with serving(tmp_path_factory.mktemp("api"), tcp=True) as found:
        found.secret = found.token("schemathesis", "admin")
        found.ask("POST", "/guests", guest(profile="debian"))
        found.tell(happened(Seen.DHCP_ACK))
        yield found


def operations() -> list[tuple[str, str, Any]]:
    return [(path, method, found) for path, item in DOCUMENT["paths"].items() for method, found in item.items()]


def test_every_operation_says_what_it_is_for() -> None:
    for path, method, operation in operations():
        assert operation["description"].endswith("."), (method, path)
        assert operation["tags"], (method, path)


def test_every_error_is_problem_details() -> None:
    for path, method, operation in operations():
        errors = {status: found for status, found in operation["responses"].items() if int(status) >= 400}
        assert {"401", "422", "500"} <= set(errors), (method, path)
        assert {kind for found in errors.values() for kind in found["content"]} == {MEDIA_TYPE}


def test_every_operation_but_those_that_are_open_needs_a_token() -> None:
    assert DOCUMENT["security"] == [{"token": []}]
    assert DOCUMENT["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    free = {path for path, _, operation in operations() if operation.get("security") == []}
    assert free == OPEN & set(DOCUMENT["paths"])


def test_nothing_in_it_comes_from_elsewhere() -> None:
    assert "http" not in json.dumps(DOCUMENT).replace('"type": "http"', "").replace("HTTP", "")


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_does_what_the_document_says(case: "schemathesis.Case[Any]", api: Api) -> None:
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{api.server.port}",
        headers={"Authorization": f"Bearer {api.secret}"},
        excluded_checks=[positive_data_acceptance],
        timeout=DEADLINE,
    )
