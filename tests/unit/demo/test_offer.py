"""What a bench offers: everything once, each source in its own order, never before it is due."""

from hypothesis import given
from hypothesis import strategies as st

from hub.demo.offer import Offer
from hub.plugin import Body


@given(
    counts=st.dictionaries(st.sampled_from("abc"), st.integers(1, 30), min_size=1),
    length_s=st.sampled_from([0.0, 10.0]),
    looks=st.lists(st.floats(0, 10), max_size=10),
    limit=st.integers(1, 7),
)
def test_everything_is_offered_once_in_order_and_not_before_it_is_due(
    counts: dict[str, int], length_s: float, looks: list[float], limit: int
) -> None:
    bodies = {source: [Body(str(n).encode()) for n in range(number)] for source, number in counts.items()}
    offer = Offer(bodies, length_s)
    given_: dict[str, list[Body]] = {source: [] for source in bodies}
    for elapsed_s in [*sorted(looks), *[10.0] * 31]:
        for one in offer.due(elapsed_s, limit):
            assert len(given_[one.source]) == one.first
            assert len(one.bodies) == len(one.due_s) <= limit
            assert max(one.due_s) <= elapsed_s
            given_[one.source] += one.bodies
    assert (bodies, True) == (given_, offer.is_over())


def test_a_rate_is_offered_evenly() -> None:
    offer = Offer({"a": [Body(b"")] * 60}, 60.0)
    assert [10] * 6 == [sum(len(one.bodies) for one in offer.due(10.0 * n, 500)) for n in range(1, 7)]
