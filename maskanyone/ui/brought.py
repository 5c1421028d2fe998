"""Recordings that lie in a folder of this machine: only in local mode, only inside granted folders, never copied."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st
from streamlit import config

from maskanyone import folders, names
from maskanyone.store import recordings
from maskanyone.ui.guard import LOCAL_HOSTS
from maskanyone.ui.markdown import plain
from maskanyone.ui.words import brought as words

#: folders, separated as in PATH, inside which recordings may be named; the user's own folder unless given
GRANTED = "MASKANYONE_FOLDERS"
_MOST = 2000


def folders_allowed() -> bool:
    """Whether a folder may be named: only where the server answers this machine alone, or folders were granted."""
    alone = (
        config.get_option("server.address") in LOCAL_HOSTS
        and set(config.get_option("server.allowedHosts") or ()) <= LOCAL_HOSTS
    )
    return bool(os.environ.get(GRANTED)) or alone


def granted() -> list[Path]:
    """Folders inside which recordings may be named."""
    if not folders_allowed():
        return []
    named = os.environ.get(GRANTED)
    return [Path(part).resolve() for part in named.split(os.pathsep) if part] if named else [Path.home().resolve()]


def ask(owner: str) -> None:
    """A field for a folder, which says where it may lie, and below it what is wrong."""
    with st.form("folder", border=False), st.container(gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            named = st.text_input(words.FOLDER, help=words.FOLDER_HELP, key="folder named", width="stretch")
            asked = st.form_submit_button(words.ADD, icon=":material/folder_open:")
        st.markdown(f":gray[:small[{plain(words.inside(granted()))}]]")
        if asked:
            sentence, problem = from_folder(owner, named)
            if problem:
                st.markdown(f":red[:material/error: {plain(sentence)}]")
            else:
                st.toast(plain(sentence))


def from_folder(owner: str, named: str) -> tuple[str, bool]:
    """Add a folder's recordings; what is to be said, and whether it is a problem."""
    if not named.strip():
        return words.EMPTY, True
    try:
        folder = Path(named.strip().strip('"')).expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return words.not_there(named), True
    if not any(folder.is_relative_to(root) for root in granted()) or folder.is_relative_to(folders.data().resolve()):
        return words.not_granted(named, granted()), True
    found = _recordings([folder]) if folder.is_file() else _recordings(_seen(folder))
    if len(found) > _MOST:
        return words.too_many(named, _MOST), True
    added = recordings.named(owner, found)
    return words.added(len(added), folder.name), False


def _recordings(paths: list[Path]) -> list[Path]:
    """Files with a video's ending that do not lead out of the granted folders, nor into our own."""
    roots, ours = granted(), folders.data().resolve()
    real = [path.resolve() for path in paths if names.is_recording(path)]
    inside = [path for path in dict.fromkeys(real) if any(path.is_relative_to(root) for root in roots)]
    return [path for path in inside if not path.is_relative_to(ours) and _written(path)]


def _seen(folder: Path) -> list[Path]:
    """What lies in a folder, but for what is hidden there."""
    return sorted(p for p in folder.rglob("*") if not any(part.startswith(".") for part in p.relative_to(folder).parts))


def _written(path: Path) -> bool:
    """Whether a path is text, which not every name on a disk is."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
