"""Settings of an installation as a whole. Read once, at the edge; each service's own stand in its settings.py."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.language import Language


class Settings(BaseSettings):
    """Knobs of the installation, from the environment (MEGDAN_…)."""

    model_config = SettingsConfigDict(env_prefix="MEGDAN_", frozen=True, extra="ignore")

    data: Path = Field(Path("megdan-data"), description="folder of an embedded installation's data")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="TCP port to listen on")
    bus_url: str = Field("embedded:", description="where the bus is: embedded:")
    store_url: str = Field("sqlite:", description="where the stores are: sqlite: (in the data folder)")
    log_level: str = Field("warning", pattern="^(debug|info|warning|error)$", description="least level of a log line")
    language: Language | None = Field(None, description="language of the command line: bg or en; else the locale's")
    erasures: Path | None = Field(None, description="file of the ledger of erasures; else beside the data folder")
    stop_s: int = Field(8, ge=1, le=600, description="seconds that requests have to end when it stops")
