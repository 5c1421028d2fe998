"""What is known of the weights on this machine: a record beside each, written last, and the accepted licences.

Files are made readable by whoever may read the weights folder, so that a laboratory can share one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from maskanyone import files, folders
from maskanyone.errors import MissingWeights
from maskanyone.weights.prepare import STEPS
from maskanyone.weights.weight import Weight


class Prepared(BaseModel):
    """The prepared file, and the step that made it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    bytes: int
    sha256: str
    step: str
    version: int


class Record(BaseModel):
    """Says that a file of weights was verified, where it came from and what was prepared from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    source: str
    prepared: Prepared | None

    def fits(self, weight: Weight) -> bool:
        """Whether it speaks of the file in the catalogue and of today's version of its preparation."""
        step = STEPS[weight.prepare] if weight.prepare else None
        made = (self.prepared.step, self.prepared.version) if self.prepared else None
        return self.sha256 == weight.sha256 and made == ((step.id, step.version) if step else None)

    def files(self, weight: Weight) -> Iterator[tuple[Path, int, str]]:
        """Path, size and sha256 of the downloaded file, then of the prepared one."""
        yield folders.weights() / weight.file, weight.bytes, weight.sha256
        if self.prepared:
            yield folders.weights() / self.prepared.file, self.prepared.bytes, self.prepared.sha256


def read(weight: Weight) -> Record | None:
    """The record of these weights, or None where there is none that fits."""
    try:
        record = Record.model_validate_json(_place(weight).read_bytes())
    except (OSError, ValidationError):
        return None
    return record if record.fits(weight) else None


def write(weight: Weight, record: Record) -> None:
    """Keep the record."""
    with files.replaced(_place(weight)) as part:
        part.write_text(record.model_dump_json(indent=2), encoding="utf-8")


def whole(weight: Weight) -> bool:
    """Whether all files are here by size and record."""
    record = read(weight)
    return record is not None and all(files.size(file) == size for file, size, _ in record.files(weight))


def verified(weight: Weight) -> tuple[Record, list[Path]]:
    """The record and its files, whose hashes are verified again the first time a process asks.

    Raises:
        MissingWeights: not here, or changed since.
    """
    remedy = f"Run `maskanyone weights get {weight.name}`"
    record = read(weight)
    if record is None:
        raise MissingWeights(weight.name, "these weights are not on this machine", remedy)
    here = list(record.files(weight))
    for file, size, sha256 in here:
        if files.size(file) is None:
            raise MissingWeights(weight.name, f"{file} is gone", remedy)
        if files.size(file) != size or files.remembered_sha256(file) != sha256:
            raise MissingWeights(weight.name, f"{file} was changed since it was stored", remedy)
    return record, [file for file, _, _ in here]


def accept(weight: Weight) -> None:
    """Note that the licence was accepted, as it stands."""
    with files.replaced(_acceptances()) as part:
        part.write_text(json.dumps({**_accepted(), weight.name: weight.licence}, indent=2), encoding="utf-8")


def accepted(weight: Weight) -> bool:
    """Whether the licence asks for nothing, or was accepted as it stands."""
    return not weight.accept or _accepted().get(weight.name) == weight.licence


def _accepted() -> dict[str, str]:
    try:
        return dict(json.loads(_acceptances().read_text(encoding="utf-8")))
    except (OSError, ValueError):  # none, or unreadable: then nothing counts as accepted
        return {}


def _acceptances() -> Path:
    return folders.weights() / "accepted.json"


def _place(weight: Weight) -> Path:
    return folders.weights() / f"{weight.name}.record.json"
