"""The official Python client of MCP against a running server, over HTTP and over `sluice mcp`.

Usage: client.py PROGRAM, with the server's addresses in SLUICE_SERVER and SLUICE_URL.
"""

import asyncio
import json
import os
import sys
import urllib.request

from mcp import Client, MCPError, StdioServerParameters

URL = os.environ["SLUICE_URL"]
TEXT = "The grey heron waits for fish."


def send(method: str, path: str, body: dict) -> None:
    headers = {"content-type": "application/json"}
    data = json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers, method=method)):
        pass


async def check(server: StdioServerParameters | str, mode: str) -> str:
    async with Client(server, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"search", "refine", "context", "get", "explain", "list_collections"} == set(tools)
        # The client holds each answer to the schema of its tool.
        asked = {"collection": "docs", "query": "which bird waits for fish"}
        found = await client.call_tool("search", asked)
        assert not found.is_error, found
        ranking = found.structured_content
        assert ranking["hits"][0]["text"] == TEXT, ranking
        refined = await client.call_tool("refine", {"handle": ranking["handle"], "how": "exact"})
        assert refined.structured_content["certificate"] == "exact", refined
        context = await client.call_tool("context", {**asked, "token_budget": 50})
        assert context.structured_content["passages"][0]["text"] == TEXT, context
        wrong = await client.call_tool("search", {"collection": "none", "query": "x"})
        assert wrong.is_error and wrong.content[0].text.startswith("COLLECTION_NOT_FOUND"), wrong
        document = await client.read_resource(ranking["hits"][0]["uri"])
        assert document.contents[0].text.endswith(TEXT), document
        try:
            await client.read_resource("sluice:docs/none")
        except MCPError:
            return client.protocol_version
        raise AssertionError("a document that is not there was read")


async def main(program: str) -> None:
    send("POST", "/v1/collections", {"name": "docs"})
    send("PUT", "/v1/collections/docs/documents/heron", {"text": TEXT})
    address = os.environ["SLUICE_SERVER"]
    stdio = StdioServerParameters(command="node", args=[program, "mcp", "--server", address])
    for name, server in (("http", URL + "/mcp"), ("stdio", stdio)):
        for mode in ("auto", "legacy"):
            print(f"python over {name}: {await check(server, mode)}")


asyncio.run(main(sys.argv[1]))
