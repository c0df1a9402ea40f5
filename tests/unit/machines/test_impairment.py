"""What a bad line does to frames, at a scripted time."""

import pytest

from netipl.machines.impairment import PERFECT, Impairment, Line

FRAMES = [b"%d" % number for number in range(1000)]


def passed(line: Line, frames: list[bytes], step: float = 0.0) -> list[bytes]:
    """All frames pushed `step` seconds after each other, and everything that comes out in the end."""
    out = [frame for number, sent in enumerate(frames) for frame in line.push(sent, number * step)]
    while line.next_due is not None:
        out += line.due(line.next_due)
    return out


def test_a_perfect_line_passes_everything_at_once() -> None:
    line = Line(PERFECT, 1)
    assert [line.push(frame, 0.0) for frame in FRAMES] == [[frame] for frame in FRAMES]
    assert line.next_due is None


def test_loss_takes_about_its_share_and_counts() -> None:
    line = Line(Impairment(loss=0.1), 1)
    out = passed(line, FRAMES)
    assert 50 < line.lost < 150
    assert len(out) == len(FRAMES) - line.lost
    assert out == sorted(out, key=int), "in order"


def test_all_is_lost_at_one() -> None:
    assert passed(Line(Impairment(loss=1.0), 1), FRAMES) == []


def test_duplicate_at_one_passes_everything_twice() -> None:
    line = Line(Impairment(duplicate=1.0), 1)
    assert line.push(b"a", 0.0) == [b"a", b"a"]
    assert line.duplicated == 1


def test_reorder_lets_the_next_frame_overtake() -> None:
    line = Line(Impairment(reorder=0.5), 1)
    out = passed(line, FRAMES)
    assert sorted(out, key=int) == FRAMES, "nothing is lost"
    assert out != FRAMES
    assert 400 < line.reordered < 600


def test_a_frame_held_back_goes_on_when_none_overtakes_it() -> None:
    line = Line(Impairment(reorder=1.0), 1)
    assert line.push(b"a", 5.0) == []
    due = line.next_due
    assert due == pytest.approx(5.01)
    assert line.due(5.0) == []
    assert line.due(due or 0.0) == [b"a"]
    assert line.next_due is None


def test_delay_passes_a_frame_on_when_its_time_has_come() -> None:
    line = Line(Impairment(delay=0.5), 1)
    assert line.push(b"a", 1.0) == []
    assert line.push(b"b", 1.2) == []
    assert line.next_due == 1.5
    assert line.due(1.5) == [b"a"]
    assert line.due(2.0) == [b"b"]


def test_the_same_seed_has_the_same_fate_and_another_another() -> None:
    impairment = Impairment(loss=0.1, duplicate=0.3, reorder=0.3, delay=0.001)
    first, again, other = (passed(Line(impairment, seed), FRAMES, 0.001) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_a_queue_that_is_full_loses_frames() -> None:
    line = Line(Impairment(delay=1.0), 1)
    for number in range(5000):
        line.push(b"%d" % number, 0.0)
    assert line.lost == 5000 - 4096


@pytest.mark.parametrize(
    ("text", "impairment"),
    [
        pytest.param("", PERFECT, id="empty is perfect"),
        pytest.param("loss=0.01,delay=0.002", Impairment(loss=0.01, delay=0.002), id="any, with commas"),
    ],
)
def test_text_form(text: str, impairment: Impairment) -> None:
    assert Impairment.parse(text) == impairment
    assert Impairment.parse(str(impairment)) == impairment


@pytest.mark.parametrize("text", ["loss=2", "delay=-1", "colour=1", "loss", "loss=x"])
def test_what_is_no_impairment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Impairment.parse(text)
