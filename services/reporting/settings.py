"""The knobs of the reporting service."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once, from the environment."""

    model_config = SettingsConfigDict(env_prefix="MEGDAN_REPORTING_", frozen=True)

    kept_evaluations: int = Field(
        32, ge=0, description="how many computed trees and histories are kept in memory until their plan moves"
    )
