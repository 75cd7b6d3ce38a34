"""Every knob of the surveys service."""

from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Knobs of the surveys service, from the environment (MEGDAN_SURVEYS_…)."""

    model_config = SettingsConfigDict(env_prefix="MEGDAN_SURVEYS_", frozen=True)

    step: int = Field(5, ge=3, le=100, description="responses by which public figures move, and the least behind one")
    base: int = Field(30, ge=10, le=1000, description="answers below which an open survey shows the public no figures")
    timezone: str = Field("Europe/Sofia", description="IANA time zone in which the municipality's days begin")
    due_every_s: float = Field(2.0, gt=0, le=3600, description="seconds between looks for what is to open or close")
    drafts_every_s: float = Field(3600.0, gt=0, le=86400, description="seconds between sweeps of expired drafts")
    survey_kept_s: float = Field(2.0, ge=0, le=8, description="seconds for which a process trusts a survey it has read")
    import_at_once: int = Field(100, ge=1, le=1000, description="responses of an import that are written side by side")

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError) as fault:
            raise ValueError(
                f"{name} is no time zone known on this machine; install tzdata, or name another"
            ) from fault
        return name
