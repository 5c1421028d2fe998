"""Serves the script DEMO_SCRIPT by itself, with the files of the folder DEMO_FILES beside it."""

from __future__ import annotations

import os
from asyncio import sleep
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route


async def file(request: Request) -> FileResponse:
    """One file of the folder, after ``?wait=`` seconds."""
    await sleep(float(request.query_params.get("wait", 0)))
    return FileResponse(Path(os.environ["DEMO_FILES"]) / Path(request.path_params["name"]).name)


app = st.App(os.environ["DEMO_SCRIPT"], routes=[Route("/files/{name}", file)])
