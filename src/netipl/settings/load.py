"""Reads the settings file and the environment over it. Everything wrong in them is said at once, in one UsageError."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from netipl.errors import UnavailableError, UsageError
from netipl.settings.agreement import disagreements
from netipl.settings.keys import File
from netipl.settings.problems import NESTED, PREFIX, found_by_pydantic, refusal
from netipl.settings.settings import Settings

DEFAULT_PATH = Path("/etc/netipl/netipl.toml")


class Read(BaseSettings, File):
    """The file that `toml_file` names, and over it the environment: NETIPL_TFTP__PORT is `port` in `[tftp]`.

    A variable without a key is no setting: NETIPL_API tells the command line where the API is.
    """

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter=NESTED, arbitrary_types_allowed=True
    )

    @classmethod
    def settings_customise_sources(  # the signature is pydantic's
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file; nothing else is read."""
        assert isinstance(env_settings, EnvSettingsSource)
        env_settings.env_vars = {name: text for name, text in env_settings.env_vars.items() if NESTED in name}
        return env_settings, TomlConfigSettingsSource(settings_cls)


def load(path: Path) -> Settings:
    """The settings of `path`, read anew each time. Raises UsageError, and UnavailableError if it is not there."""
    _check_readable(path)

    class ThisFile(Read):
        model_config = SettingsConfigDict(toml_file=path)

    return _settings(path, ThisFile)


def read(text: str, path: Path) -> Settings:
    """What `path` would say with that text in it; the environment is left out. Raises UsageError."""
    return _settings(path, lambda: File.model_validate(tomllib.loads(text)))


def _settings(path: Path, make: Callable[[], File]) -> Settings:
    try:
        file = make()
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no TOML: {error}", remedy="correct that line; see https://toml.io") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no UTF-8 text", remedy="save it as UTF-8") from error
    except ValidationError as error:
        raise refusal(path, found_by_pydantic(error)) from error
    except SettingsError as error:
        raise UsageError(f"the environment: {error}", remedy=f"write lists in {PREFIX}... as JSON") from error
    if problems := disagreements(file, path.parent.absolute()):
        raise refusal(path, problems)
    return Settings(path=path, file=file)


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        remedy = (
            "`netipl network enable NETWORK --server netipl` writes it for a network of libvirt; or name another with "
            "--config, or begin with the example, packaging/netipl.toml"
        )
        raise UnavailableError(f"{path}: {error.strerror}", remedy=remedy) from error
