"""The urban-management platform, to play with: an exchange service over SOAP 1.1 and a read-only view."""

from gridplus_urban_management.simulator.platform import FAILURES, ONLY_SERVICE, ONLY_VIEW, UrbanPlatform

__all__ = ["FAILURES", "ONLY_SERVICE", "ONLY_VIEW", "UrbanPlatform"]
