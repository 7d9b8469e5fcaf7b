"""A search service in FastAPI: rankings as Server-Sent Events, and a context for a language model.

SLUICE_ADDRESS=127.0.0.1:7311 uvicorn fastapi_service:app
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

from sluice_client import AsyncClient, AsyncStream, SearchUpdate, SluiceError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for all requests; its connection ends with the service."""
    async with AsyncClient(os.environ.get("SLUICE_ADDRESS", "127.0.0.1:7311")) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/search")
async def search(request: Request, collection: str, q: str, k: int = 10) -> StreamingResponse:
    """Each ranking as an event; when the caller leaves, the search ends on the server."""
    client: AsyncClient = request.app.state.client
    stream = client.search(collection, q, k=k, payload={"text": False})
    return StreamingResponse(events(stream), media_type="text/event-stream")


async def events(stream: AsyncStream[SearchUpdate]) -> AsyncIterator[str]:
    """An error after the first event is an event too."""
    async with stream:
        try:
            async for update in stream:
                hits = [{"key": hit.key, "score": hit.score} for hit in update.hits]
                data = {"stage": update.stage, "final": update.final, "hits": hits}
                yield f"event: update\ndata: {json.dumps(data)}\n\n"
        except SluiceError as error:
            yield f"event: error\ndata: {json.dumps({'reason': error.reason})}\n\n"


@app.get("/context")
async def context(request: Request, collection: str, q: str, tokens: int = 1000) -> JSONResponse:
    """Re-ranked passages that fit into a budget of tokens, with their sources."""
    client: AsyncClient = request.app.state.client
    final = await client.search(
        collection, q, rerank={}, context={"token_budget": tokens, "order": "edges_first"}
    ).final()
    passages = () if final.context is None else final.context.passages
    return JSONResponse([asdict(passage) for passage in passages])


STATUSES = {"INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "RESOURCE_EXHAUSTED": 429}


@app.exception_handler(SluiceError)
async def failed(_: Request, error: SluiceError) -> JSONResponse:
    """The server's reason, so that callers need not read messages."""
    content = {"reason": error.reason, "message": error.message, "field": error.field}
    return JSONResponse(content, status_code=STATUSES.get(error.status, 503))
