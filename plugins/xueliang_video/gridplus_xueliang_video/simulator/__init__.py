"""The video platform with its 28181 gateway, to play with, on 127.0.0.1."""

from gridplus_xueliang_video.simulator.platform import FAILURES, VideoPlatform

__all__ = ["FAILURES", "VideoPlatform"]
