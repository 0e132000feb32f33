"""Alarms of manhole covers, smoke detectors, doors and falling objects, as a district's IoT platform publishes them."""
