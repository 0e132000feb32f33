"""How members of a group are set."""

import pytest

from hub.run.keys.brokers import settings_of
from hub.settings import read


@pytest.mark.parametrize("session_s", [0.6, 6.0, 45.0])
def test_a_member_hears_of_a_newcomer_within_a_second_and_in_time_for_its_session(session_s: float) -> None:
    settings = settings_of(read(bus="kafka://127.0.0.1:9092", kafka_session_timeout_s=session_s))
    assert 0 < settings.heartbeat_ms <= 1_000
    assert 3 * settings.heartbeat_ms <= settings.session_timeout_ms
