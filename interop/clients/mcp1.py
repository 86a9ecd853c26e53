"""A client on the Python SDK 1.x: python mcp1.py <url> <profile> <features>; the key is in INTEROP_KEY."""

import inspect
from contextlib import asynccontextmanager

from mcp import ClientSession, types
from pydantic import AnyUrl

from mcp_sdk import callbacks, features, headers, heard, profile, url
from operations import main


async def on_message(message):
    if isinstance(message, types.ServerNotification):
        heard.notified(message)


@asynccontextmanager
async def streams():
    if "sse" in features.split(","):
        from mcp.client.sse import sse_client

        async with sse_client(url, headers=headers) as (read, write):
            yield read, write
    else:
        from mcp.client.streamable_http import streamablehttp_client

        async with streamablehttp_client(url, headers=headers) as (read, write, _):
            yield read, write


class Adapter:
    def __init__(self):
        self.can = {"ping", "subscribe", *features.split(",")}
        if "notifications" in self.can:
            self.can |= {"fixture-logs", "changes"}
        self.heard = heard
        self.session = None

    @asynccontextmanager
    async def connected(self):
        known = inspect.signature(ClientSession.__init__).parameters
        given = {"message_handler": on_message, **callbacks(types)}
        given = {name: callback for name, callback in given.items() if name in known}
        async with streams() as (read, write), ClientSession(read, write, **given) as self.session:
            await self.session.initialize()
            yield

    async def ping(self):
        await self.session.send_ping()

    async def list(self, which, cursor):
        method = getattr(self.session, f"list_{which}")
        return await (method(cursor) if cursor else method())

    async def call(self, name, arguments, progress=None, log_level=None):
        async def on_progress(done, _total, _message=None):
            progress(done)

        return await self.session.call_tool(name, arguments, **({"progress_callback": on_progress} if progress else {}))

    async def set_level(self, level):
        await self.session.set_logging_level(level)

    async def read(self, uri):
        return await self.session.read_resource(AnyUrl(uri))

    async def prompt(self, name, arguments):
        return await self.session.get_prompt(name, arguments)

    async def complete_prompt(self, name, argument, value):
        reference = getattr(types, "PromptReference")(type="ref/prompt", name=name)
        return (await self.session.complete(reference, {"name": argument, "value": value})).completion.values

    @asynccontextmanager
    async def watch(self, uri):
        await self.session.subscribe_resource(AnyUrl(uri))
        yield
        await self.session.unsubscribe_resource(AnyUrl(uri))

    @asynccontextmanager
    async def listen(self):
        yield


it = Adapter()
main(it.connected(), it, profile)
