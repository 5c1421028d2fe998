"""MaskAnyone hides the people in videos and keeps what research needs; nothing leaves the machine.

import maskanyone

recipe = maskanyone.Recipe.preset("faces")
result = maskanyone.mask("interview.mp4", "masked/interview.mp4", recipe)
print(result.report["verdict"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maskanyone.api import analyse, audit, mask, preview
    from maskanyone.edit import Edits
    from maskanyone.errors import (
        BadEdits,
        BadOutput,
        BadRecipe,
        BadReport,
        BadTime,
        Cancelled,
        Damaged,
        Failed,
        MaskAnyoneError,
        MissingWeights,
        Refused,
        TooLarge,
        Unreadable,
    )
    from maskanyone.pipeline import Analysis, Result
    from maskanyone.recipe import Recipe

_ROOMS = {
    "analyse": "api",
    "audit": "api",
    "mask": "api",
    "preview": "api",
    "Analysis": "pipeline",
    "Result": "pipeline",
    "Recipe": "recipe",
    "Edits": "edit",
    "BadEdits": "errors",
    "BadOutput": "errors",
    "BadRecipe": "errors",
    "BadReport": "errors",
    "BadTime": "errors",
    "Cancelled": "errors",
    "Damaged": "errors",
    "Failed": "errors",
    "MaskAnyoneError": "errors",
    "MissingWeights": "errors",
    "Refused": "errors",
    "TooLarge": "errors",
    "Unreadable": "errors",
}

__all__ = [
    "Analysis",
    "BadEdits",
    "BadOutput",
    "BadRecipe",
    "BadReport",
    "BadTime",
    "Cancelled",
    "Damaged",
    "Edits",
    "Failed",
    "MaskAnyoneError",
    "MissingWeights",
    "Recipe",
    "Refused",
    "Result",
    "TooLarge",
    "Unreadable",
    "analyse",
    "audit",
    "mask",
    "preview",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for, so that importing the package is cheap."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'maskanyone' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"maskanyone.{_ROOMS[name]}"), name)
