"""What attackers on faces achieve: their scores, rank-1 identification, equal error rate, and how sure either is.

Scores are (P, C): probe pictures by people in the gallery, higher where more alike. ``truth``: each probe's person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]
People = NDArray[np.intp]

#: standard normal quantile of a two-sided interval of 95 %
Z = 1.959964
DRAWS = 1000
#: how far the spread within people is drawn towards the same in all directions, for there are few pictures
SHRINK = 0.3
#: scores that differ by less are one score
_ALIKE = 9


@dataclass(frozen=True)
class Figure:
    """A share with its interval of 95 %. n: what it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Backend:
    """Linear discriminants of a gallery: centre, whiten by the spread within people, keep what sets people apart.

    mean: float64 (D,). onto: float64 (D, K).
    """

    mean: Vectors
    onto: Vectors

    @staticmethod
    def trained(pictures: Vectors, people: People, shrink: float = SHRINK) -> Backend:
        """From pictures (N, D) of known people (N,)."""
        mean = pictures.mean(axis=0)
        _, spread, axes = np.linalg.svd(pictures - mean, full_matrices=False)
        axes = axes[spread > 1e-6 * max(float(spread[0]), 1e-6)].T
        if not axes.size:
            return Backend(mean, np.zeros((pictures.shape[1], 1)))
        inner = (pictures - mean) @ axes
        middles = means(inner, people)
        rest = inner - middles[people]
        within = rest.T @ rest / max(len(rest) - len(middles), 1)
        level = max(float(np.trace(within)) / len(within), 1e-12)
        values, vectors = np.linalg.eigh((1 - shrink) * within + shrink * level * np.eye(len(within)))
        white = vectors / np.sqrt(values)
        _, _, apart = np.linalg.svd(middles @ white, full_matrices=False)
        return Backend(mean, axes @ white @ apart[: max(len(middles) - 1, 1)].T)

    def __call__(self, pictures: Vectors) -> Vectors:
        return (pictures - self.mean) @ self.onto


def ignorant(gallery: Vectors, people: People, probes: Vectors) -> Vectors:
    """Scores (P, C) of an attacker who compares as if nobody were masked: cosine to each person's mean picture."""
    return unit(probes) @ unit(means(unit(gallery), people)).T


def parrot(gallery: Vectors, people: People, probes: Vectors) -> Vectors:
    """Scores (P, C) of an attacker whose back-end has learnt from a gallery that is masked like the probes."""
    backend = Backend.trained(unit(gallery), people)
    return unit(backend(unit(probes))) @ unit(means(backend(unit(gallery)), people)).T


def rank1(scores: Vectors, truth: People) -> Figure:
    """Share of probes whose best score is their own person's; where several are best, each counts in part.

    Pictures of one person resemble each other, so Wilson's interval counts people, not pictures.
    """
    rounded = scores.round(_ALIKE)
    best = rounded == rounded.max(axis=1, keepdims=True)
    hits = best[np.arange(len(truth)), truth] / best.sum(axis=1)
    n = len(np.unique(truth))
    share = float(hits.mean())
    return Figure(share, *wilson(share, n), n)


def verification(scores: Vectors, truth: People, seed: int = 0, draws: int = DRAWS) -> Figure:
    """Equal error rate over all pairs of probe and person, with percentiles of a bootstrap over people."""
    rounded = scores.round(_ALIKE)
    ids = np.unique(truth)
    rows = {person: np.flatnonzero(truth == person) for person in ids}
    chance = np.random.default_rng(seed)
    drawn = [_rate(rounded, rows, chance.choice(ids, len(ids))) for _ in range(draws)]
    low, high = np.percentile(drawn, [2.5, 97.5]) if drawn else (math.nan, math.nan)
    return Figure(_rate(rounded, rows, ids), float(low), float(high), len(ids))


def eer(genuine: Vectors, impostor: Vectors) -> float:
    """Where as many of one's own are refused as strangers accepted; between two thresholds on the straight line."""
    limits = np.unique(np.concatenate([genuine, impostor]))
    refused = np.append(np.searchsorted(np.sort(genuine), limits) / len(genuine), 1.0)
    accepted = np.append(1 - np.searchsorted(np.sort(impostor), limits) / len(impostor), 0.0)
    gap = refused - accepted
    after = int(np.argmax(gap >= 0))
    if after == 0:
        return float(refused[0])
    share = -gap[after - 1] / (gap[after] - gap[after - 1])
    return float(refused[after - 1] + share * (refused[after] - refused[after - 1]))


def wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's score interval of 95 % for a share of n trials."""
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def means(vectors: Vectors, people: People) -> Vectors:
    """Each person's mean, (C, D)."""
    return np.stack([vectors[people == person].mean(axis=0) for person in range(int(people.max()) + 1)])


def unit(vectors: Vectors) -> Vectors:
    """Rows of length 1; a row of zeros stays."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 1e-12, length, 1), np.float64)


def _rate(scores: Vectors, rows: dict[int, People], drawn: People) -> float:
    """The equal error rate of people drawn, some of them repeatedly; nobody is a stranger to himself."""
    own = np.concatenate([scores[rows[person], person] for person in drawn])
    strange = [scores[np.ix_(rows[person], drawn[drawn != person])].ravel() for person in drawn]
    others = np.concatenate(strange)
    return eer(own, others) if len(others) else math.nan
