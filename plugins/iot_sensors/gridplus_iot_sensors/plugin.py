"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_iot_sensors.adapter import DECLARES, IotSensors, IotSensorsConfig
from gridplus_iot_sensors.simulator import SensorPlatform
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `iot_sensors`. Devices take no answers, and no commands of the hub's."""
    yield AdapterEntry(
        name="iot_sensors",
        title="物联感知平台",
        config=IotSensorsConfig,
        make=IotSensors,
        simulator=SensorPlatform,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
        owner="物联感知平台对接组",
    )
