"""Tests of the conformance kit: every check is failed by an adapter that does what it forbids."""
