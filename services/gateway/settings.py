"""Every knob of the gateway. Read once, at the edge, from the environment: MEGDAN_GATEWAY_<NAME>."""

import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

import orjson
from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network


def _listed(given: object) -> object:
    """Networks come from the environment with commas between, or as a JSON list."""
    if not isinstance(given, str):
        return given
    return orjson.loads(given) if given.startswith("[") else [part.strip() for part in given.split(",") if part.strip()]


Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_listed)]
LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "megdan"


class Settings(BaseSettings):
    """What an installation may set about its only door."""

    model_config = SettingsConfigDict(env_prefix="MEGDAN_GATEWAY_", frozen=True)

    municipality_bg: str = Field("Община", description="whose square this is, in Bulgarian; stands under the name")
    municipality_en: str | None = Field("Municipality", description="the same in English")
    hero: Path | None = Field(None, description="SVG file with the picture of the home page; else paving stones")
    phone: str | None = Field(None, description="where to call for help, as it is written")
    mail: str | None = Field(None, description="where to write for help")
    time_zone: str = Field("Europe/Sofia", description="time zone in which pages show times")
    cache: Path = Field(default_factory=_cache_folder, description="folder for files that can be made again")

    trusted_proxies: Networks = Field(
        (), description="networks of the proxies before us; only theirs X-Forwarded-For and X-Forwarded-Proto count"
    )
    metrics_networks: Networks = Field(LOOPBACK, description="networks that may read /metrics")

    session_idle_s: int = Field(12 * 3600, gt=0, description="seconds after which an unused session ends")
    session_longest_s: int = Field(7 * 86400, gt=0, description="seconds after which any session ends")
    token_days: int = Field(30, gt=0, le=366, description="days for which a bearer token holds if nothing is said")
    setup_link_s: int = Field(24 * 3600, gt=0, description="seconds for which the first administrator's link holds")

    password_memory_kib: int = Field(64 * 1024, ge=8, description="KiB of memory that hashing one password takes")
    password_rounds: int = Field(3, ge=1, description="passes over that memory")
    passwords_at_once: int = Field(4, ge=1, le=64, description="passwords hashed side by side, in threads")
    passwords_waiting: int = Field(
        64, ge=0, description="sign-ins that may wait for that; the rest is told to come later"
    )

    free_failures: int = Field(5, ge=1, description="wrong passwords for one account from one client before it slows")
    slowest_s: int = Field(60, ge=1, description="longest pause in seconds between further attempts")
    signins_per_client: int = Field(60, ge=1, description="wrong passwords of one client in ten minutes, all accounts")
    writes_per_client: int = Field(
        6000, ge=1, description="writes of one client in a minute; many phones may share an address"
    )

    body_bytes: int = Field(1_000_000, gt=0, description="bytes that a request's body may have")
    import_bytes: int = Field(20_000_000, gt=0, description="bytes that an imported file may have")
    body_s: float = Field(20.0, gt=0, description="seconds in which a body has to arrive")
    import_s: float = Field(300.0, gt=0, description="seconds in which an imported file has to arrive")
    url_bytes: int = Field(8 * 1024, gt=0, description="bytes that path and query may have together")
    header_bytes: int = Field(32 * 1024, gt=0, description="bytes that all headers may have together")
    requests_at_once: int = Field(128, gt=0, description="requests handled at once")
    requests_waiting: int = Field(512, ge=0, description="requests that wait for that; the rest is told to come later")
    longest_wait_s: float = Field(2.0, gt=0, description="seconds that a request waits for that at most")
    requests_per_client: int = Field(256, gt=0, description="of both, requests of one client")
    bodies_arriving: int = Field(2048, gt=0, description="requests at once whose small body is not whole yet")
    uploads_at_once: int = Field(64, gt=0, description="requests at once with a body over 32 KiB or of unknown length")

    live_streams: int = Field(2000, gt=0, description="live connections at once")
    live_per_client: int = Field(500, gt=0, description="of these, connections of one client")
    live_heartbeat_s: float = Field(15.0, gt=0, description="seconds between signs of life on a quiet connection")
    live_recheck_s: float = Field(0.5, gt=0, description="seconds between looks whether listeners may still listen")
    live_pause_s: float = Field(
        1.0, gt=0, description="least seconds between two notices of one thing; more where thousands listen"
    )
