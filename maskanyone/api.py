"""The public functions: the pipeline with this machine's cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maskanyone import folders, pipeline
from maskanyone.data import Pixels, Store
from maskanyone.edit import Edits
from maskanyone.pipeline import Analysis, Cancel, Progress, Result
from maskanyone.recipe import Recipe
from maskanyone.store.cache import Cache


def mask(
    video: Path | str,
    out_file: Path | str,
    recipe: Recipe | str,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    overwrite: bool = False,
    salvage: bool = False,
    anonymous: bool = False,
    name: str | None = None,
    edits: Edits | Path | str | None = None,
    cache: Store | None = None,
) -> Result:
    """Hide what a recipe says in one recording and write the result and its report.

    Args:
        video: the recording; it is only read.
        out_file: the result, an ``.mp4`` file; ``STEM.report.json`` and ``STEM.report.html``, the same as a page,
            appear beside it. All appear whole or not at all.
        recipe: a ``Recipe`` or the name of a preset.
        progress: called as ``progress(stage, done, total)``, in frames, from several threads but one at a time.
        cancel: asked often whether to stop; then ``Cancelled`` is raised within two seconds and nothing is left.
        overwrite: replace a file that is there; without it only the same recipe's result of the same source is
            accepted, and returned as it is.
        salvage: mask a damaged recording; pictures that a loss has spoiled are covered wholly.
        anonymous: leave the recording's name out of the report.
        name: what the report calls the recording, where that is not its file's name.
        edits: corrections by hand, or a JSON file of them (docs/edits.md); only the pieces that they touch are
            rendered again.
        cache: where facts and finished pieces are kept; this machine's cache unless given.

    Returns:
        Where the files are, and the report.

    Raises:
        Refused: bad input, with the sentence a user reads. Cancelled. Failed: a fault of ours.
    """
    with _Kept(cache) as kept:
        return pipeline.mask(
            video,
            out_file,
            _recipe(recipe),
            cache=kept,
            progress=progress,
            cancel=cancel,
            overwrite=overwrite,
            salvage=salvage,
            anonymous=anonymous,
            name=name,
            edits=_edits(edits),
        )


def audit(
    original: Path | str,
    result: Path | str,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    cache: Store | None = None,
) -> dict[str, Any]:
    """Search a masked file, ours or another tool's, for people who show.

    Every face that is found in the original is looked for in the result, frame by frame, and detectors that took no
    part search the result; heads of people whose faces nobody finds are not looked for.

    Returns:
        Plain data: ``leaks`` (first_frame, last_frame, frames: those in which it was found, as first and last ones of
        runs, from_s, to_s, box in px of the upright original, shows 0 to 1, by), ``perhaps`` (the same, of what one
        detector alone takes for a face), frames_searched, frames_searched_by_all, frames_missing, by, looks, bound,
        frames_beyond (of the result, after the original's last: not searched), tracks_beyond (kinds of further picture
        tracks and of cover pictures: not searched), laid_otherwise (its pictures are mirrored, turned, cut or moved
        against the original's, and were compared where they belong), films_unlike (their first pictures differ almost
        everywhere, so that nothing is proven), frames_unlike (of the result with a face that is not what the original
        shows there), frames_strange (those of them in which two detectors find it where nobody is known from the
        original: the files may not belong together, or be swapped), searchers_missing, faults (what went wrong with the
        original), left_out (detectors that were not here).

    Raises:
        Refused: one of the files cannot be read. Cancelled. Failed: a fault of ours.
    """
    with _Kept(cache) as kept:
        return pipeline.audit(original, result, cache=kept, progress=progress, cancel=cancel)


def analyse(
    video: Path | str,
    recipe: Recipe | str = "faces",
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    salvage: bool = False,
    edits: Edits | Path | str | None = None,
    cache: Store | None = None,
) -> Analysis:
    """Find and follow everybody in a recording; hides nothing. Arguments and errors as for ``mask``."""
    with _Kept(cache) as kept:
        return pipeline.analyse(
            video,
            _recipe(recipe),
            cache=kept,
            progress=progress,
            cancel=cancel,
            salvage=salvage,
            edits=_edits(edits),
        )


def preview(video: Path | str, seconds: float, recipe: Recipe | str) -> tuple[Pixels, Pixels]:
    """One frame before and after hiding, from a look at one second either way.

    Nobody is followed: a face that no detector sees there may show, though ``mask`` hides it.

    Args:
        seconds: time in the recording, as a player shows it.

    Returns:
        Two pictures, uint8 (h, w, 3), RGB, upright.
    """
    return pipeline.preview(video, seconds, _recipe(recipe))


def _recipe(recipe: Recipe | str) -> Recipe:
    return Recipe.preset(recipe) if isinstance(recipe, str) else recipe


def _edits(edits: Edits | Path | str | None) -> Edits | None:
    return edits if edits is None or isinstance(edits, Edits) else Edits.load(edits)


class _Kept:
    """The cache to use; one of our own is closed afterwards."""

    def __init__(self, given: Store | None) -> None:
        self._given = given
        self._own: Cache | None = None

    def __enter__(self) -> Store:
        if self._given is not None:
            return self._given
        self._own = Cache(folders.cache())
        return self._own

    def __exit__(self, *_: object) -> None:
        if self._own is not None:
            self._own.close()
