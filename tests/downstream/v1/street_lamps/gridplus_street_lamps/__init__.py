"""Grid+ plugin: monitoring of street lamps (路灯监控). The example of `docs/engineers.md`."""
