"""A server on the Python SDK 1.x or on fastmcp: python python.py <mcp|fastmcp> <streamable-http|sse> <port>."""

import base64
import sys

import anyio
from pydantic import BaseModel

library, transport, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
if library == "mcp":
    from mcp.server.fastmcp import Context, FastMCP, Image

    server = FastMCP("interop-python", host="127.0.0.1", port=port)
else:
    from fastmcp import Context, FastMCP
    from fastmcp.utilities.types import Image

    server = FastMCP("interop-fastmcp")

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
cancelled = 0


class Sum(BaseModel):
    sum: int


class Name(BaseModel):
    name: str


@server.tool()
def echo(message: str) -> str:
    """Answer with the message"""
    return message


@server.tool()
def add(a: int, b: int) -> Sum:
    """Add two numbers"""
    return Sum(sum=a + b)


@server.tool()
def picture() -> Image:
    """Answer with a picture"""
    return Image(data=PIXEL, format="png")


@server.tool()
def fail() -> str:
    """Fail"""
    raise ValueError("failed, as asked")


@server.tool()
async def count(to: int, ctx: Context) -> str:
    """Report progress"""
    for step in range(1, to + 1):
        await ctx.report_progress(step, to)
        await anyio.sleep(0.05)
    return f"counted to {to}"


@server.tool()
async def log(message: str, ctx: Context) -> str:
    """Write a log message"""
    await ctx.info(message)
    return "logged"


@server.tool()
async def sleep(ms: int) -> str:
    """Sleep, unless cancelled"""
    global cancelled
    try:
        await anyio.sleep(ms / 1000)
    except anyio.get_cancelled_exc_class():
        cancelled += 1
        raise
    return "slept"


@server.tool()
def cancellations() -> str:
    """How many calls of sleep were cancelled"""
    return str(cancelled)


@server.tool()
async def ask_model(question: str, ctx: Context) -> str:
    """Ask the client's model"""
    if library == "fastmcp":
        return (await ctx.sample(question)).text
    from mcp.types import SamplingMessage, TextContent

    message = SamplingMessage(role="user", content=TextContent(type="text", text=question))
    answer = await ctx.session.create_message([message], max_tokens=10, related_request_id=ctx.request_id)
    return answer.content.text


@server.tool()
async def ask_name(ctx: Context) -> str:
    """Ask the user for a name"""
    answer = await ctx.elicit("Your name?", Name)
    return answer.data.name if answer.action == "accept" else answer.action


@server.tool()
async def ask_roots(ctx: Context) -> str:
    """Ask the client for its roots"""
    return ", ".join(str(root.uri) for root in (await ctx.session.list_roots()).roots)


@server.tool()
async def touch(ctx: Context) -> str:
    """Say that memo://one changed"""
    from pydantic import AnyUrl

    await ctx.session.send_resource_updated(AnyUrl("memo://one"))
    return "touched"


@server.tool()
async def grow(ctx: Context) -> str:
    """Say that the list of tools changed"""
    await ctx.session.send_tool_list_changed()
    return "grown"


@server.resource("memo://one")
def memo() -> str:
    """A memo"""
    return "a memo"


@server.resource("memo://number/{number}")
def numbered(number: str) -> str:
    """A memo by number"""
    return f"memo {number}"


@server.prompt()
def greet(name: str) -> str:
    """Greet somebody"""
    return f"Greet {name}"


if library == "mcp":
    server.run(transport=transport)
else:
    server.run(transport="http" if transport == "streamable-http" else "sse", host="127.0.0.1", port=port, show_banner=False)
