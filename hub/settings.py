"""Settings, read once at the edge: defaults < `gridplus.toml` < environment `GRIDPLUS_…` < flags.

Nothing deeper than `hub.cli` and `hub.run` sees this type; rooms get plain values.
"""

from collections.abc import Mapping
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import orjson
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from hub.errors import FixSettings
from hub.messages.text import Language


class Settings(BaseSettings):
    """Everything a process of the hub may be told. Times in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix="GRIDPLUS_", toml_file="gridplus.toml", extra="forbid")

    home: Path = Field(
        Path(".gridplus"), description="Directory of the embedded store, keys and adapters' small state."
    )
    store: str = Field("", description="SQLAlchemy URL of the store; empty: SQLite in `home`.")
    store_password_file: Path | None = Field(
        None,
        description="File with the password of PostgreSQL, in place of one in `store`; read again at every connection.",
    )
    bus: str = Field("embedded", description="`embedded`, or `kafka://host:port[,host:port]`.")
    kafka_security: dict[str, Any] = Field(
        default_factory=dict, description="kafka-python arguments for SASL and TLS."
    )
    kafka_accounts: Path | None = Field(
        None,
        description="File of the workers' passwords, as `gridplus broker setup --file` writes it; each worker then "
        "has an account of its own. Read again at every connection.",
    )
    kafka_plaintext_ok: bool = Field(
        False, description="Speak to Kafka on another machine without TLS; refused otherwise."
    )
    kafka_replication: int = Field(1, ge=1, description="Replication factor of new topics.")
    kafka_session_timeout_s: float = Field(
        45.0, gt=0, description="How long a silent consumer keeps its partitions."
    )
    kafka_prefix: str = Field(
        "",
        pattern=r"^[a-z0-9.-]*$",
        description="Put before topics and groups, so that several hubs share a cluster.",
    )
    events_partitions: int = Field(
        8, ge=1, description="Partitions of `grid.events`; casework scales up to this many."
    )
    pack: Path | None = Field(None, description="Directory of the pack; empty: the demo pack.")
    keys: Path | None = Field(
        None, description="File of the master keys; empty: `home`/keys.toml, made at first start."
    )
    cipher: str = Field(
        "aes",
        pattern="^(aes|sm4)$",
        description="Cipher of the vault: `aes` (AES-256-GCM) or `sm4` (SM4-GCM).",
    )
    digest: str = Field(
        "sha256", pattern="^(sha256|sm3)$", description="Digests of dossiers: `sha256` or `sm3`."
    )
    anchors: Path | None = Field(
        None,
        description="Directory outside of the database's machine where heads of dossiers are written, signed; "
        "empty: what is cut off a dossier in the database is never found.",
    )
    anchor_every_s: float = Field(300.0, gt=0, description="How often heads of dossiers are anchored.")
    chromium: str = Field(
        "chromium", description="Program that prints a dossier's page as PDF; empty or not there: no PDF."
    )
    language: Language = Field(Language.ZH, description="Language of messages: `zh` or `en`.")
    host: str = Field("127.0.0.1", description="Address that the web worker listens on.")
    port: int = Field(8480, ge=0, le=65535, description="Port of the web worker; the next free one if taken.")
    health_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of `/healthz`, `/readyz` and `/metrics` in a process without the web worker; 0: none.",
    )
    tls_cert: Path | None = Field(
        None, description="Certificate chain (PEM) of the web worker; with `tls_key` it speaks HTTPS."
    )
    tls_key: Path | None = Field(None, description="Private key (PEM) of that certificate.")
    behind_proxy: bool = Field(
        False,
        description="A proxy speaks TLS for the web worker: it may listen in plain text beyond loopback.",
    )
    figures_without_key: bool = Field(
        False,
        description="Show the page and `/account` to anybody; refused unless `host` is loopback. The demo's.",
    )
    demo: bool = Field(
        False,
        description="Accounts that the sign-in page offers to anybody; refused unless `host` is loopback and the store a "
        "demo's. `gridplus demo` sets it.",
    )
    oidc_issuer: str = Field(
        "",
        description="Issuer of the identity provider that people may sign in at (OpenID Connect); empty: none.",
    )
    oidc_client_id: str = Field("", description="How the provider knows this hub.")
    oidc_secret_file: Path | None = Field(
        None,
        description="File with this hub's secret there; read at each use. None: a client without a secret.",
    )
    tls_client_ca: Path | None = Field(
        None,
        description="Certificates (PEM) of who issues certificates to callers; callers may then come with one in place "
        "of a key, see `gridplus keys certify`.",
    )
    map_tiles: str = Field(
        "",
        description="Base map under the district's own: a URL with `{z}`, `{x}` and `{y}` (XYZ, WMTS), which the hub alone "
        "asks, or a PMTiles file of pictures; empty: roads, waters and names of the pack.",
    )
    map_credit: str = Field(
        "", description="What has to stand on that base map: whose it is, and its approval."
    )
    public_url: str = Field("", description="Where sources reach this hub; empty: http://host:port.")
    sources: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Configuration of each source's adapter; secrets belong here."
    )
    plugins_inside: list[str] = Field(
        default_factory=list,
        description="Plugins that are not shipped with the hub and run inside its process all the same, by name.",
    )
    plugin_user: str = Field(
        "",
        description="User of the machine as whom such a plugin's own process runs, where the hub starts as root; "
        "empty: as the hub.",
    )
    plugin_memory_mb: int = Field(1024, ge=64, description="Address space of such a process at most, MiB.")
    sources_dir: Path | None = Field(
        None,
        description="Directory with one `<source>.json` a source, added to `sources`; as secrets are mounted.",
    )
    batch: int = Field(500, ge=1, le=500, description="Records or events a step.")
    waiting_limit: int = Field(
        50_000,
        ge=1,
        description="Records of one source without a fate at which it has to wait: pages are not read, pushes get 503.",
    )
    poll_s: float = Field(2.0, gt=0, description="Pause between two looks at a source that has nothing new.")
    lease_s: float = Field(15.0, gt=0, description="How long a worker that died keeps its sources.")
    body_limit: int = Field(20_000_000, gt=0, description="Largest body of one record.")
    clock_start: str = Field("", description="Scenario clock: ISO start moment; empty: the machine's clock.")
    clock_speed: float = Field(1.0, gt=0, description="Scenario clock: seconds a second.")
    clock_origin: float | None = Field(
        None, description="Scenario clock: monotonic time of its start, shared by processes."
    )
    webhooks: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="Department → `url` of its webhook, and `secret` or `secret_file`, read at each call.",
    )
    webhook_networks: list[str] = Field(
        default_factory=list,
        description="Networks of our own that webhooks may lie in, as `10.1.0.0/16`; elsewhere only public addresses "
        "are called.",
    )
    channels: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Configuration of each channel of the pack's rosters by which duty phones are called; secrets belong here.",
    )
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="Least level that is logged."
    )
    api_keys: dict[str, SecretStr] = Field(
        default_factory=dict, description="Department → key, registered (hashed) at start."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags before environment before file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def store_url(self) -> str:
        """The store's URL, with the embedded default and the file of its password filled in.

        Raises FixSettings C101 where there is such a file and no PostgreSQL, or a password in the URL beside it.
        """
        url = self.store or f"sqlite:///{(self.home / 'gridplus.db').resolve()}"
        return url if self.store_password_file is None else with_password_file(url, self.store_password_file)

    @property
    def own_url(self) -> str:
        """Where the web worker answers on this machine."""
        return f"{'https' if self.tls_cert else 'http'}://{self.host}:{self.port}"

    @property
    def keys_file(self) -> Path:
        """The master keys' file, with the default filled in."""
        return self.keys or self.home / "keys.toml"


PASSWORD_FILE: Final = "gridplus_password_file"  # noqa: S105 a name
"""Parameter of the store's URL: ours, and never the database's."""


def with_password_file(url: str, file: Path) -> str:
    """`url` with the file of its password as one more parameter. Raises FixSettings C101."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgresql") or ":" in parts.netloc.rpartition("@")[0]:
        raise FixSettings("C101", name="store, store_password_file")
    query = "&".join(p for p in (parts.query, urlencode({PASSWORD_FILE: str(file.absolute())})) if p)
    return urlunsplit(parts._replace(query=query))


class _Apart(Settings):
    """Of a hub that no installation knows of."""

    model_config = SettingsConfigDict(toml_file=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags alone."""
        return (init_settings,)


def read(**flags: Any) -> Settings:
    """The settings of this process; `flags` that are None do not count. Raises FixSettings, naming the setting."""
    return _made(Settings, flags)


def apart(**flags: Any) -> Settings:
    """The settings of a hub that is made to be thrown away, as the demo's: `flags` and defaults. What an installation is
    told, its anchors, keys and systems, is none of its business: neither `gridplus.toml` nor the environment is read."""
    return _made(_Apart, flags)


def _made(kind: type[Settings], flags: Mapping[str, Any]) -> Settings:
    try:
        settings = kind(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        names = ", ".join(".".join(str(p) for p in one["loc"]) for one in error.errors())
        raise FixSettings("C101", name=names) from None
    except (
        SettingsError,
        TOMLDecodeError,
    ):  # an environment variable that is no JSON; a file that is no TOML
        raise FixSettings("C101", name="GRIDPLUS_… | gridplus.toml") from None
    settings.sources = {**_mounted(settings.sources_dir), **settings.sources}
    return settings


def _mounted(place: Path | None) -> dict[str, dict[str, Any]]:
    """Source → configuration, of the files in `place`; raises FixSettings C101, naming the file and nothing of it."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(place.glob("*.json")) if place else []:
        try:
            found[file.stem] = dict(orjson.loads(file.read_bytes()))
        except (OSError, ValueError, TypeError):
            raise FixSettings("C101", name=str(file)) from None
    return found
