"""What a plugin says aloud is heard, whichever way it says it, and reaches nobody else."""

import logging
import sys
import warnings

import pytest
import structlog

from hub.kit.overheard import overheard

LOG = structlog.get_logger("gridplus_lamps")


def test_every_way_to_speak_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    with overheard() as heard:
        LOG.info("lamp_dark", words="by structlog")
        logging.getLogger("gridplus_lamps").debug("by %s", "logging")
        print("by print")
        sys.stderr.write("by stderr\n")
        warnings.warn("by warning", stacklevel=1)
        try:
            int("by traceback")
        except ValueError:
            logging.getLogger("gridplus_lamps").exception("lost")
    for words in ("structlog", "logging", "print", "stderr", "warning", "traceback"):
        assert f"by {words}" in heard
    assert ("", "") == tuple(capsys.readouterr())


def test_what_libraries_whisper_is_not_kept_by_the_hub_either() -> None:
    with overheard() as heard:
        logging.getLogger("httpx").info("GET http://x/?key=1")
        logging.getLogger("httpx").warning("loud")
    assert "key=1" not in heard
    assert "loud" in heard


def test_behind_it_all_is_as_before() -> None:
    root = logging.getLogger()
    before = (root.level, root.handlers[:], list(structlog.get_config()["processors"]))
    with pytest.raises(RuntimeError), overheard():
        raise RuntimeError
    assert before == (root.level, root.handlers[:], structlog.get_config()["processors"])
