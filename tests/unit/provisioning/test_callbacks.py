"""What a path says that an installer calls, and which paths say nothing."""

import pytest

from netipl.provisioning.callbacks import Callback, callback

TOKEN = "netipl_" + "A" * 43

PATHS: dict[str, tuple[str, Callback | None]] = {
    "done": (f"/callback/{TOKEN}/done", Callback(TOKEN, "done", "")),
    "a word of its own": (f"/callback/{TOKEN}/base-system", Callback(TOKEN, "base-system", "")),
    "with words": (f"/callback/{TOKEN}/failed?no+disk%21", Callback(TOKEN, "failed", "no disk!")),
    "with an empty query": (f"/callback/{TOKEN}/failed?", Callback(TOKEN, "failed", "")),
    "words that are no UTF-8": (
        f"/callback/{TOKEN}/failed?%ff",
        Callback(TOKEN, "failed", "\N{REPLACEMENT CHARACTER}"),
    ),
    "words of many lines stay what they are": (
        f"/callback/{TOKEN}/failed?a%0Ab\nc",
        Callback(TOKEN, "failed", "a\nb\nc"),
    ),
    "no token": ("/callback//done", None),
    "no word": (f"/callback/{TOKEN}/", None),
    "a word in capitals": (f"/callback/{TOKEN}/DONE", None),
    "more path": (f"/callback/{TOKEN}/done/more", None),
    "another path": (f"/answers/{TOKEN}", None),
    "a token that is too long": (f"/callback/{'A' * 129}/done", None),
    "a line end behind it": (f"/callback/{TOKEN}/done\n", None),
}


@pytest.mark.parametrize(("path", "expected"), PATHS.values(), ids=PATHS)
def test_a_path_says(path: str, expected: Callback | None) -> None:
    assert callback(path) == expected


def test_words_have_an_end() -> None:
    found = callback(f"/callback/{TOKEN}/failed?{'x' * 10_000}")
    assert found is not None
    assert len(found.words) == 4096
