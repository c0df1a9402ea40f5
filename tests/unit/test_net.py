import pytest

from netipl.errors import UsageError
from netipl.net import Endpoint


@pytest.mark.parametrize("text", ["127.0.0.1:8070", "0.0.0.0:1", "[::1]:65535", "[2001:db8::1]:8070"])
def test_an_endpoint_is_written_as_it_is_read(text: str) -> None:
    assert str(Endpoint.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "8070", ":8070", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "127.0.0.1:٣",
     "::1:8070", "[127.0.0.1]:8070", "[::1]", "[::1]:", "localhost:8070", "127.0.0.1:-1", "[::1%lo]:80 "],
)  # fmt: skip
def test_what_is_no_endpoint_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="no address with a port") as caught:
        Endpoint.parse(text)
    assert "127.0.0.1:8070" in caught.value.remedy
