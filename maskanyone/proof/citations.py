"""Whom a paper has to name that tells of a result: the makers of the detectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Citation:
    """A detector's source. title: as reports call the detector. short: in a sentence. full: in a list of references."""

    title: str
    short: str
    full: str


CITATIONS = {
    "detect.centerface": Citation(
        "CenterFace",
        "Xu et al., 2019",
        "Xu et al. (2019). CenterFace: Joint Face Detection and Alignment Using Face as Point. arXiv:1911.03599",
    ),
    "detect.yunet": Citation(
        "YuNet",
        "Wu, Peng & Yu, 2023",
        "Wu, Peng & Yu (2023). YuNet: A Tiny Millisecond-level Face Detector. doi:10.1007/s11633-023-1423-y",
    ),
    "detect.blazeface": Citation(
        "BlazeFace",
        "Bazarevsky et al., 2019",
        "Bazarevsky et al. (2019). BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs. arXiv:1907.05047",
    ),
    "detect.ultraface": Citation(
        "UltraFace",
        "Linzaer, 2019",
        "Linzaer (2019). Ultra-Light-Fast-Generic-Face-Detector-1MB. "
        "github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB",
    ),
    "detect.mtcnn": Citation(
        "MTCNN",
        "Zhang et al., 2016",
        "Zhang et al. (2016). Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks. "
        "arXiv:1604.02878",
    ),
    "detect.yolox": Citation(
        "YOLOX-Nano",
        "Ge et al., 2021",
        "Ge et al. (2021). YOLOX: Exceeding YOLO Series in 2021. arXiv:2107.08430",
    ),
}


def cited(titles: Iterable[str]) -> list[Citation]:
    """The sources of detectors by the names that reports give them, each once; unknown ones have none."""
    by_title = {citation.title: citation for citation in CITATIONS.values()}
    return [by_title[title] for title in dict.fromkeys(titles) if title in by_title]


def with_source(title: str) -> str:
    """``CenterFace (Xu et al., 2019)``; the bare name where the source is not known."""
    found = cited([title])
    return f"{title} ({found[0].short})" if found else title
