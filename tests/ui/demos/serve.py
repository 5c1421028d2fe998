"""Serves a script by itself, with a folder of files beside it: ``python serve.py PORT SCRIPT FOLDER``."""

from __future__ import annotations

import sys
from asyncio import sleep
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

PORT, SCRIPT, FOLDER = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])


async def file(request: Request) -> FileResponse:
    """One file of the folder, after ``?wait=`` seconds."""
    await sleep(float(request.query_params.get("wait", 0)))
    return FileResponse(FOLDER / Path(request.path_params["name"]).name)


app = st.App(SCRIPT, routes=[Route("/files/{name}", file)])

if __name__ == "__main__":
    app.run(
        config={
            "server.port": PORT,
            "server.address": "127.0.0.1",
            "server.headless": True,
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": False,
            "client.toolbarMode": "minimal",
        }
    )
