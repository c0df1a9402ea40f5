from hypothesis import given
from hypothesis import strategies as st

from netipl.protocols.tftp.netascii import decode, encode


def test_line_feeds_become_line_ends_and_carriage_returns_keep_a_nul() -> None:
    assert encode(b"a\nb\rc\r\n") == b"a\r\nb\r\0c\r\0\r\n"


@given(st.text("ab\r\n\0").map(str.encode))
def test_what_is_encoded_decodes_to_itself(data: bytes) -> None:
    assert decode(encode(data)) == data
