"""JSON Schemas (2020-12, as pydantic 2 makes them) read for a form: which kind of field, where it starts, what fits.

Hints beside the standard's keywords, given by ``json_schema_extra``:
    unit: stands behind the number (px, %, s ...) or, where it is a phrase, behind the label.
    advanced: true folds the field under "More".
    display: "percent" shows 0 to 1 as 0 to 100 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]
from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped, unused-ignore]

from maskanyone.ui.scale import Scale
from maskanyone.ui.words import form as words

Kind = Literal[
    "object",
    "number",
    "integer",
    "boolean",
    "string",
    "colour",
    "choice",
    "choices",
    "union",
    "optional",
    "fixed",
    "json",
]
#: keywords whose meaning no widget here can hold
_BEYOND = {"if", "then", "else", "not", "allOf", "patternProperties", "dependentSchemas", "dependentRequired"}
_FIRST: Sequence[Any] = (None, {}, [], "", 0, False)


@dataclass(frozen=True)
class Node:
    """One schema in its document. schema: without ``$ref``. trail: references followed on the way, to end circles."""

    schema: Mapping[str, Any]
    definitions: Mapping[str, Any] = field(default_factory=dict)
    trail: frozenset[str] = frozenset()

    @classmethod
    def of(cls, schema: Any, definitions: Mapping[str, Any] | None = None, trail: frozenset[str] = frozenset()) -> Node:
        """The node of a schema that may be a reference or ``allOf`` of one; a circle or a dead end fits anything."""
        plain = dict(schema) if isinstance(schema, Mapping) else {}
        known: Mapping[str, Any] = plain.get("$defs", {}) if definitions is None else definitions
        while True:
            if isinstance(whole := plain.get("allOf"), list) and len(whole) == 1 and isinstance(whole[0], Mapping):
                plain = {**whole[0], **{name: value for name, value in plain.items() if name != "allOf"}}
            elif "$ref" in plain:
                name = str(plain.pop("$ref"))
                target = known.get(name.removeprefix("#/$defs/"))
                if name in trail or not isinstance(target, Mapping):
                    return cls({**plain, "x-circle": True}, known, trail)
                plain, trail = {**target, **plain}, trail | {name}
            else:
                return cls(plain, known, trail)

    def sub(self, schema: Any) -> Node:
        """The node of a schema within this one."""
        return Node.of(schema, self.definitions, self.trail)

    @property
    def kind(self) -> Kind:
        """Which kind of field shows it."""
        schema = self.schema
        if "x-circle" in schema or _BEYOND & set(schema):
            return "json"
        if "const" in schema or len(schema.get("enum", ())) == 1:
            return "fixed"
        if "enum" in schema:
            return "choice" if all(map(_is_scalar, schema["enum"])) else "json"
        if self._branches:
            return self._kind_of_branches()
        return self._kind_of_type()

    def _kind_of_branches(self) -> Kind:
        rest = [node for node in self._branches if node.schema.get("type") != "null"]
        if len(rest) < len(self._branches):
            return "optional" if rest else "json"
        if all(_is_scalar(node.schema.get("const", ())) for node in rest):
            return "choice"
        return "union" if self.tag else "json"

    def _kind_of_type(self) -> Kind:
        match self.schema.get("type"):
            case "object" if isinstance(self.schema.get("properties"), Mapping):
                return "object"
            case "string":
                return "colour" if self.schema.get("format") == "color" else "string"
            case "number" | "integer" | "boolean" as plain:
                kind: Kind = plain
                return kind
            case "array" if "prefixItems" not in self.schema and self.sub(self.schema.get("items"))._offers:
                return "choices"
        return "json"

    @property
    def _offers(self) -> bool:
        """Whether it is one of a few plain values."""
        return self.kind == "choice" or (self.kind == "fixed" and _is_scalar(self.start))

    @property
    def _branches(self) -> list[Node]:
        if isinstance(types := self.schema.get("type"), list):
            return [self.sub({**self._bare, "type": each}) for each in types]
        branches = self.schema.get("oneOf") or self.schema.get("anyOf") or ()
        return [self.sub(branch) for branch in branches]

    @property
    def _bare(self) -> dict[str, Any]:
        return {name: value for name, value in self.schema.items() if name not in ("default", "type")}

    @property
    def inner(self) -> Node:
        """What an optional value is when it is set; it keeps this one's label and hints."""
        inner = self._not_null
        return inner.inner if inner.kind == "optional" else inner

    @property
    def _not_null(self) -> Node:
        rest = [node for node in self._branches if node.schema.get("type") != "null"]
        own = {k: v for k, v in self.schema.items() if k not in ("anyOf", "oneOf", "type", "default", "discriminator")}
        if len(rest) == 1:
            return Node({**rest[0].schema, **own}, self.definitions, rest[0].trail)
        tagged = {"discriminator": self.schema["discriminator"]} if "discriminator" in self.schema else {}
        return Node({**own, **tagged, "oneOf": [node.schema for node in rest]}, self.definitions, self.trail)

    @property
    def options(self) -> dict[str, tuple[Any, str]]:
        """Values of a choice and their labels, by a text that is unique to each."""
        if "const" in self.schema:
            pairs = [(self.schema["const"], str(self.schema.get("title", _label(self.schema["const"]))))]
        elif "enum" in self.schema:
            pairs = [(value, _label(value)) for value in self.schema["enum"]]
        else:
            pairs = [(n.schema["const"], str(n.schema.get("title", _label(n.schema["const"])))) for n in self._branches]
        tokens = [value if isinstance(value, str) else repr(value) for value, _ in pairs]
        if len(set(tokens)) < len(tokens):
            tokens = [repr(value) for value, _ in pairs]
        alike = len({label for _, label in pairs}) < len(pairs)
        return {token: (value, token if alike else label) for token, (value, label) in zip(tokens, pairs, strict=True)}

    @property
    def tag(self) -> str:
        """The property that tells the variants of a union apart, "" if none does."""
        nodes = self._branches
        if not nodes or any(node.kind != "object" for node in nodes):
            return ""
        stated = self.schema.get("discriminator")
        name = stated.get("propertyName") if isinstance(stated, Mapping) else None
        names = [name] if name else list(nodes[0].schema["properties"])
        return next((name for name in names if len(_tags(nodes, name)) == len(nodes)), "")

    @property
    def variants(self) -> dict[str, Node]:
        """The variants of a union, by the value of their tag."""
        return _tags(self._branches, self.tag)

    @property
    def children(self) -> dict[str, Node]:
        """The properties of an object."""
        return {name: self.sub(schema) for name, schema in self.schema["properties"].items()}

    @property
    def start(self) -> Any:
        """The default, else the plainest value of its kind."""
        schema = self.schema
        if "default" in schema:
            return schema["default"]
        match self.kind:
            case "object":
                return {name: child.start for name, child in self.children.items()}
            case "fixed":
                return schema["const"] if "const" in schema else schema["enum"][0]
            case "choice":
                return next(iter(self.options.values()))[0]
            case "union":
                return next(iter(self.variants.values())).start
            case "boolean":
                return False
            case "string":
                return ""
            case "colour":
                return "#000000"
            case "choices":
                several = self.sub(schema["items"]).options.values()
                return [value for value, _ in several][: int(schema.get("minItems", 0))]
            case "number" | "integer":
                return Scale.of(schema).start
            case "optional":
                return None
        return next((value for value in (*_FIRST, *schema.get("enum", ())) if self.fits(value)), None)

    def fits(self, value: Any) -> bool:
        """Whether a value is valid."""
        return bool(self._validator.is_valid(value))

    def problem(self, value: Any) -> str:
        """What is wrong with a value in a sentence, "" if nothing is."""
        error = best_match(self._validator.iter_errors(value))
        return _told(error) if error else ""

    @property
    def _validator(self) -> Draft202012Validator:
        schema = {name: value for name, value in self.schema.items() if name not in ("$defs", "x-circle")}
        return Draft202012Validator({**schema, "$defs": self.definitions})


def _tags(nodes: Sequence[Node], name: str) -> dict[str, Node]:
    """Nodes by the text that their property ``name`` is bound to; those where it is not are left out."""
    found: dict[str, Node] = {}
    for node in nodes:
        child = node.children.get(name)
        if child and child.kind == "fixed" and isinstance(child.start, str):
            found[child.schema.get("const", child.start)] = node
    return found


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) or value is None


def _label(value: Any) -> str:
    return words.named(value) if isinstance(value, str) and value else words.NONE_SET if value is None else str(value)


def _told(error: ValidationError) -> str:
    limit = error.validator_value
    match error.validator:
        case "minimum" | "exclusiveMinimum":
            return words.too_small(limit)
        case "maximum" | "exclusiveMaximum":
            return words.too_large(limit)
        case "multipleOf":
            return words.uneven(limit)
        case "minLength":
            return words.too_short(limit)
        case "maxLength":
            return words.too_long(limit)
        case "minItems":
            return words.too_few(limit)
        case "maxItems":
            return words.too_many(limit)
    return words.unfit(error.message)
