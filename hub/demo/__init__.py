"""The demo: five simulated departments' systems, the hub, and departments that answer. Seeded throughout."""
