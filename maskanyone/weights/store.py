"""Weights on this machine: which are here, where a runtime finds them, and how they get here.

Only ``get`` downloads; all else looks at the weights folder and raises ``MissingWeights``, which says what to do.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from maskanyone import files, folders
from maskanyone.errors import MissingWeights
from maskanyone.weights import record
from maskanyone.weights.fetch import Got, fetch
from maskanyone.weights.sources import Progress
from maskanyone.weights.weight import Weight, catalogue

__all__ = ["Got", "Progress", "Weight", "accept", "accepted", "catalogue", "get", "have", "identity", "path", "ready"]


def have(name: str) -> bool:
    """Whether the weights are here, verified and prepared; cheap, for it goes by sizes and the record.

    Raises:
        MissingWeights: no weights have that name.
    """
    return record.whole(_known(name))


def path(name: str) -> Path:
    """The file as downloaded.

    Raises:
        MissingWeights: it is not here, or was changed since it was stored.
    """
    return record.verified(_known(name))[1][0]


def ready(name: str) -> Path:
    """The file a runtime loads: the prepared one, or the file as downloaded where nothing is prepared.

    Raises:
        MissingWeights: it is not here, or was changed since it was stored.
    """
    return record.verified(_known(name))[1][-1]


def identity(name: str) -> dict[str, str | int | None]:
    """What exactly a model computes with, for cache keys and the report; cheap after the first call.

    Returns:
        name, sha256 (as downloaded), prepared_sha256, preparation and preparation_version (these three None where
        nothing is prepared), licence.

    Raises:
        MissingWeights: it is not here, or was changed since it was stored.
    """
    weight = _known(name)
    prepared = record.verified(weight)[0].prepared
    return {
        "name": weight.name,
        "sha256": weight.sha256,
        "prepared_sha256": prepared.sha256 if prepared else None,
        "preparation": prepared.step if prepared else None,
        "preparation_version": prepared.version if prepared else None,
        "licence": weight.licence,
    }


def accept(name: str) -> None:
    """Note that the user accepts the licence of these weights, as it stands."""
    record.accept(_known(name))


def accepted(name: str) -> bool:
    """Whether these weights may be fetched: their licence asks for nothing, or was accepted as it stands."""
    return record.accepted(_known(name))


def get(name_or_set: str, progress: Progress | None = None) -> list[Got]:
    """Fetch weights by name, or all of a set (``default``, ``all``); those here already are left as they are.

    Args:
        name_or_set: a name in the catalogue, or a set. Of a set, what can be done without may be missing afterwards.
        progress: called with name, bytes done, bytes in all.

    Raises:
        MissingWeights: unknown, not accepted (nothing is fetched then), or no source gives them: the text names each
            source and why it failed. What could be had of a set stays.
    """
    weights = _named(name_or_set)
    _check_accepted(weights)
    files.sweep(folders.weights())
    got, failed = [], []
    with TemporaryDirectory(prefix="maskanyone-weights-") as work:
        for weight in weights:
            try:
                got.append(fetch(weight, Path(work), progress or _silent))
            except MissingWeights as error:
                if weight.needed or name_or_set == weight.name:
                    failed.append(error)
                else:
                    got.append(Got(weight, folders.weights() / weight.file, "", missing=error.what))
    if failed:
        raise _together(failed)
    return got


def _known(name: str) -> Weight:
    weight = catalogue().get(name)
    if weight is None:
        raise MissingWeights(name, "there are no weights of that name", f"Known are {', '.join(catalogue())}")
    return weight


def _named(name_or_set: str) -> list[Weight]:
    return [weight for weight in catalogue().values() if name_or_set in weight.sets] or [_known(name_or_set)]


def _check_accepted(weights: list[Weight]) -> None:
    for weight in weights:
        if not record.accepted(weight):
            what = f"these weights may be used only under their licence ({weight.licence})"
            raise MissingWeights(weight.name, what, f"Run `maskanyone weights accept {weight.name}` if you accept it")


def _together(failed: list[MissingWeights]) -> MissingWeights:
    """One error for several weights; those that failed alike are told together."""
    if len(failed) == 1:
        return failed[0]
    alike: dict[str, list[str]] = {}
    for error in failed:
        alike.setdefault(error.what, []).append(error.subject)
    (subjects, what), *others = [(", ".join(names), what) for what, names in alike.items()]
    told = "; ".join([what, *(f"{names}: {other}" for names, other in others)])
    return MissingWeights(subjects, told, failed[0].remedy)


def _silent(name: str, done: int, total: int) -> None:
    """Progress that nobody follows."""
