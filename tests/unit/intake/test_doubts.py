"""What waits for a person: rows that vendors call a test, and requesters who work where they complain."""

import pytest

from hub.errors import HeldRecord
from hub.intake.doubts import refuse_doubtful
from hub.model import Code, Draft, Person

ASKER = Person(name="测试甲", phone="13800000000")


def draft(
    title: str = "", content: str = "", *, requester: Person | None = None, flags: tuple[str, ...] = ()
) -> Draft:
    """A draft with these words."""
    return Draft(
        source_ref="1",
        category=Code("t", "1"),
        title=title,
        content=content,
        requester=requester,
        flags=flags,
        accused_name="样本公司",
    )


def works_there(draft: Draft) -> bool:
    """Anybody who asks by this phone works for the accused."""
    return draft.requester is not None and draft.requester.phone == ASKER.phone


@pytest.mark.nasty("N59", "N77")
@pytest.mark.parametrize(
    ("doubtful", "code"),
    [
        pytest.param(draft(title="测试工单，勿派"), "R301", id="the title says so"),
        pytest.param(draft(title="路灯不亮", content="系统联调"), "R301", id="the words say so"),
        pytest.param(draft(title="路灯不亮", flags=("test_data",)), "R301", id="the source says so"),
        pytest.param(draft(content="请勿处理", requester=ASKER), "R301", id="a test before all else"),
        pytest.param(draft(title="路灯不亮", requester=ASKER), "R303", id="staff of the accused asks"),
    ],
)
def test_a_doubtful_report_is_held_with_its_code(doubtful: Draft, code: str) -> None:
    with pytest.raises(HeldRecord) as held:
        refuse_doubtful(doubtful, is_staff_of_accused=works_there)
    assert code == held.value.code


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(draft(title="路灯不亮"), id="nobody asks"),
        pytest.param(
            draft(title="测试站门口路灯不亮", requester=Person(name="测试乙")), id="a place called 测试"
        ),
        pytest.param(draft(title="路灯不亮", flags=("clock_suspect",)), id="another flag"),
    ],
)
def test_what_nothing_speaks_against_goes_on(sound: Draft) -> None:
    refuse_doubtful(sound, is_staff_of_accused=works_there)
