"""The drop area with a small tus 1.0 server that can be slow, cut the connection, or refuse, on demand.

POST /test?pace=SECONDS waits that long for each quarter of a megabyte; cut=BYTES breaks off once after so many;
refuse=SENTENCE refuses new uploads. GET /test tells what the server holds and what it was asked.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

HERE = Path(__file__).resolve()
ASSETS = HERE.parents[3] / "maskanyone" / "ui" / "assets"
TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
held: dict[str, dict[str, Any]] = {}
asked: Counter[str] = Counter()
writing: set[str] = set()
wish: dict[str, Any] = {"pace": 0.0, "cut": 0, "refuse": ""}


async def create(request: Request) -> Response:
    asked["POST"] += 1
    if wish["refuse"]:
        return PlainTextResponse(wish["refuse"], 413, TUS)
    pairs = (pair.split(" ") for pair in request.headers["upload-metadata"].split(","))
    told = {name: base64.b64decode(value).decode() for name, value in pairs}
    made = uuid.uuid4().hex
    held[made] = {**told, "length": int(request.headers["upload-length"]), "offset": 0, "sha": hashlib.sha256()}
    return Response(status_code=201, headers={**TUS, "Location": f"/api/uploads/{made}"})


async def one(request: Request) -> Response:
    asked[request.method] += 1
    name = request.path_params["name"]
    if name not in held:
        return Response(status_code=404, headers=TUS)
    upload = held[name]
    if request.method == "DELETE":
        del held[name]
        return Response(status_code=204, headers=TUS)
    if request.method == "PATCH":
        if name in writing or int(request.headers["upload-offset"]) != upload["offset"]:
            return Response(status_code=423 if name in writing else 409, headers=TUS)
        writing.add(name)
        try:
            if not await receive(request, upload):
                return StreamingResponse(broken(), 200, {**TUS, "Content-Length": "9"})
        finally:
            writing.discard(name)
    status = 204 if request.method == "PATCH" else 200
    sizes = {"Upload-Offset": str(upload["offset"]), "Upload-Length": str(upload["length"])}
    return Response(status_code=status, headers={**TUS, **sizes})


async def receive(request: Request, upload: dict[str, Any]) -> bool:
    """Take what comes; false once the connection is to break."""
    async for piece in request.stream():
        upload["sha"].update(piece)
        upload["offset"] += len(piece)
        await asyncio.sleep(wish["pace"] * len(piece) / 2**18)
        if wish["cut"] and upload["offset"] >= wish["cut"]:
            wish["cut"] = 0
            return False
    return True


async def broken() -> Any:
    """A body that ends before it begins: the server closes the connection."""
    raise ConnectionResetError("cut on demand")
    yield b""


async def test(request: Request) -> Response:
    if request.method == "POST":
        wish.update(pace=0.0, cut=0, refuse="")
        wish.update({key: type(wish[key])(value) for key, value in request.query_params.items()})
        asked.clear()
    uploads = {name: {**upload, "sha": upload["sha"].hexdigest()} for name, upload in held.items()}
    return JSONResponse({"uploads": uploads, "asked": dict(asked)})


def asset(request: Request) -> Response:
    return FileResponse(ASSETS / request.path_params["name"], media_type="text/javascript")


app = st.App(
    HERE.with_name("dropzone_page.py"),
    routes=[
        Route("/api/uploads", create, methods=["POST"]),
        Route("/api/uploads/{name}", one, methods=["HEAD", "PATCH", "DELETE"]),
        Route("/api/assets/{name}", asset),
        Route("/test", test, methods=["GET", "POST"]),
    ],
)
