"""A department's listener believes the hub and nobody else."""

import pytest
from gridplus_client import NotFromTheHub, webhook

STAMP, BODY = 1_773_104_700, '{"哨": 1}'.encode()


def signed(secret: str = "ours", stamp: str = str(STAMP), body: bytes = BODY) -> dict[str, str]:
    return {"X-GridPlus-Timestamp": stamp, "X-GridPlus-Signature": webhook.sign(secret, stamp, body)}


@pytest.mark.parametrize(
    ("headers", "late_s", "believed"),
    [
        pytest.param(signed(), 0, True, id="as the hub signs"),
        pytest.param(signed(), 300, True, id="a little late"),
        pytest.param(signed(), -300, True, id="our clock is behind"),
        pytest.param(signed(), 301, False, id="sent again later"),
        pytest.param(signed("theirs"), 0, False, id="another secret"),
        pytest.param(signed("next"), 0, True, id="the secret that takes its place"),
        pytest.param(signed(body=b"{}"), 0, False, id="another body"),
        pytest.param(signed(""), 0, False, id="no secret"),
        pytest.param({}, 0, False, id="no header"),
        pytest.param(signed(stamp="1773104700.0"), 0, False, id="a stamp that is no number"),
        pytest.param(signed(stamp="１７７３１０４７００"), 0, False, id="full-width digits"),
        pytest.param(signed(stamp="9" * 5000), 0, False, id="a stamp without end"),
        pytest.param({**signed(), "X-GridPlus-Signature": "é"}, 0, False, id="a signature that is no ASCII"),
    ],
)
def test_a_call_is_believed_only_with_the_hubs_signature(
    headers: dict[str, str], late_s: int, believed: bool
) -> None:
    secrets = ["ours", "next", ""]
    assert believed is webhook.is_from_the_hub(secrets, headers, BODY, now=STAMP + late_s)


def test_check_raises_where_it_does_not_hold() -> None:
    webhook.check("ours", signed(), BODY, now=STAMP)
    with pytest.raises(NotFromTheHub, match="401"):
        webhook.check("", signed(""), BODY, now=STAMP)


def test_without_a_moment_it_is_now() -> None:
    assert not webhook.is_from_the_hub("ours", signed(stamp="0"), BODY)
