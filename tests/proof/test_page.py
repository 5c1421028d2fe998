"""The report as a page: all that the report tells, nothing that runs or leads out, and no name where none may be."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskanyone import registry
from maskanyone.follow.trail import _SHORTER, _SURE
from maskanyone.proof.citations import CITATIONS
from maskanyone.proof.page import BEGINNING, page
from maskanyone.proof.places import unfound
from maskanyone.proof.timeline import letters, moment
from maskanyone.proof.wording import paragraph
from tests.proof.reports import FRAMES, correction, place, span, stretch, told, track

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTILE = (
    "<script>alert(1)</script>.mp4", '"><img src=x onerror=alert(1)>.mp4', "</title></style><h1>mine</h1>.mp4",
    "{{ 7 * 7 }}{% raw %}.mp4", "&lt;&#x3c;.mp4", "a\udcffb.mp4", "a\x00\x1b[31mb.mp4", "javascript:alert(1)",
    "‮4pm.enaJ", "--><!--.mp4", "' onload='alert(1)",
)  # fmt: skip
SECTIONS = (
    "The files", "What was hidden, and how", "What was found", "Corrections by hand", "What wants a look",
    "Weak sights that are not hidden", "The search of the finished file", "What is not protected", "Damage and faults",
    "For the methods section of a paper", "Software and weights", "The recipe", "What this report proves",
    "What corrections call the tracks",
)  # fmt: skip
#: what a page may be made of
TAGS = set(
    "html head meta title style body header section h1 h2 h3 p ul li table thead tbody tr th td div span code pre br "
    "a bdi blockquote details summary figure figcaption svg defs pattern rect path circle text tspan".split()
)


class Read(HTMLParser):
    """What a browser makes of a page, near enough. words: texts, but for the style sheet's."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.given: list[tuple[str, str, str]] = []
        self.headings: list[str] = []
        self.words: list[str] = []
        self._at = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.given += [(tag, name, value or "") for name, value in attrs]
        self._at = tag

    def handle_data(self, data: str) -> None:
        if self._at == "h2" and data.strip():
            self.headings.append(data)
        if self._at != "style":
            self.words.append(data)

    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def test_it_has_every_section_in_order() -> None:
    assert tuple(Read(page(told())).headings) == SECTIONS


def test_the_verdict_stands_first() -> None:
    text = Read(page(told())).text()
    assert text.index("Somebody shows") < text.index(told()["verdict"]) < text.index("The files")


@pytest.mark.parametrize(
    "words",
    [
        "interview_03.mp4", "a" * 64, "c" * 64, "2026-11-26 19:29 UTC", "1080 × 1920 px, hevc, turned by 90°",
        "300, 12.000 s", "Each face: Solid fill (margin 0.2, colour #1f2123).", "Sound: Voice removed.",
        "No pixel of the hidden area is left.", "Lips may still be read.", "2 tracks, up to 2 at once",
        "359 seen by a detector, 10 filled between two sights", "0:01.6 to 0:02.0", "40 to 49",
        "Not seen for a moment, hidden between two sights", "Whole picture covered: nobody could look at it",
        "No face was found: make sure that nobody is in it", "0.271", "UltraFace, BlazeFace, MTCNN", "300 by UltraFace",
        "25 of them thoroughly", "UltraFace at 384 and 960 px, turned by 90°, 180° or 270° too; BlazeFace at 384 px",
        "1 track found by the search and hidden afterwards", "40 × 51 px at 12, 30",
        "Somebody shows; no bound can be given.", "Body shape, clothing, gait", "1 packet(s) are damaged",
        "Frame 7: hide.solid raised OSError", "CenterFace (Xu et al., 2019)", "at input sizes of 640 and 416 px",
        "arXiv:1911.03599", "arXiv:1604.02878", "av 18.1.0", "onnx_any_size 1", "d" * 64, "e" * 64, "f" * 64, "MIT",
        '"method": "hide.solid"', "It is not signed",
    ],
)  # fmt: skip
def test_it_tells_what_the_report_tells(words: str) -> None:
    assert words in Read(page(told())).text()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_ever_text(name: str) -> None:
    report = told(verdict=name, faults=[name], damage=[name], not_protected=[name])
    report["source"] |= {"name": name, "codec": name, "left_out": [name]}
    report["recipe"] |= {"name": name, "description": name, name: name}
    report["methods"] = [dict.fromkeys(report["methods"][0], name)]
    report["software"][name] = name
    report["tracks"][0] |= {"kind": name, "id": name, "starts": name, "frames": {name: 3}}
    report["to_look_at"][0] |= {"reason": name, "state": name}
    report["audit"] |= {"by": [name, name]}
    report["weights"][0]["licence"] = name
    report["corrections"] = [correction(1, name, name, name)]
    html = page(report)
    plain, hostile = Read(page(told())), Read(html)
    assert hostile.tags <= TAGS
    assert {(tag, key) for tag, key, _ in hostile.given} <= {(tag, key) for tag, key, _ in plain.given}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", html)
    html.encode("utf-8")
    assert html.count("</style>") == 1


@given(st.text(max_size=60))
def test_any_name_is_told_as_it_is(name: str) -> None:
    report = told()
    report["source"]["name"] = name = "x" + re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "", name)
    assert name in "".join(Read(page(report)).words)


@pytest.mark.parametrize("shareable", [False, True])
def test_nothing_runs_and_nothing_leads_outside(shareable: bool) -> None:
    html = page(told(), shareable=shareable)
    read = Read(html)
    assert read.tags <= TAGS
    assert "://" not in html
    assert "url(" not in html.replace("url(#", "")
    assert "@import" not in html
    for _, name, value in read.given:
        assert not name.startswith("on")
        assert name not in ("src", "srcset", "action", "data", "xlink:href")
        assert name != "href" or value.startswith("#")
    rules = next(value for _, _, value in read.given if value.startswith("default-src"))
    assert "default-src 'none'" in rules
    assert "script" not in rules


def test_a_shareable_page_names_nobody() -> None:
    report = told(user="Jane", path="/home/jane/study", edits=[{"by": "Jane"}])
    report["source"] |= {"name": "Jane.mp4", "path": "/home/jane/Jane.mp4"}
    report["recipe"] |= {"name": "For Jane", "description": "Jane at home"}
    report["faults"] = [
        "frame 3: hide.solid raised OSError: /home/jane/x\nJane; the region was filled",
        "centerface@640 raised ValueError: Jane (frame 0)",
    ]
    before = json.dumps(report)
    html = page(report, shareable=True)
    assert "jane" not in html.casefold()
    assert "Run by" not in html
    assert "Frame 3: hide.solid raised OSError; the region was filled" in html
    assert "Centerface@640 raised ValueError (frame 0)" in html
    assert "a" * 64 in html
    assert tuple(Read(html).headings) == SECTIONS
    assert json.dumps(report) == before
    assert "Jane.mp4" in page(report)


def test_corrections_are_told_with_who_when_what_and_why() -> None:
    report = told(corrections=[correction(1, "Track one no longer hidden."), correction(2, "Divided.", reason="")])
    report["tracks"][1]["frames"] = {"seen": 190, "spared": 10}
    report["audit"] |= {"left": [], "spared": [place(40, 49, ["MTCNN"])]}
    text = Read(page(report)).text()
    assert "2 corrections, in the order in which they were made." in text
    for words in ("Track one no longer hidden.", "R. Okafor", "2026-11-27 09:30+01:00", "a cup", "none given"):
        assert words in text
    assert "10 further places were found and are not hidden: corrections by hand spare them." in text
    assert "10 spared" in text
    assert "spared by hand" not in text.split("counted once a frame and track")[1].split(".")[0]
    assert "1 place where somebody shows whom a correction by hand spares" in text
    assert "2 corrections were made by hand. 10 further places were found and deliberately not hidden" in text
    assert "None: everything is as it was found." in Read(page(told())).text()


def test_a_shareable_page_tells_what_was_corrected_but_not_by_whom_or_why() -> None:
    report = told(corrections=[correction(1, "Track one no longer hidden.", "Jane", "Jane asked for it")])
    html = page(report, shareable=True)
    assert "Track one no longer hidden." in html
    assert "2026-11-27 09:30+01:00" in html
    assert "jane" not in html.casefold()


def test_many_corrections_stand_at_the_end() -> None:
    html = page(told(corrections=[correction(number, f"The {number}th.") for number in range(1, 31)]))
    assert '<h2 id="corrections">' in html
    assert "The 30th." in html


def test_a_report_without_a_name_is_headed_by_its_hash() -> None:
    report = told()
    del report["source"]["name"]
    assert "<title>Recording aaaaaaaa: " in page(report)


@pytest.mark.parametrize("missing", ["looks", "damage", "audit", "not_hidden", "cuts", "weights", "software"])
def test_a_report_of_an_early_version_is_shown_too(missing: str) -> None:
    report = told()
    del report[missing]
    html = page(report)
    assert tuple(Read(html).headings) == SECTIONS
    assert ("was not searched" in html) == (missing == "audit")


@pytest.mark.parametrize(
    "changes",
    [
        {"source": None}, {"result": {}}, {"tracks": 3}, {"tracks": [{}]}, {"made": None, "verdict": 1, "faces": []},
        {"recipe": []}, {"audit": {"by": 3}}, {"to_look_at": [{"first_frame": "x"}]}, {"seconds": "long"},
        {"methods": [[]]}, {"weights": [1]},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_whole_report_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no whole report"):
        page(told(**changes))
    with pytest.raises(ValueError, match="no whole report"):
        page({})


def test_nothing_found_says_so() -> None:
    faces = {"frames_hidden": 0, "frames_covered_wholly": 0, "most_at_once": 0, "tracks": 0}
    report = told(tracks=[], to_look_at=[], not_hidden=[], faces=faces, cuts=[], faults=[], damage=[])
    text = Read(page(report)).text()
    assert "No face was found: make sure that nobody is in it" in text
    assert "0 to 299" in text
    assert "Damage: none was found" in text
    assert "Faults: none." in text


LOOKED = {"by": ["yunet@320"], "hints": 12, "asked_about": 12, "places": 30, "agreed": 2}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "12 places with no more than a hint of a face were shown to YuNet"),
        ({}, "in 30 enlarged pictures; where it took them for a face (2) they were hidden."),
        ({"asked_about": 9}, "12 places with no more than a hint of a face, 3 of which nobody was asked about, were"),
        ({"hints": 0, "asked_about": 0, "places": 0, "agreed": 0}, "Nowhere was there a mere hint of a face"),
    ],
)
def test_the_paragraph_tells_what_came_of_hints(changed: dict[str, int], said: str) -> None:
    report = told(second_look=LOOKED | changed)
    report["recipe"]["detect"] = [*report["recipe"]["detect"], {"method": "detect.yunet", "closely": True}]
    assert said in paragraph(report)
    assert "hint" not in paragraph(told())


def test_the_paragraph_tells_how_far_faces_are_followed_and_of_heads() -> None:
    drawn = track("one", 0, 9) | {"kind": "head", "frames": {"by hand": 10}}
    assert "what moves" not in paragraph(told())
    assert "the head" not in paragraph(told(tracks=[drawn]))
    report = told(tracks=[track("one", 0, 9) | {"kind": "head"}])
    report["recipe"]["track"]["follow"] = 3.0
    text = paragraph(report)
    assert f"for up to 3 s ({3 * _SHORTER:g} s where no score reached {_SURE})" in text
    assert "Of people in whom no face was found the head was hidden, by the person's place (1 track)." in text


def test_a_clean_run_has_nothing_listed_to_look_at() -> None:
    report = told(tracks=[track("one", 0, FRAMES - 1)], to_look_at=[], not_hidden=[], faults=[], damage=[], looks=[])
    report["audit"] |= {"left": [], "perhaps": []}
    text = Read(page(report)).text()
    assert "Nothing listed to look at" in text
    assert "Wants a look" not in text
    assert "Somebody shows" not in text.replace(report["audit"]["bound"]["verdict"], "")


def test_long_tables_stand_whole_at_the_end() -> None:
    tracks = [track(f"t{number}", number * 5, number * 5 + number) for number in range(40)]
    stretches = [stretch(f"t{number}", number * 5, number * 5, "guessed", "why") for number in range(40)]
    read = Read(page(told(tracks=tracks, to_look_at=stretches)))
    names = SECTIONS[-1]
    assert read.headings[len(SECTIONS) - 1 :] == ["All tracks", "All stretches that want a look", names]
    assert "24 shorter ones are not drawn" in read.text()
    assert "The 12 longest" in read.text()
    assert {"#tracks", "#stretches", "#names"} == {value for _, name, value in read.given if name == "href"}


def test_every_short_doubt_is_drawn() -> None:
    frames = 200_000
    report = told(
        tracks=[track("one", 0, frames - 1)], to_look_at=[stretch("one", 99_999, 99_999, "filled", "why")], cuts=[]
    )
    report["result"] |= {"frames": frames, "seconds": frames / 25}
    assert "<title>filled, about " in page(report)


def test_a_very_long_report_stays_a_page() -> None:
    tracks = [track(f"t{number}", number, number + 3) for number in range(5000)]
    html = page(told(tracks=tracks, not_hidden=tracks))
    assert len(html) < 3_000_000
    assert "stand in the JSON report only" in html


def test_letters_are_those_of_the_player() -> None:
    tracks = [span(start, start + length) for start, length in ((50, 5), *((n * 10, 90) for n in range(8)), (0, 3))]
    assert letters(tracks) == ["J", "A", "B", "C", "D", "E", "F", "G", "H", "I"]
    assert letters([span(n, n + 1) for n in range(28)])[-2:] == ["AA", "AB"]


def test_frames_without_anybody_are_found() -> None:
    assert unfound([span(5, 9), span(7, 12)], [span(15, 16)], 20) == [range(5), range(13, 15), range(17, 20)]
    assert unfound([], [], 3) == [range(3)]
    assert unfound([span(0, 2)], [], 3) == []


def test_times_are_written_to_a_tenth() -> None:
    assert [moment(at) for at in (0, 59.96, 125.44, 3661.2, -0.04, -1.5)] == [
        "0:00.0", "1:00.0", "2:05.4", "1:01:01.2", "0:00.0", "-0:01.5",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name, info in registry.methods().items() if info.kind == "detect"])
def test_every_detector_has_a_source_to_cite(name: str) -> None:
    made = registry.implementation(name)
    citation = CITATIONS[name]
    assert citation.title == made.title
    identifier = re.search(r"(?:arXiv:|doi:|github\.com/)(\S+)", citation.full)
    assert identifier is not None
    module = __import__(made.__module__, fromlist=["__doc__"])
    assert identifier[1] in module.__doc__


@pytest.mark.slow
def test_it_prints_on_a4(page_in_browser: Page, tmp_path: Path) -> None:
    tracks = [track(f"t{number}", number * 5, number * 5 + number) for number in range(40)]
    stored = tmp_path / "a.report.html"
    stored.write_text(page(told(tracks=tracks, not_hidden=[place(1, 2, []) | track("w", 1, 2)])), "utf-8")
    asked: list[str] = []
    page_in_browser.on("request", lambda request: asked.append(request.url))
    page_in_browser.goto(stored.as_uri())
    printed = page_in_browser.pdf(prefer_css_page_size=True)
    assert asked == [stored.as_uri()]
    assert printed.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 12
    box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert box is not None
    assert [round(float(side)) for side in box.groups()] == [595, 842]
    wide = page_in_browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert wide, "the page is wider than the window"


@pytest.fixture
def page_in_browser(page: Page) -> Page:
    """The fixture of all tests in a browser, under a name that leaves ``page`` to the report's."""
    return page


def test_it_begins_as_pages_of_ours_do() -> None:
    assert page(told()).startswith(BEGINNING)
