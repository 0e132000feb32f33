"""A real Kafka, a real PostgreSQL and a real Mosquitto on this machine, without a container engine.

For connected tests, drills and `gridplus bench`: loopback only, own directory, own ports, stopped by
whoever started them. Kafka's jars come from Maven Central by Maven; PostgreSQL and Mosquitto from the distribution.
"""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.clock import SystemClock
from hub.errors import FixSettings

KAFKA_VERSION: Final = "4.3.1"
_POM: Final = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>gridplus</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""
POSTGRESQL: Final = (
    "max_connections=200",
    "shared_buffers=512MB",
    "wal_buffers=16MB",
    "max_wal_size=4GB",
    "checkpoint_timeout=15min",  # after each, every page that changes goes whole into the log once
    "default_toast_compression=lz4",  # long texts, for less time than the default takes
    "jit=off",  # compiling a statement takes longer than running ours
    "max_parallel_workers_per_gather=0",  # the cores are the workers'
)
"""What docs/operate.md recommends of PostgreSQL, for a machine as small as this; nothing of it weakens durability."""
BYTEWISE: Final = ("--lc-collate=C", "--encoding=UTF8")
"""Ids are compared as bytes, which costs less than a language's rules; nobody reads them in their order."""
_START_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: where, and the process that can be signalled in drills."""

    address: str
    process: "subprocess.Popen[bytes]"


BROKER_ADMIN: Final = "admin"
"""The super user of a broker that was started with a password."""


def cache_dir() -> Path:
    """Where large things made at first use live: `$XDG_CACHE_HOME/gridplus`, else `~/.cache/gridplus`."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "gridplus"


def missing() -> list[str]:
    """What this machine lacks for local servers, in words; empty where nothing is missing."""
    lacks = ["PostgreSQL server (package postgresql)"] if _pg_bin() is None else []
    return lacks + missing_for_kafka()


def missing_for_kafka() -> list[str]:
    """The same for a broker alone."""
    lacks: list[str] = []
    if shutil.which("java") is None:
        lacks.append("Java 17 or newer (package default-jre-headless)")
    if not _jars().is_dir() and shutil.which("mvn") is None:
        lacks.append("Maven (package maven)")
    return lacks


def missing_for_mqtt() -> list[str]:
    """The same for an MQTT broker."""
    return [] if _mosquitto() else ["Mosquitto (package mosquitto)"]


def _mosquitto() -> str | None:
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")


def _pg_bin() -> Path | None:
    """The newest PostgreSQL's own programs: Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _jars() -> Path:
    return cache_dir() / f"kafka-{KAFKA_VERSION}"


def fetch_kafka() -> Path:
    """The directory of Kafka's jars, fetched at first use. Raises FixSettings where Maven fails."""
    jars = _jars()
    if jars.is_dir():
        return jars
    if shutil.which("mvn") is None:
        raise FixSettings("C108", what="Maven")
    work = jars.with_name(f"{jars.name}.{os.getpid()}")
    work.mkdir(parents=True)
    (work / "pom.xml").write_text(_POM)
    done = subprocess.run(
        [
            "mvn",
            "-q",
            "-B",
            "-f",
            str(work / "pom.xml"),
            "dependency:copy-dependencies",
            f"-DoutputDirectory={work}/libs",
        ],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        shutil.rmtree(work)
        raise FixSettings("C108", what="Kafka")
    try:
        (work / "libs").rename(jars)
    except OSError:  # another process was faster; its jars are the same
        if not jars.is_dir():
            raise
    shutil.rmtree(work)
    return jars


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def kafka(place: Path, *, session_timeout_ms: int = 6_000, password: str = "") -> Iterator[Running]:
    """One Apache Kafka broker in `place`; groups may use sessions as short as `session_timeout_ms`.

    With a `password` it knows its callers by SCRAM and lets nobody do what no access list says; `BROKER_ADMIN`
    has that password and may do everything.
    """
    jars = fetch_kafka()
    place.mkdir(parents=True, exist_ok=True)
    port, control = free_port(), free_port()
    config = place / "server.properties"
    settings = _kafka_config(place, port, control, session_timeout_ms)
    settings |= _guarded(password) if password else {}
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    java = ["java", "-Xmx512m", "-cp", f"{jars}/*", "-Dkafka.logs.dir=" + str(place)]
    format_ = [*java, "kafka.tools.StorageTool", "format", "-t", "Z3JpZHBsdXMtbG9jYWwtMQ", "-c", str(config)]
    if password:
        format_ += ["--add-scram", f"SCRAM-SHA-512=[name={BROKER_ADMIN},password={password}]"]
    subprocess.run(format_, check=True, capture_output=True)
    process = _spawn([*java, "kafka.Kafka", str(config)], place / "kafka.out")
    try:
        _wait_for(port, process)
        yield Running(f"127.0.0.1:{port}", process)
    finally:
        _stop(process)


def _kafka_config(place: Path, port: int, control: int, session_timeout_ms: int) -> dict[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{control}",
        "listeners": f"CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{control}",
        "advertised.listeners": f"CLIENTS://127.0.0.1:{port}",
        "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(place / "data"),
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": str(min(session_timeout_ms, 1000)),
        "auto.create.topics.enable": "false",
        "log.cleaner.dedupe.buffer.size": "16777216",
    }


def _guarded(password: str) -> dict[str, str]:
    """What makes a broker ask who calls, and refuse what no access list says.

    The controller's listener takes PLAIN: SCRAM credentials lie in what it keeps, so it cannot be asked by them.
    """
    login = f'required username="{BROKER_ADMIN}" password="{password}"'
    of = "org.apache.kafka.common.security"
    return {
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.clients.scram-sha-512.sasl.jaas.config": f"{of}.scram.ScramLoginModule {login};",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": (
            f'{of}.plain.PlainLoginModule {login} user_{BROKER_ADMIN}="{password}";'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{BROKER_ADMIN}",
        "allow.everyone.if.no.acl.found": "false",
    }


@contextmanager
def mosquitto(place: Path, *, user: str, password: str) -> Iterator[Running]:
    """One Mosquitto in `place` that lets in `user` alone; the address is `mqtt://…`. It keeps nothing on disk."""
    program = _mosquitto()
    if program is None:
        raise FixSettings("C108", what="Mosquitto")
    place.mkdir(parents=True, exist_ok=True)
    port, accounts, config = free_port(), place / "accounts", place / "mosquitto.conf"
    accounts.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", accounts, user, password], check=True, capture_output=True)
    lines = (f"listener {port} 127.0.0.1", "allow_anonymous false", f"password_file {accounts}")
    config.write_text(
        "\n".join((*lines, "persistence false", "user root" if os.geteuid() == 0 else "")) + "\n"
    )
    process = _spawn([program, "-c", str(config)], place / "mosquitto.out")
    try:
        _wait_for(port, process)
        yield Running(f"mqtt://127.0.0.1:{port}", process)
    finally:
        _stop(process)


@contextmanager
def postgresql(place: Path) -> Iterator[Running]:
    """One PostgreSQL in `place`; the address is a SQLAlchemy URL of an empty database."""
    bin_ = _pg_bin()
    if bin_ is None:
        raise FixSettings("C108", what="PostgreSQL")
    place.mkdir(parents=True, exist_ok=True)
    user = _unprivileged(place)
    port = free_port()
    data = place / "data"
    subprocess.run(
        [bin_ / "initdb", "-D", data, "-U", "gridplus", "--auth=trust", "--locale=C.UTF-8", *BYTEWISE],
        check=True,
        capture_output=True,
        user=user,
        cwd=place,
    )
    command: list[str | Path] = [
        bin_ / "postgres",
        "-D",
        data,
        "-p",
        str(port),
        "-h",
        "127.0.0.1",
        "-k",
        place,
    ]
    for setting in POSTGRESQL:
        command += ["-c", setting]
    process = _spawn([str(part) for part in command], place / "postgresql.out", user=user)
    try:
        _wait_for(port, process)
        _create_database(bin_, port, user)
        yield Running(f"postgresql+psycopg://gridplus@127.0.0.1:{port}/gridplus", process)
    finally:
        _stop(process, signal.SIGINT)


def _create_database(bin_: Path, port: int, user: str | None) -> None:
    """Asks until the server takes connections: its port opens a moment earlier."""
    wall = SystemClock()
    command: list[str | Path] = [bin_ / "createdb", "-h", "127.0.0.1", "-p", str(port)]
    command += ["-U", "gridplus", "gridplus"]
    for _ in range(100):
        if subprocess.run(command, check=False, capture_output=True, user=user, cwd="/").returncode == 0:
            return
        wall.pause(0.1)
    raise FixSettings("C104")


def _unprivileged(place: Path) -> str | None:
    """PostgreSQL refuses root: as root, a user without rights gets the directory."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            shutil.chown(place, name)
        except LookupError:
            continue
        for above in place.parents:  # the user must be able to walk there
            if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001 and above != Path("/root"):
                above.chmod(above.stat().st_mode | 0o011)
        return name
    raise FixSettings("C108", what="PostgreSQL")


def _spawn(command: Sequence[str], output: Path, *, user: str | None = None) -> "subprocess.Popen[bytes]":
    with output.open("wb") as out:
        return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, user=user, cwd=output.parent)


def listens(port: int) -> bool:
    """Whether somebody takes connections at this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    wall = SystemClock()
    waited = 0.0
    while waited < _START_S and process.poll() is None:
        if listens(port):
            return
        wall.pause(0.05)
        waited += 0.05
    raise FixSettings("C109")


def _stop(process: "subprocess.Popen[bytes]", how: signal.Signals = signal.SIGTERM) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)


if __name__ == "__main__":  # tools/setup.sh: fetches Kafka's jars ahead of the first connected test
    fetch_kafka()
