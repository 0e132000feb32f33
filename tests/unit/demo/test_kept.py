"""Bodies for one seed are made once; the second time nobody has to speak."""

from pathlib import Path

import pytest

from hub.demo.kept import kept


@pytest.mark.slow
def test_bodies_come_back_byte_for_byte_and_nobody_speaks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = kept(20, 3, tmp_path / "first")
    again = kept(20, 3, tmp_path / "second")
    assert sum(map(len, first.by_source.values())) > 0
    assert first == again
    assert not (tmp_path / "second").exists()
