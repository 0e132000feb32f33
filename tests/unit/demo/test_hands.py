"""Who does what in a bench of several processes."""

import pytest

from hub.demo.hands import shared_out


@pytest.mark.parametrize("number", range(1, 6))
def test_every_kind_of_work_is_done_and_the_relay_once(number: int) -> None:
    processes = shared_out(number)
    assert number == len(processes)
    done = [work for process in processes for work in process]
    assert {"intake", "casework", "relay"} == set(done)
    assert done.count("intake") == done.count("relay") == 1
