"""Corrections as they are written down: a JSON file, validated, each with who made it, when and why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from maskanyone import documents
from maskanyone.data import Kind
from maskanyone.errors import BadEdits

_MOST_BYTES = 16 << 20
_MOST_FRAMES = 2**31
_SEE = "See docs/edits.md"

_Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[0-9A-Za-z.-]*$")]
_Pixel = Annotated[float, Field(strict=True, ge=-1e6, le=1e6, allow_inf_nan=False)]


def _no_number(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("datetime_type", "no date and time")
    return value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Moment(_Part):
    """One frame, by its number or by the time at which it is shown, as the report tells both."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["frame"]}, {"required": ["s"]}]})

    frame: int | None = Field(None, strict=True, ge=0, lt=_MOST_FRAMES, description="Frames count from 0.")
    s: float | None = Field(
        None, strict=True, ge=-1e9, le=1e9, allow_inf_nan=False, description="Seconds, as a player of the recording."
    )

    @model_validator(mode="after")
    def _one(self) -> Moment:
        if (self.frame is None) == (self.s is None):
            raise ValueError("must name either a frame or s, its time in seconds")
        return self


class Key(Moment):
    """A box in one frame."""

    box: tuple[_Pixel, _Pixel, _Pixel, _Pixel] = Field(description="x1, y1, x2, y2 in px of the upright picture.")

    @model_validator(mode="after")
    def _sides(self) -> Key:
        x1, y1, x2, y2 = self.box
        if not (x1 < x2 and y1 < y2):
            raise ValueError("box must have its left before its right and its top above its bottom")
        return self


class Named(_Part):
    """A track, by its id in the report; ``at`` says where it is, should its id be another by now."""

    track: _Name
    at: Key | None = None


class _Edit(_Part):
    author: str = Field(min_length=1, max_length=200, description="Who decided it.")
    time: Annotated[AwareDatetime, BeforeValidator(_no_number)] = Field(description="When, with the zone.")
    reason: str = Field("", max_length=2000, description="Why.")


_Keys = Annotated[tuple[Key, ...], Field(min_length=1)]


class Add(_Edit):
    """Hide a box from its first to its last key, straight between them."""

    do: Literal["add"] = "add"
    kind: Kind = "face"
    keys: _Keys


class Move(Named, _Edit):
    """Put a track's boxes elsewhere from the first to the last key."""

    do: Literal["move"] = "move"
    keys: _Keys


class Delete(Named, _Edit):
    """Hide a track no longer, in all of its frames or in some."""

    do: Literal["delete"] = "delete"
    from_: Moment | None = Field(None, alias="from", description="First frame; the track's first where left out.")
    to: Moment | None = Field(None, description="Last frame; the track's last where left out.")


class Split(Named, _Edit):
    """Make two tracks of one."""

    do: Literal["split"] = "split"
    from_: Moment = Field(alias="from", description="The later track's first frame.")


class Join(_Edit):
    """Make one track of several, hidden between them too."""

    do: Literal["join"] = "join"
    tracks: tuple[Named, ...] = Field(min_length=2)


Edit: TypeAlias = Annotated[Add | Move | Delete | Split | Join, Field(discriminator="do")]


class Edits(_Part):
    """Corrections of one recording, in the order in which they are made. recording: its SHA-256, to be sure."""

    format: Literal[1] = 1
    recording: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    edits: tuple[Edit, ...] = ()

    _subject: str = PrivateAttr("edits")

    @property
    def subject(self) -> str:
        """What sentences call them: their file."""
        return self._subject

    @staticmethod
    def load(path: Path | str) -> Edits:
        """Read them from a JSON file; raises ``BadEdits``."""
        return Edits.parse(documents.read(Path(path), _MOST_BYTES, BadEdits, "corrections"), path)

    @staticmethod
    def parse(data: object, subject: object = "edits") -> Edits:
        """Validate plain data; raises ``BadEdits``."""
        try:
            made = Edits.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            raise BadEdits(_where(subject, first["loc"]), documents.told(first), _SEE) from None
        made._subject = str(subject)
        return made

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """JSON Schema (2020-12) of such a file."""
        made = Edits.model_json_schema(by_alias=True)
        for part in made["$defs"].values():
            if "do" in part["properties"]:
                part["required"].append("do")
        return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | made

    def data(self) -> dict[str, Any]:
        """Plain JSON data."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def check(self, sha256: str) -> None:
        """Raise ``BadEdits`` where they are of another recording."""
        if self.recording not in (None, sha256):
            raise BadEdits(self.subject, "belongs to another recording", "Compare `recording` with the report's sha256")


def _where(subject: object, place: tuple[int | str, ...]) -> str:
    """``corrections.json, edit 3, keys.1.box``: edits are counted from 1, as people do."""
    parts = list(place)
    said = [str(subject)]
    if len(parts) > 1 and parts[0] == "edits":
        said.append(f"edit {int(parts[1]) + 1}")
        parts = parts[3:]
    return ", ".join([*said, *([".".join(map(str, parts))] if parts else [])])
