"""Boxes in the list of recordings are turned by clicks on them and by nothing that only looks like one."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def boxes() -> None:
    """Two boxes that show what lies in the session, where clicks and others turn it."""
    from functools import partial

    import streamlit as st

    from maskanyone.ui import listing

    chosen = st.session_state.setdefault("chosen", [False, True])

    for number, value in enumerate(chosen):
        turn = partial(chosen.__setitem__, number)
        st.checkbox(str(number), **listing._box(f"box {number}", value, turn))


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_function(boxes).run()


def shown(page: AppTest) -> list[bool]:
    return [box.value for box in page.checkbox]


def test_a_click_turns_a_box_and_it_stays_the_one_it_was(page: AppTest) -> None:
    before = [box.key for box in page.checkbox]
    page.checkbox[0].check().run()
    assert page.session_state["chosen"] == shown(page) == [True, True]
    page.checkbox[1].uncheck().run()
    assert page.session_state["chosen"] == shown(page) == [True, False]
    assert [box.key for box in page.checkbox] == before


def test_what_something_else_turned_is_shown(page: AppTest) -> None:
    page.session_state["chosen"][0] = True
    assert shown(page.run()) == [True, True]
    page.checkbox[0].uncheck().run()
    assert page.session_state["chosen"] == shown(page) == [False, True]


def test_a_browser_that_has_not_drawn_what_was_turned_turns_nothing_back(page: AppTest) -> None:
    late = page._tree.get_widget_states()
    page.session_state["chosen"][:] = [True, False]
    page.run()
    page._run(late)
    assert not page.exception
    assert page.session_state["chosen"] == shown(page) == [True, False]


def test_nor_where_it_is_clicked_in(page: AppTest) -> None:
    """The first was chosen meanwhile; she clicks on the second, and still sees the first as it was."""
    page.session_state["chosen"][0] = True
    late = page._tree.get_widget_states()
    for state in late.widgets:
        state.bool_value = False
    page.run()
    page._run(late)
    assert page.session_state["chosen"] == shown(page) == [True, False]
