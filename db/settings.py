"""Where the data is, which site is asked, and how patiently: every setting of the program, once.

A value comes from the first of these that has it: the caller, the environment (``ICE_AGREEMENTS_<NAME>``), the TOML
file that ``ICE_AGREEMENTS_CONFIG`` names, the default below.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from db.settings_desk import DeskSettings

CONFIG_VARIABLE = "ICE_AGREEMENTS_CONFIG"


class Settings(DeskSettings):
    """Every setting holds a checked value; a name that is not a setting is refused in the TOML file."""

    model_config = SettingsConfigDict(env_prefix="ICE_AGREEMENTS_", extra="forbid", frozen=True)

    home: Path = Field(default=Path("data"), description="Directory that holds the database and the archive.")

    source_url: str = Field(
        default="https://www.ice.gov/identify-and-arrest/287g",
        pattern=r"^https?://",
        description="Landing page that links the lists.",
    )
    user_agent: str = Field(
        default="",
        description="User-Agent sent with every request; empty means 'ice-agreements/<version> (+<contact_url>)'.",
    )
    contact_url: str = Field(
        default="https://example.org/ice-agreements",
        description="Address in the User-Agent where the site's operators can reach whoever runs this.",
    )
    crawl_delay_seconds: float = Field(
        default=5.0, ge=0, description="Least wait between two requests to the source, in seconds."
    )
    request_timeout_seconds: float = Field(
        default=60.0, gt=0, description="Longest a single request may take, body included, in seconds."
    )
    crawl_timeout_seconds: float = Field(
        default=600.0, gt=0, description="Longest a whole pass may take, retries included, in seconds."
    )
    max_list_bytes: int = Field(
        default=20_000_000, gt=0, description="Largest body taken from the source, in bytes as sent."
    )
    max_unpacked_bytes: int = Field(
        default=200_000_000, gt=0, description="Largest size a compressed body or workbook may unpack to, in bytes."
    )
    max_tries: int = Field(default=3, ge=1, description="Tries for one address within a pass, the first included.")
    backoff_seconds: float = Field(
        default=10.0, ge=0, description="Wait before the second try, in seconds; doubled before each later one."
    )
    confirm_after_hours: float = Field(
        default=48.0, gt=0,
        description="An ending is confirmed by the next list, or when ICE still serves the same list this much later.",
    )  # fmt: skip

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The caller is asked first, then the environment, then the TOML file when one is named."""
        sources: list[Any] = [init_settings, env_settings]
        config = os.environ.get(CONFIG_VARIABLE)
        if config:
            # pydantic-settings passes over a missing file in silence; a named file that is not there is a mistake.
            if not Path(config).is_file():
                raise FileNotFoundError(f"{CONFIG_VARIABLE} names {config}, which is not a file")
            sources.append(TomlConfigSettingsSource(settings_cls, toml_file=Path(config)))
        return tuple(sources)
