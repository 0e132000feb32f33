"""The hotline's platform, to play with: speaks the same signed REST to both sides, on 127.0.0.1."""

from gridplus_hotline_12345.simulator.platform import FAILURES, ONLY_PUSHED, HotlineSystem

__all__ = ["FAILURES", "ONLY_PUSHED", "HotlineSystem"]
