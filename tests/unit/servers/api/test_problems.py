import json
from collections.abc import Iterator

import pytest

from netipl import errors
from netipl.servers.api.problems import of_error


def branches(root: type[errors.NetiplError]) -> Iterator[type[errors.NetiplError]]:
    yield root
    for branch in root.__subclasses__():
        yield from branches(branch)


OURS = sorted({kind for kind in branches(errors.NetiplError) if kind.__module__ == errors.__name__}, key=str)
EXPECTED = {
    errors.MissingError: 404,
    errors.ConflictError: 409,
    errors.RefusedError: 409,
    errors.UsageError: 422,
    errors.UnavailableError: 503,
    errors.NetiplError: 500,
    errors.WireError: 500,
    errors.ContentError: 500,
}


@pytest.mark.parametrize("kind", OURS)
def test_every_branch_of_the_error_tree_has_its_status_and_keeps_its_words(kind: type[errors.NetiplError]) -> None:
    response = of_error(kind("so it is", remedy="do this"))
    assert response.status_code == EXPECTED[kind]
    told = json.loads(bytes(response.body))
    assert (told["status"], told["detail"], told["remedy"]) == (EXPECTED[kind], "so it is", "do this")
