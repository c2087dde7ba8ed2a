"""What the office sets: environment variables (or a .env file), checked all at once.

Nothing is required for web chat with SQLite. A secret may also come from a file: ``<NAME>_FILE``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = (
    "DATABASE_URL",
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_WEBHOOK_SECRET",
    "ZALO_BOT_TOKEN",
    "ZALO_BOT_WEBHOOK_SECRET",
    "ZALO_OA_APP_SECRET",
    "ZALO_OA_SECRET_KEY",
    "ZALO_OA_REFRESH_TOKEN",
)


class SettingsError(Exception):
    """Settings that cannot be used; ``problems`` has one Vietnamese line a mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """All settings with their defaults; the names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: AnyHttpUrl | None = None
    data_dir: Path = Path("data")
    database_url: SecretStr | None = None
    province: str = "Bắc Ninh"

    office_name: str = "Trợ lý Một Cửa"
    """Shown as the name of the page and of the assistant."""
    office_contact: str | None = None
    """Where people reach a person: address, telephone, hours, as the office wants it said."""

    telegram_bot_token: SecretStr | None = None
    telegram_api_base_url: AnyHttpUrl = AnyHttpUrl("https://api.telegram.org")
    telegram_webhook_secret: SecretStr | None = None
    telegram_proxy: str | None = None

    zalo_bot_token: SecretStr | None = None
    zalo_bot_api_base_url: AnyHttpUrl = AnyHttpUrl("https://bot-api.zaloplatforms.com")
    zalo_bot_webhook_secret: SecretStr | None = None

    zalo_oa_id: str | None = Field(default=None, pattern=r"^\d{5,30}$")
    zalo_oa_app_id: str | None = Field(default=None, pattern=r"^\d{5,30}$")
    zalo_oa_app_secret: SecretStr | None = None
    zalo_oa_secret_key: SecretStr | None = None
    """Signs the events of the Official Account."""
    zalo_oa_refresh_token: SecretStr | None = None
    """The first one; afterwards the database has the pair."""
    zalo_oa_lists: bool = False
    """Try to show choices as lists with buttons, which Zalo documents for its older API only."""
    zalo_oa_api_base_url: AnyHttpUrl = AnyHttpUrl("https://openapi.zalo.me")
    zalo_oauth_base_url: AnyHttpUrl = AnyHttpUrl("https://oauth.zaloapp.com")

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"\d{3,}:[\w-]{10,}", value.get_secret_value()):
            raise ValueError("phải có dạng 123456789:AbCd… do @BotFather cấp")
        return value

    @field_validator("zalo_bot_token")
    @classmethod
    def _looks_like_a_zalo_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"\d{3,}:\S{6,}", value.get_secret_value()):
            raise ValueError("phải có dạng 123456789:abc… do Zalo Bot Creator cấp")
        return value

    @field_validator("zalo_bot_webhook_secret")
    @classmethod
    def _zalo_secret_length(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not 8 <= len(value.get_secret_value()) <= 256:
            raise ValueError("phải có 8–256 ký tự")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret_alphabet(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"[\w-]{1,256}", value.get_secret_value(), re.ASCII):
            raise ValueError("chỉ gồm 1–256 chữ cái không dấu, chữ số, dấu _ và -")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(
            ("sqlite:", "postgresql:", "postgres:", "postgresql+asyncpg:")
        ):
            raise ValueError("phải bắt đầu bằng sqlite: hoặc postgresql:")
        return value

    @property
    def database(self) -> str:
        """The address of the database for SQLAlchemy, with its asynchronous driver."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'mot-cua.db'}"
        url = self.database_url.get_secret_value()
        url = re.sub(r"^postgres(ql)?:", "postgresql+asyncpg:", url)
        return re.sub(r"^sqlite:", "sqlite+aiosqlite:", url)

    @property
    def pushable(self) -> tuple[str, ...]:
        """Names of the configured channels that can write to a person first."""
        set_up = {
            "zalo-oa": self.zalo_oa_id,
            "zalo-bot": self.zalo_bot_token,
            "telegram": self.telegram_bot_token,
        }
        return tuple(name for name, value in set_up.items() if value)

    @property
    def page_url(self) -> str:
        """Where people open the chat page."""
        return str(self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def _from_files(environment: Mapping[str, str | None], problems: list[str]) -> dict[str, str]:
    """Read the secrets that come as ``<NAME>_FILE``; a missing file is a mistake, never a silent default."""
    values: dict[str, str] = {}
    for name in SECRETS:
        path = environment.get(f"{name}_FILE")
        if not path:
            continue
        if environment.get(name):
            problems.append(f"{name} và {name}_FILE: chỉ đặt một trong hai.")
            continue
        try:
            values[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{name}_FILE: không đọc được tệp bí mật ({type(error).__name__}).")
    return values


def _in_vietnamese(error: Any) -> str:
    name = str(error["loc"][0]).upper() if error["loc"] else "CẤU HÌNH"
    reasons = {
        "int_parsing": "phải là một số nguyên",
        "greater_than_equal": "quá nhỏ (cổng mạng từ 0 đến 65535)",
        "less_than_equal": "quá lớn (cổng mạng từ 0 đến 65535)",
        "url_parsing": "phải là địa chỉ dạng https://ten-mien",
        "string_pattern_mismatch": "phải là dãy số do Zalo cấp",
        "url_scheme": "phải bắt đầu bằng http:// hoặc https://",
        "value_error": str(error.get("ctx", {}).get("error", "")),
    }
    return f"{name}: {reasons.get(error['type'], 'giá trị không hợp lệ')}."


def load() -> Settings:
    """Read the settings. Raises SettingsError with every mistake at once; values of secrets are never repeated."""
    problems: list[str] = []
    from_files = _from_files({**dotenv_values(".env"), **os.environ}, problems)
    try:
        settings = Settings(**from_files)  # type: ignore[arg-type]
    except ValidationError as error:
        problems += [_in_vietnamese(e) for e in error.errors(include_input=False)]
    else:
        problems += _unfinished(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def _unfinished(settings: Settings) -> list[str]:
    """An Official Account needs all of its settings; with some of them it would take messages and answer none."""
    needed = ("zalo_oa_id", "zalo_oa_app_id", "zalo_oa_app_secret", "zalo_oa_secret_key")
    missing = [name.upper() for name in needed if getattr(settings, name) is None]
    if not missing or len(missing) == len(needed):
        return []
    return [f"{', '.join(missing)}: còn thiếu; Zalo OA cần đủ {', '.join(name.upper() for name in needed)}."]
