"""``--dry-run``: what would be done, about how long it takes and how large it gets; changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maskanyone.cli import speak
from maskanyone.edit import Edits
from maskanyone.errors import MaskAnyoneError
from maskanyone.recipe import Recipe


def tell(
    targets: Mapping[Path, Path],
    recipe: Recipe,
    edits: Edits | None,
    *,
    as_json: bool,
    overwrite: bool,
    salvage: bool,
) -> int:
    """Say what a run would do; the exit code it would begin with."""
    codes = [speak.DONE]
    total = 0.0
    for source, target in targets.items():
        try:
            plain = _plan(source, target, recipe, edits, overwrite=overwrite, salvage=salvage)
        except MaskAnyoneError as error:
            codes.append(speak.code(error))
            plain = {"status": "refused", "message": str(error)}
        total += plain.get("about_seconds", 0)
        if as_json:
            print(json.dumps({"recording": str(source)} | plain), flush=True)
        elif "message" in plain:
            speak.err.print(speak.readable(plain["message"]), style="red")
        else:
            speak.out.print(
                f"{source.name}  {plain['frames']:,} frames, {speak.duration(plain['seconds'])}, "
                f"{plain['width']} x {plain['height']} -> {target}  about {speak.duration(plain['about_seconds'])}, "
                f"{speak.size(plain['about_bytes'])}"
            )
    if not as_json:
        speak.out.print(f"{_in_words(recipe)} About {speak.duration(total)} in all. Nothing was changed.")
    return speak.worst(codes)


def _plan(
    source: Path, target: Path, recipe: Recipe, edits: Edits | None, *, overwrite: bool, salvage: bool
) -> dict[str, Any]:
    from maskanyone.pipeline import prepared
    from maskanyone.pipeline.estimate import about_seconds
    from maskanyone.weights import store

    recipe, _, video, there = prepared(source, target, recipe, edits, overwrite=overwrite, salvage=salvage)
    for step in recipe.detect:
        for name in _weights(step.method):
            store.identity(name)
    return {
        "status": "there already" if there else "would be masked",
        "result": str(target),
        "frames": video.packets,
        "seconds": round(video.duration, 3),
        "width": video.upright[0],
        "height": video.upright[1],
        "sound": "kept" if recipe.keeps_sound() and video.sound else "removed",
        "left_out": list(video.dropped),
        "about_seconds": 0 if there else round(about_seconds(video.packets, video.upright, recipe), 1),
        "about_bytes": int(video.bytes * 1.5),
    }


def _weights(method: str) -> tuple[str, ...]:
    from maskanyone import registry

    return registry.info(method).weights


def _in_words(recipe: Recipe) -> str:
    from maskanyone import registry

    steps = [f"each {step.target}: {registry.info(step.method).title.lower()}" for step in recipe.hiding()]
    return f"{'; '.join(steps).capitalize()}; sound {'kept' if recipe.keeps_sound() else 'removed'}."
