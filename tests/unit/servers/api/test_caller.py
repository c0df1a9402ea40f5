from datetime import UTC, datetime

import pytest

from netipl.provisioning.credential import ApiToken, Role, digest
from netipl.servers.api.caller import Caller, local, with_secret


def token(name: str, role: Role, secret: str) -> ApiToken:
    return ApiToken(
        name=name, role=role, digest=digest(secret), created=datetime(2026, 1, 1, tzinfo=UTC), by="user root"
    )


TOKENS = (token("one", Role.READ_ONLY, "netipl_1"), token("two", Role.ADMIN, "netipl_2"))


def test_a_local_user_is_an_admin() -> None:
    assert local("eve") == Caller("user eve", Role.ADMIN)
    assert local("eve").is_local
    assert not Caller("token user", Role.ADMIN).is_local


@pytest.mark.parametrize(
    ("secret", "caller"),
    [
        ("netipl_1", Caller("token one", Role.READ_ONLY)),
        ("netipl_2", Caller("token two", Role.ADMIN)),
        ("netipl_3", None),
        ("", None),
        ("\udcff", None),
        (TOKENS[0].digest, None),
    ],
)
def test_a_secret_tells_its_token(secret: str, caller: Caller | None) -> None:
    assert with_secret(TOKENS, secret) == caller


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "NONSENSE"])
def test_who_may_only_read_may_use_methods_that_change_nothing(method: str) -> None:
    assert Caller("token one", Role.READ_ONLY).may(method) == (method in {"GET", "HEAD"})
    assert Caller("token two", Role.ADMIN).may(method)
