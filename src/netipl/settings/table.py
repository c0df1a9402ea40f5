"""What all tables of the settings file have in common."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the file: a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
