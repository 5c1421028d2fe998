"""Help teaches: every command and every option says in words what it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.metadata import version

import pytest
import typer

from maskanyone.cli import app
from tests.promises.runs import Said

Say = Callable[..., Said]
GROUP = typer.main.get_command(app)
COMMANDS = set("audit edits mask presets methods weights report demo doctor cache app worker".split())


def test_the_commands_are_these() -> None:
    assert set(GROUP.commands) == COMMANDS  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]], ids=str)
def test_without_a_command_it_says_what_there_is_and_where_to_begin(say: Say, words: list[str]) -> None:
    answer = say(*words)
    told = flat(answer.out + answer.err)
    assert answer.code == (0 if words else 2)
    assert all(re.search(rf"\b{command}\b", told) for command in COMMANDS)
    assert "maskanyone demo" in told
    assert "Nothing leaves this machine" in told


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_and_every_option_is_explained(say: Say, command: str) -> None:
    answer = say(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    made = GROUP.commands[command]  # type: ignore[attr-defined]
    assert made.help
    told = flat(answer.out)
    for option in made.params:
        if option.name != "help":
            assert getattr(option, "help", None), f"{command} {option.name} is not explained"
            assert option.help.endswith("."), option.help
            assert flat(option.help.split("`")[0])[:20] in told
            assert all(name in told for name in option.opts if name.startswith("--"))


def test_the_help_of_mask_shows_how_it_is_used(say: Say) -> None:
    told = flat(say("mask", "--help").out)
    assert told.count("maskanyone mask ") >= 3
    assert "The recordings are only read" in told
    assert "the sound is removed" in told


def flat(text: str) -> str:
    """Without frames and line breaks."""
    return re.sub(r"[\s│╭╮╰╯─]+", " ", text)


def test_it_says_its_version(say: Say) -> None:
    assert say("--version").out == f"maskanyone {version('maskanyone')}\n"


@pytest.mark.parametrize(
    "words",
    [["msk"], ["mask"], ["mask", "a.mp4"], ["mask", "a.mp4", "-o", "b", "--nope"], ["weights", "fetch"]],
    ids=" ".join,
)
def test_words_that_are_none_are_told_on_standard_error(say: Say, words: list[str]) -> None:
    answer = say(*words)
    assert answer.code == 2
    assert answer.out == ""
    assert "Error" in answer.err
    assert "Traceback" not in answer.err
