"""The real server, asked as a page of ours asks it, and as others would: nothing is got that is not ours to see."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from maskanyone.proof import places
from maskanyone.store import recordings, runs
from tests.browser.served import ROOT, TUS, Answer, Served, patching
from tests.conftest import SHARED, Sample
from tests.lean import lean

FOREIGN = "http://elsewhere.example"
GUESSED = "0123456789abcdef0123456789abcdef"
#: what stands in the page itself, which is the same at every address that is not a route
SHELL = b"<title>Streamlit</title>"
OWN_NAME = "Größe 100 %; filename=x.mp4"
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without a worker: nothing happens by itself."""
    served = Served(tmp_path_factory.mktemp("served") / "data", variables={"MASKANYONE_WORKER": "elsewhere"}).start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Iterator[Served]:
    """A server with its worker."""
    served = Served(tmp_path_factory.mktemp("working") / "data").start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def masked(working: Served, sample: Sample) -> tuple[str, str]:
    """A recording and its run with a result: their ids."""
    recording = working.bring(OWN_NAME, sample.path.read_bytes())
    working.until("SELECT id FROM recording WHERE id = ? AND state = 'ready'", recording)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKANYONE_DATA", str(working.data))
        row = recordings.one("local", recording)
        assert row is not None
        recipe = lean().data()
        run = runs.order("local", [row], recipe, "A preset")[0].id
    working.until("SELECT id FROM job WHERE id = ? AND state = 'done'", run, within=120)
    return recording, run


def announced(server: Served, name: str, size: int) -> str:
    answer = server.announce(name, size)
    assert answer.status == 201
    return answer.headers["location"]


# ---- who may ask -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "127.0.0.1@elsewhere.example", ""]
)
@pytest.mark.parametrize("path", ["/", "/api/source.zip", "/_stcore/health", "/_stcore/host-config"])
def test_a_wrong_host(server: Served, host: str, path: str) -> None:
    assert server.ask("GET", path, headers={"Host": host}).status in (400, 403)


def test_a_wrong_host_on_the_websocket(server: Served) -> None:
    assert server.ask("GET", "/_stcore/stream", headers=SOCKET | {"Origin": server.address}).status == 101
    for host in ("elsewhere.example", f"elsewhere.example:{server.port}"):
        wrong = SOCKET | {"Origin": f"http://{host}", "Host": host}
        assert server.ask("GET", "/_stcore/stream", headers=wrong).status == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "[::1]"])
def test_names_of_this_machine_are_right(server: Served, host: str) -> None:
    assert server.ask("GET", "/api/assets/tus.min.js", headers={"Host": f"{host}:{server.port}"}).status == 200


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "file://"])
def test_a_page_of_another_origin(server: Served, origin: str) -> None:
    said = {"Origin": origin.format(port=server.port)}
    assert server.ask("GET", "/api/assets/tus.min.js", headers=said).status == 403
    assert server.ask("POST", "/api/uploads", headers=said | TUS | {"Upload-Length": "5"}).status == 403
    place = announced(server, "a.mp4", 5)
    assert server.ask("PATCH", place, b"12345", patching(0) | said).status == 403
    assert server.ask("DELETE", place, headers=said | TUS).status == 403
    assert server.ask("GET", "/_stcore/stream", headers=SOCKET | said).status == 403
    assert server.ask("HEAD", place).headers["upload-offset"] == "0"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_may_not_embed(server: Served, site: str) -> None:
    said = {"Sec-Fetch-Site": site}
    assert server.ask("GET", "/api/assets/tus.min.js", headers=said).status == 403
    assert server.ask("POST", "/api/uploads", headers=said | TUS | {"Upload-Length": "5"}).status == 403
    assert server.ask("GET", "/_stcore/stream", headers=SOCKET | said | {"Origin": server.address}).status == 403
    assert server.ask("GET", "/", headers=said).status == 200  # a link to the page is no harm


def test_what_changes_something_says_where_it_comes_from(server: Served) -> None:
    place = announced(server, "a.mp4", 5)
    for method, path in (("POST", "/api/uploads"), ("PATCH", place), ("DELETE", place)):
        told = patching(0) | {"Origin": "", "Upload-Length": "5", "Upload-Metadata": "filename YQ=="}
        assert server.ask(method, path, headers=told).status == 403
    assert server.ask("HEAD", place).status == 200


# ---- what may be asked for -------------------------------------------------------------------------------------------

BY_ID = [
    "recordings/{}/video", "recordings/{}/picture", "recordings/{}/strip", "runs/{}/result", "runs/{}/download",
    "runs/{}/report", "runs/{}/report.json", "runs/{}/times", "moments/{}/before.jpg", "moments/{}/after.jpg",
    "runs/{}/release.zip", "runs/{}/places/filled-1-2/original.jpg",
]  # fmt: skip


@pytest.mark.parametrize("route", BY_ID)
@pytest.mark.parametrize("named", [GUESSED, "1", "'%20OR%201=1--", "x" * 3000])
def test_a_guessed_id(server: Served, route: str, named: str) -> None:
    answer = server.ask("GET", f"/api/{route.format(named)}")
    assert (answer.status, answer.body) == (404, b"There is nothing at this address.")


@pytest.mark.parametrize("route", BY_ID)
@pytest.mark.parametrize("named", ["%00", "..", "%2e%2e%2f", "..%2f..", "%ff", ""])
def test_an_id_that_is_none(server: Served, route: str, named: str) -> None:
    answer = server.ask("GET", f"/api/{route.format(named)}")
    assert answer.status in (400, 404) or SHELL in answer.body


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_a_guessed_upload(server: Served, method: str) -> None:
    assert server.ask(method, f"/api/uploads/{GUESSED}", headers=patching(0)).status == 404


def test_an_id_of_another_kind(working: Served, masked: tuple[str, str]) -> None:
    recording, run = masked
    check = working.rows("SELECT id FROM job WHERE kind = 'check'")[0][0]
    for path in (f"runs/{recording}/result", f"recordings/{run}/video", f"runs/{check}/download"):
        assert working.ask("GET", f"/api/{path}").status == 404


@pytest.mark.parametrize("path", [
    "/api/assets/../main.py", "/api/assets/..%2fmain.py", "/api/assets/%2e%2e/main.py", "/api/assets/..%5cmain.py",
    "/api/assets//etc/passwd", "/api/assets/%2fetc%2fpasswd", "/api/assets/", "/api/assets",
    "/api/moments/../../app.py", "/api/moments/..%2f..%2fapp/before.jpg", "/api/moments/a/..%2f..%2fapp.py",
    "/api/", "/app/static/app.py", "/media/../app.py", "/component/maskanyone.player/../../../app.py",
])  # fmt: skip
def test_a_path_that_leads_out(server: Served, path: str) -> None:
    answer = server.ask("GET", path)
    assert b"import" not in answer.body.split(b"<script", 1)[0]
    assert b"root:" not in answer.body
    assert answer.status in (301, 307, 400, 404) or SHELL in answer.body


def test_a_method_that_a_route_does_not_know(server: Served) -> None:
    for method in ("PUT", "TRACE", "DELETE"):
        assert server.ask(method, "/api/source.zip").status == 405


# ---- what is no video ------------------------------------------------------------------------------------------------

POSING: Mapping[str, bytes] = {
    "text": b"This is not a video.\n" * 60,
    "ffconcat": b"ffconcat version 1.0\nfile 'secret.mp4'\nduration 3.0\n",
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3.0,\nsecret.ts\n#EXT-X-ENDLIST\n",
    "page": b"<!doctype html><script>alert(document.cookie)</script>",
}
FROM_SHARED = {
    "ffconcat": "hostile_concat_renamed.mp4",
    "playlist": "hostile_playlist_local_renamed.mp4",
    "text": "broken_text_renamed.mp4",
}


@pytest.mark.parametrize("what", POSING)
def test_a_file_posing_as_a_video(working: Served, sample: Sample, what: str) -> None:
    for secret in ("secret.mp4", "secret.ts", "plain_h264_aac.mp4", "ts_start_offset.ts"):
        (working.data / "arriving").mkdir(exist_ok=True)
        (working.data / "arriving" / secret).write_bytes(sample.path.read_bytes())  # where a relative name would lead
    shared = SHARED / "formats" / FROM_SHARED.get(what, "none")
    recording = working.bring(f"{what}.mp4", shared.read_bytes() if shared.is_file() else POSING[what])
    query = "SELECT state, problem FROM recording WHERE id = ? AND state != 'checking'"
    state, problem = working.until(query, recording)[0]
    assert state == "broken"
    assert problem[0].isupper()
    assert problem.endswith(".")
    for part in ("video", "picture", "strip"):
        assert working.ask("GET", f"/api/recordings/{recording}/{part}").status == 404
    assert not working.rows("SELECT id FROM artefact WHERE recording = ? AND kind != 'original'", recording)


# ---- how it is handed out --------------------------------------------------------------------------------------------


def test_every_answer_is_guarded(working: Served, masked: tuple[str, str]) -> None:
    recording, run = masked
    for path in ("/", "/api/source.zip", f"/api/recordings/{recording}/video", f"/api/runs/{run}/result", "/api/no"):
        said = working.ask("GET", path).headers
        assert said["x-content-type-options"] == "nosniff"
        assert said["cross-origin-resource-policy"] == "same-origin"
        assert said["x-frame-options"] == "SAMEORIGIN"
        assert said["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in said
        if path.startswith("/api/"):
            assert said["cache-control"] == "no-store"
            assert "default-src 'none'" in said["content-security-policy"]


def test_only_a_result_is_handed_out_as_a_file(working: Served, masked: tuple[str, str]) -> None:
    recording, run = masked
    for part in ("video", "picture", "strip"):
        said = working.ask("GET", f"/api/recordings/{recording}/{part}?download=1")
        assert said.status == 200
        assert said.headers["content-disposition"] == "inline"
    for path in (f"recordings/{recording}/download", f"recordings/{recording}", f"recordings/{recording}/original"):
        assert SHELL in working.ask("GET", f"/api/{path}").body
    assert working.ask("GET", f"/api/runs/{run}/result").headers["content-disposition"] == "inline"
    saved = working.ask("GET", f"/api/runs/{run}/download")
    assert saved.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20100%20%25%3B%20filename%3Dx.masked.mp4"
    )
    stored = working.rows("SELECT sha256 FROM artefact WHERE job = ? AND kind = 'result'", run)
    assert hashlib.sha256(saved.body).hexdigest() == stored[0][0]
    report = working.ask("GET", f"/api/runs/{run}/report.json")
    assert report.headers["content-type"].startswith("application/json")
    assert report.headers["content-disposition"].endswith(".report.json")


def test_a_report_is_a_page_that_can_run_and_fetch_nothing(working: Served, masked: tuple[str, str]) -> None:
    shown = working.ask("GET", f"/api/runs/{masked[1]}/report")
    assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert shown.headers["cache-control"] == "no-store"
    rules = shown.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= set(rules)
    assert not any(rule.startswith("script-src") for rule in rules)
    assert "Größe 100 %; filename=x" in shown.body.decode()
    assert "Größe" not in working.ask("GET", f"/api/runs/{masked[1]}/report?shareable").body.decode()


def test_pictures_of_a_place_are_for_the_page_alone_and_are_kept_in_memory(
    working: Served, masked: tuple[str, str]
) -> None:
    before = set(working.data.rglob("*.jpg"))
    report = json.loads(working.ask("GET", f"/api/runs/{masked[1]}/report.json").body)
    key = places.queue(report)[0].key
    seen = {}
    for side in ("original", "result"):
        address = f"/api/runs/{masked[1]}/places/{key}/{side}.jpg"
        answer = working.ask("GET", address, headers={"Sec-Fetch-Dest": "image"})
        assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.body[:3] == b"\xff\xd8\xff"
        assert b"Exif" not in answer.body
        seen[side] = answer.body
        assert working.ask("GET", address, headers={"Sec-Fetch-Dest": "document"}).status == 403
        assert working.ask("GET", address, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert seen["original"] != seen["result"]
    for other in (f"{key}0/original", f"{key}/other", "..%2f..%2fapp/original"):
        assert working.ask("GET", f"/api/runs/{masked[1]}/places/{other}.jpg").status in (400, 404)
    assert set(working.data.rglob("*.jpg")) <= before


def test_a_range(working: Served, masked: tuple[str, str], sample: Sample) -> None:
    path, data = f"/api/recordings/{masked[0]}/video", sample.path.read_bytes()
    size = len(data)

    def part(named: str) -> Answer:
        return working.ask("GET", path, headers={"Range": f"bytes={named}"})

    for named, start, end in (
        ("0-0", 0, 1),
        ("100-199", 100, 200),
        (f"{size - 1}-", size - 1, size),
        ("-5", size - 5, size),
    ):
        answer = part(named)
        assert (answer.status, answer.body) == (206, data[start:end])
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert answer.headers["cache-control"] == "no-store"
    assert part(f"0-{size * 2}").body == data
    beyond = part(f"{size}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert working.ask("HEAD", path).headers["content-length"] == str(size)


def test_the_source_is_handed_out(server: Served) -> None:
    assert server.ask("GET", "/api/source.zip").body[:2] == b"PK"


def test_nothing_is_offered_to_those_who_write_apps() -> None:
    asks = (
        "from maskanyone.ui.serve import parts; parts(); from streamlit import config; "
        "config.set_option('server.headless', False); from streamlit.web import skills; "
        "print(skills.nudge_suppression_reason('.'))"
    )
    said = subprocess.run([sys.executable, "-c", asks], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "welcome_hidden"
