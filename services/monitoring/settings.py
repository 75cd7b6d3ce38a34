"""The knobs of the monitoring service."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once, from the environment."""

    model_config = SettingsConfigDict(env_prefix="MEGDAN_MONITORING_", frozen=True)

    stale_sweep_s: float = Field(60.0, gt=0, description="seconds between two looks for values that grew too old")
    import_sweep_s: float = Field(60.0, gt=0, description="seconds between two looks for imports that were cut off")
