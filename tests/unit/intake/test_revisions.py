"""Which revision of a report counts, and what stays of a value that a revision masks or leaves out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intake.revisions import Revision, newest, value_kept, words_kept

VERSIONS = st.sampled_from(["", "2026-03-10 08:00", "2026-03-10 09:00", "2026-03-10 10:00"])


def came(*versions: str) -> list[Revision]:
    """Revisions in the order in which they came, the ids counting up."""
    return [Revision(received_us=n, event_id=f"ev_{n}", version=v) for n, v in enumerate(versions)]


@pytest.mark.nasty("N02", "N04")
@pytest.mark.parametrize(
    ("versions", "counts"),
    [
        pytest.param(("1",), 0, id="the only one"),
        pytest.param(("1", "2"), 1, id="a newer one"),
        pytest.param(("2", "1"), 0, id="an older one that comes later"),
        pytest.param(("2", "1", "2"), 2, id="the same version again, with other words"),
        pytest.param(("", ""), 1, id="a source without versions"),
        pytest.param(("2", ""), 1, id="a message without a version counts as it comes"),
        pytest.param(("2", "", "1"), 1, id="an older one behind a message without a version"),
    ],
)
def test_the_newest_revision_counts_by_version_and_then_by_arrival(
    versions: tuple[str, ...], counts: int
) -> None:
    assert f"ev_{counts}" == newest(came(*versions)).event_id


@given(st.lists(VERSIONS, min_size=1, max_size=6))
def test_the_one_that_counts_is_never_older_than_another(versions: list[str]) -> None:
    revisions = came(*versions)
    chosen = next(one for one in revisions if one.event_id == newest(revisions[::-1]).event_id)
    assert chosen.version in ("", max(versions))


@pytest.mark.nasty("N57")
@pytest.mark.parametrize(
    ("new", "old", "kept"),
    [
        pytest.param("测试乙", "测试甲", "测试乙", id="a full one takes the place of a full one"),
        pytest.param("测*", "测试甲", "测试甲", id="masked"),
        pytest.param("测＊", "测试甲", "测试甲", id="masked in full width"),
        pytest.param("测某", "测试甲", "测试甲", id="masked with 某"),
        pytest.param("138****0000", "13800000000", "13800000000", id="a masked phone"),
        pytest.param("", "13800000000", "13800000000", id="left out"),
        pytest.param("", "138****0000", "138****0000", id="a masked one is better than none"),
        pytest.param("138****0000", "", "138****0000", id="a masked one where nothing stood"),
        pytest.param("13800000000", "138****0000", "13800000000", id="a full one after a masked one"),
    ],
)
def test_a_masked_or_empty_value_never_takes_the_place_of_a_full_one(new: str, old: str, kept: str) -> None:
    assert kept == value_kept(new, old)


@pytest.mark.nasty("N57")
@pytest.mark.parametrize(
    ("new", "old", "kept"),
    [
        pytest.param("水更大了", "水管爆了", "水更大了", id="other words"),
        pytest.param("", "水管爆了", "水管爆了", id="no words"),
        pytest.param(
            "测*来电：水管爆了", "测试甲来电：水管爆了", "测试甲来电：水管爆了", id="the same, masked"
        ),
        pytest.param("***", "水管爆了", "水管爆了", id="nothing but a mask"),
        pytest.param("测*又来电：水更大了", "测试甲来电", "测*又来电：水更大了", id="news with a mask in it"),
        pytest.param("某小区停水", "水管爆了", "某小区停水", id="news with 某 in it"),
    ],
)
def test_words_give_way_to_newer_words_but_not_to_themselves_masked(new: str, old: str, kept: str) -> None:
    assert kept == words_kept(new, old)
