"""A fastmcp client: python fastmcp_client.py <url> <profile> <features>; the key is in INTEROP_KEY."""

import os
import sys
from contextlib import asynccontextmanager

from fastmcp import Client
from fastmcp.client.transports import SSETransport, StreamableHttpTransport

from operations import Heard, main

url, profile, features = sys.argv[1:4]
headers = {"Authorization": f"Bearer {os.environ['INTEROP_KEY']}"} if os.environ.get("INTEROP_KEY") else {}
heard = Heard()


async def on_sampling(_messages, _params, _context):
    return "Paris"


async def on_elicitation(_message, _response_type, _params, _context):
    from fastmcp.client.elicitation import ElicitResult

    action, content = heard.form
    return ElicitResult(action=action, content=content)


async def on_log(message):
    heard.logs.append(message)


async def on_message(message):
    heard.notified(message)


class Answer:
    """Lists and reads come unwrapped from fastmcp; the operations want them as the protocol has them."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


LISTS = {"tools": "tools", "resources": "resources", "resource_templates": "resourceTemplates", "prompts": "prompts"}


class Adapter:
    def __init__(self):
        self.can = {"progress", "notifications", "elicitation", "structured", "audio", *features.split(",")}
        if "ping" in self.can:
            self.can |= {"fixture-logs", "changes"}
        self.heard = heard
        transport = SSETransport if "sse" in self.can else StreamableHttpTransport
        self.client = Client(
            transport(url, headers=headers),
            roots=["file:///home/user/project"],
            sampling_handler=on_sampling,
            elicitation_handler=on_elicitation,
            log_handler=on_log,
            message_handler=on_message,
        )

    @asynccontextmanager
    async def connected(self):
        async with self.client:
            yield

    async def ping(self):
        await self.client.ping()

    async def list(self, which, _cursor):
        return Answer(**{LISTS[which]: await getattr(self.client, f"list_{which}")(), "nextCursor": None})

    async def call(self, name, arguments, progress=None, log_level=None):
        async def on_progress(done, _total, _message):
            progress(done)

        return await self.client.call_tool_mcp(name, arguments, **({"progress_handler": on_progress} if progress else {}))

    async def set_level(self, level):
        await self.client.set_logging_level(level)

    async def read(self, uri):
        return Answer(contents=await self.client.read_resource(uri))

    async def prompt(self, name, arguments):
        return await self.client.get_prompt(name, arguments)

    async def complete_prompt(self, name, argument, value):
        from mcp.types import PromptReference

        reference = PromptReference(type="ref/prompt", name=name)
        return (await self.client.complete(reference, {"name": argument, "value": value})).values

    @asynccontextmanager
    async def listen(self):
        yield


it = Adapter()
main(it.connected(), it, profile)
