from netipl.protocols.tftp.retransmission import LONGEST, MILLISECOND, SHORTEST, UNMEASURED, RoundTrip, granularity


def measured(*milliseconds: float) -> RoundTrip:
    trip = RoundTrip()
    for sample in milliseconds:
        trip.measured(int(sample * MILLISECOND))
    return trip


def test_an_unmeasured_client_is_given_less_than_a_second() -> None:
    assert measured().timeout == UNMEASURED


def test_the_first_sample_gives_three_times_itself() -> None:
    """RFC 6298, 2.2: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 RTTVAR."""
    assert measured(40).timeout == 120 * MILLISECOND


def test_later_samples_weigh_an_eighth_and_a_quarter() -> None:
    """RFC 6298, 2.3: RTTVAR = 3/4 20 + 1/4 |40 - 80| = 25, SRTT = 7/8 40 + 1/8 80 = 45."""
    trip = measured(40, 80)
    assert (trip.variation, trip.smoothed) == (25 * MILLISECOND, 45 * MILLISECOND)
    assert trip.timeout == 145 * MILLISECOND


def test_a_steady_client_is_given_twice_its_time() -> None:
    """Else RTTVAR would fade to nothing, and the next packet that is a little late be sent twice."""
    assert measured(*[40] * 50).timeout == 80 * MILLISECOND


def test_a_close_client_is_not_hurried_below_two_milliseconds() -> None:
    assert measured(*[0.1] * 20).timeout == SHORTEST == 2 * MILLISECOND


def test_a_far_client_is_still_answered_within_the_firmwares_second() -> None:
    assert measured(*[900] * 20).timeout == LONGEST < 1000 * MILLISECOND


def test_timers_of_few_are_kept_to_the_millisecond_and_of_many_to_ten() -> None:
    assert [round(granularity(transfers) / MILLISECOND) for transfers in (1, 16, 128, 1000)] == [1, 2, 9, 10]
