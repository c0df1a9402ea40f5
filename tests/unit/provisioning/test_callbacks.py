"""What installers say by the path that they call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netipl.provisioning.callbacks import Callback, callback, log

CALLS = {
    "a word": ("/callback/netipl_a-B_9/started", Callback("netipl_a-B_9", "started", "")),
    "a word of its own": ("/callback/t/late-command2", Callback("t", "late-command2", "")),
    "with more words": ("/callback/t/failed?no+disk%3F", Callback("t", "failed", "no disk?")),
    "an empty query": ("/callback/t/done?", Callback("t", "done", "")),
    "a query with a question mark": ("/callback/t/done?a?b", Callback("t", "done", "a?b")),
    "a line feed in the query": ("/callback/t/done?a%0Ab", Callback("t", "done", "a\nb")),
    "bytes that are no text": ("/callback/t/done?%FF", Callback("t", "done", "\ufffd")),
    "the longest": (f"/callback/{'t' * 128}/{'w' * 32}?{'x' * 4096}", Callback("t" * 128, "w" * 32, "x" * 4096)),
    "words without end": (f"/callback/t/failed?{'%20' * 5000}", Callback("t", "failed", " " * 4096)),
}


@pytest.mark.parametrize(("path", "said"), CALLS.values(), ids=CALLS)
def test_a_path_says_token_word_and_words(path: str, said: Callback) -> None:
    assert callback(path) == said


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/callback",
        "/callback/t",
        "/callback/t/",
        "/callback//done",
        "/callback/t/done/",
        "/callback/t/Done",
        "/callback/t/2nd",
        "/callback/t/done\n",
        "/callback/t%2F/done",
        "/callback/t/../done",
        "/answers/t/done",
        "x/callback/t/done",
        f"/callback/{'t' * 129}/done",
        f"/callback/t/{'w' * 33}",
    ],
)
def test_another_path_is_no_callback(path: str) -> None:
    assert callback(path) is None


@given(st.text())
def test_words_from_outside_are_text_of_bounded_length(words: str) -> None:
    said = callback(f"/callback/t/done?{words}")
    assert said is not None
    assert len(said.words) <= 4096


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"one\r\ntwo\n", "one\ntwo"),
        (b"\x1b[31mred\0", "[31mred"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
        (f"url=http://s/answers/netipl_{'A' * 43}/ks.cfg".encode(), "url=http://s/answers/netipl_.../ks.cfg"),
        (b"rootpw --iscrypted $6$salt$abc./XYZ now", "rootpw --iscrypted $... now"),
        (b"user '$y$j9T$salt$hash'", "user '$...'"),
    ],
    ids=["lines", "control characters", "no text", "nothing", "a token", "a hash", "a hash in quotes"],
)
def test_a_log_is_text_without_secrets(body: bytes, text: str) -> None:
    assert log(body) == text
