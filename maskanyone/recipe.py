"""A recipe says what is hidden and how: JSON, validated, with the version of every method in it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from maskanyone import documents, folders, registry
from maskanyone.errors import BadRecipe

if TYPE_CHECKING:
    from maskanyone.track import TrackParams

DEFAULT = "faces"
_MOST_BYTES = 1 << 20
_CHANGED = " (changed)"
_WRITE_IT = "Write it as hide.face.strength=0.8 or output.crf=20"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Part):
    """One method with its parameters."""

    method: str
    version: int = 1
    params: dict[str, Any] = Field(default_factory=dict)

    def checked(self) -> BaseModel:
        """Its parameters, validated by the method; raises ``BadRecipe``."""
        return registry.params(self.method, self.version, self.params)


class DetectStep(Step):
    """A detector.

    needed: without its weights the recipe cannot be run; else it is left out, and the report says so.
    closely: it is asked about nothing but the places of which the others are in doubt, and shown each by itself.
    """

    needed: bool = Field(True, strict=True)
    closely: bool = Field(False, strict=True)


class HideStep(Step):
    """A method that hides one kind of thing."""

    target: Literal["face", "head"] = "face"


class People(_Part):
    """Who is hidden, and how."""

    who: Literal["everyone"] = "everyone"
    hide: tuple[HideStep, ...] = ()
    overlay: tuple[()] = ()


class OutputSettings(_Part):
    """How the result is coded."""

    codec: Literal["h264"] = "h264"
    crf: int = Field(
        18, ge=0, le=40, title="Quality", description="Lower is better and larger; 18 looks like the source."
    )
    speed: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"] = Field(
        "veryfast", title="Encoder's effort", description="Slower makes smaller files."
    )
    version: Literal[1] = 1


class AuditSettings(_Part):
    """The search of the finished file by detectors that did not make it."""

    on: bool = Field(True, title="Search the result", description="Without it nothing is known of what was missed.")
    rounds: int = Field(
        2,
        ge=0,
        le=10,
        title="Hide and search again",
        json_schema_extra={"unit": "times"},
        description="What the search finds is hidden, and the result searched again, at most so often.",
    )


#: what a detector is told of whole pictures, and of no single place
OF_WHOLE_PICTURES = ("every", "offset", "turn", "steady", "soften", "hint")
#: score from which on something is a hint of a face
_HINT = 0.08


def _centerface(**params: float) -> DetectStep:
    upright = "turn" not in params  # who looks closely does not turn places
    return DetectStep(method="detect.centerface", params={"hint": _HINT} | params if upright else params)


#: how faces are found unless a recipe says otherwise; chosen by measurement (docs/benchmarks.md): two sizes in turn,
#: and now and then a look for small faces, for heads that hang or lie, through grain, through lines and meshes, and for
#: whole people; where they see no more than a hint of a face, another one is shown its place, at two sizes
DETECT = (
    _centerface(size=640, every=2, offset=0),
    _centerface(size=416, every=2, offset=1),
    _centerface(size=1280, every=16, offset=3, threshold=0.35),
    _centerface(size=416, turn=90, every=12, offset=1, threshold=0.5),
    _centerface(size=416, turn=180, every=12, offset=5, threshold=0.5),
    _centerface(size=416, turn=270, every=12, offset=9, threshold=0.5),
    _centerface(size=416, steady=5, every=12, offset=7, threshold=0.35),
    _centerface(size=416, soften=4, every=6, offset=3, threshold=0.35, hint=0),
    DetectStep(method="detect.yolox", params={"every": 12, "offset": 11, "threshold": 0.4}, needed=False),
    DetectStep(method="detect.yunet", params={"size": 320, "threshold": 0.1}, needed=False, closely=True),
    DetectStep(method="detect.yunet", params={"size": 192, "threshold": 0.1}, needed=False, closely=True),
)


class Recipe(_Part):
    """What becomes of a recording. ``detect`` and ``track`` say how people are found; presets set them."""

    format: Literal[1] = 1
    name: str = Field("", max_length=120)
    description: str = Field("", max_length=1000)
    people: tuple[People, ...] = ()
    background: None = None
    sound: tuple[Step, ...] = ()
    extract: tuple[()] = ()
    detect: tuple[DetectStep, ...] = DETECT
    track: dict[str, Any] = Field(default_factory=dict)
    audit: AuditSettings = AuditSettings()
    output: OutputSettings = OutputSettings()
    seed: int | None = Field(None, ge=0, lt=2**53)  # the largest whole numbers that JSON keeps exactly

    @staticmethod
    def load(path: Path | str) -> Recipe:
        """Read a recipe from a JSON file; raises ``BadRecipe``."""
        return Recipe.parse(documents.read(Path(path), _MOST_BYTES, BadRecipe, "a recipe"), path)

    @staticmethod
    def preset(name: str) -> Recipe:
        """A preset by its file's name or its title, the user's own before the built-in ones; raises ``BadRecipe``."""
        known = presets()
        if name not in known:
            name = next((stem for stem, path in known.items() if _titled(path) == name.strip().casefold()), name)
        if name not in known:
            raise BadRecipe(name, "there is no preset of that name", f"Choose one of {', '.join(known)}")
        return Recipe.load(known[name])

    @staticmethod
    def built_in() -> Recipe:
        """The default as it comes with MaskAnyone, whatever presets the user has."""
        return Recipe.load(folders.beside("presets", "presets") / f"{DEFAULT}.json")

    @staticmethod
    def parse(data: object, subject: object = "recipe", *, check: bool = True) -> Recipe:
        """Validate plain data, with every method's parameters if ``check``; raises ``BadRecipe``."""
        try:
            recipe = Recipe.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            where = f"{subject}, {place}" if place else subject
            raise BadRecipe(where, documents.told(first), "See docs/recipes.md") from None
        if check:
            recipe.check()
        return recipe

    def check(self) -> None:
        """Validate every step with its method; raises ``BadRecipe``."""
        kinds: dict[registry.MethodKind, tuple[Step, ...]] = {
            "hide": self.hiding(),
            "voice": self.sound,
            "detect": self.detect,
        }
        for kind, steps in kinds.items():
            for step in steps:
                registry.info(step.method, kind)
                step.checked()
        self._check_closely()
        self.tracking()
        if all(step.closely for step in self.detect):
            raise BadRecipe(self.name or "recipe", "finds nobody", "Name a detector, or leave detect out")
        if not self.hiding():
            raise BadRecipe(self.name or "recipe", "hides nothing", "Add a step, for instance --hide face=solid")

    def _check_closely(self) -> None:
        """Who looks closely finds faces, and has no say in which frames, how turned or how steadied; else raises."""
        for step in self.detect:
            if not step.closely:
                continue
            if registry.implementation(step.method).kind != "face":
                raise BadRecipe(step.method, "finds no faces", "Leave closely out, or name a detector of faces")
            params: Any = step.checked()
            usual = type(params)()
            for name in OF_WHOLE_PICTURES:
                if getattr(params, name, None) != getattr(usual, name, None):
                    raise BadRecipe(f"{step.method}.{name}", "says nothing where a step looks closely", "Leave it out")

    def hiding(self) -> tuple[HideStep, ...]:
        """All steps that hide."""
        return tuple(step for people in self.people for step in people.hide)

    def tracking(self) -> TrackParams:
        """How people are followed; raises ``BadRecipe``."""
        from maskanyone.track import TrackParams

        try:
            return TrackParams(**self.track)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(["track", *map(str, first["loc"])])
            raise BadRecipe(place, documents.told(first), "See docs/recipes.md") from None

    def keeps_sound(self) -> bool:
        """Whether the result has sound. An empty list removes it."""
        return bool(self.sound) and all(registry.implementation(step.method).keeps for step in self.sound)

    def data(self) -> dict[str, Any]:
        """Plain JSON data, every parameter spelled out, so that it means the same when defaults change."""
        plain = self.model_dump(mode="json")
        for step in _steps(plain):
            step["params"] = registry.params(step["method"], step["version"], step["params"]).model_dump(mode="json")
        return plain | {"track": self.tracking().model_dump(mode="json")}

    def with_steps(self, hide: Iterable[str]) -> Recipe:
        """Replace the step of each target named in ``TARGET=METHOD[:key=value,...]``; raises ``BadRecipe``."""
        steps = [_parsed(text) for text in hide]
        targets = {step["target"] for step in steps}
        plain = self.model_dump(mode="json")
        people: dict[str, Any] = plain["people"][0] if plain["people"] else {"who": "everyone", "hide": []}
        people["hide"] = [step for step in people["hide"] if step["target"] not in targets] + steps
        return Recipe.parse(plain | {"people": [people]} | self._changed(), "--hide")

    def with_values(self, settings: Iterable[str]) -> Recipe:
        """Set values named as ``hide.face.strength=0.8`` or ``output.crf=20``; raises ``BadRecipe``."""
        plain = self.model_dump(mode="json")
        for setting in settings:
            name, equals, text = setting.partition("=")
            name = name.strip()
            if not equals or ("." not in name and name != "seed"):
                raise BadRecipe(setting, "does not set anything", _WRITE_IT)
            _check_known(name, _settable(plain))
            _set(plain, name.split("."), _value(text))
        return Recipe.parse(plain | self._changed(), "--set")

    def with_sound(self, keep: bool) -> Recipe:
        """Keep or remove the sound."""
        step: dict[str, Any] = {"method": "voice.keep" if keep else "voice.remove", "version": 1, "params": {}}
        if [str(step["method"])] == [one.method for one in self.sound]:
            return self
        return Recipe.parse(self.model_dump(mode="json") | {"sound": [step]} | self._changed(), "--audio")

    def _changed(self) -> dict[str, str]:
        """Name and description once a step differs: the old words would say what is not so."""
        known = self.name.removesuffix(_CHANGED)
        return {"name": known + _CHANGED if known else "", "description": ""}


def presets() -> Mapping[str, Path]:
    """Every preset's file by name, built-in ones first; the user's own replace those of the same name."""
    built_in = folders.beside("presets", "presets")
    found = sorted(built_in.glob("*.json"), key=lambda path: (path.stem != DEFAULT, path.stem))
    return {path.stem: path for path in (*found, *sorted(folders.presets().glob("*.json")))}


def _titled(path: Path) -> str:
    """A preset's title in small letters; empty where it cannot be read."""
    try:
        return Recipe.load(path).name.casefold()
    except BadRecipe:
        return ""


def _steps(plain: dict[str, Any]) -> list[dict[str, Any]]:
    return [*(step for people in plain["people"] for step in people["hide"]), *plain["sound"], *plain["detect"]]


def _parsed(text: str) -> dict[str, Any]:
    """``TARGET=METHOD[:key=value,...]`` as a step."""
    target, equals, rest = text.partition("=")
    method, _, settings = rest.partition(":")
    if not equals or not method:
        raise BadRecipe(text, "is not a step", "Write it as face=solid or face=blur:strength=0.8")
    values = dict(pair.partition("=")[::2] for pair in settings.split(",") if pair)
    name = method if "." in method else f"hide.{method}"
    known = registry.info(name, "hide")
    if target not in known.targets:
        raise BadRecipe(
            text,
            f"{known.title.lower()} cannot hide {target or 'nothing'}",
            f"Choose one of {', '.join(known.targets)}",
        )
    return {
        "target": target,
        "method": name,
        "version": known.version,
        "params": {k: _value(v) for k, v in values.items()},
    }


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _named_steps(plain: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each step with the name that settings know it by."""
    hiding = [(f"hide.{step['target']}", step) for people in plain["people"] for step in people["hide"]]
    others = [(f"{part}.{step['method'].split('.')[1]}", step) for part in ("detect", "sound") for step in plain[part]]
    return hiding + others


def _settable(plain: dict[str, Any]) -> list[str]:
    """Every name that a setting of this recipe may have."""
    from maskanyone.track import TrackParams

    parts: dict[str, type[BaseModel]] = {"output": OutputSettings, "track": TrackParams, "audit": AuditSettings}
    names = ["seed", *(f"{part}.{key}" for part, made in parts.items() for key in made.model_fields)]
    for name, step in _named_steps(plain):
        names += [f"{name}.{key}" for key in registry.info(step["method"]).schema.get("properties", {})]
    return names


def _check_known(name: str, known: list[str]) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, 1, 0.7)
    part = name.rpartition(".")[0]
    inside = any(other.rpartition(".")[0] == part for other in known)
    raise BadRecipe(
        name,
        "it has no such setting" if inside else "names nothing in this recipe",
        f"Did you mean {near[0]}? docs/recipes.md lists all" if near else _WRITE_IT,
    )


def _set(plain: dict[str, Any], path: list[str], value: Any) -> None:
    *section, key = path
    if not section:
        plain[key] = value
    elif section[0] in plain and len(section) == 1:
        plain[section[0]][key] = value
    for name, step in _named_steps(plain):
        if name == ".".join(section):
            step["params"][key] = value
