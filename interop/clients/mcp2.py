"""A client on the Python SDK 2.x, which speaks 2026-07-28 if the server does. Otherwise as mcp1.py."""

import asyncio
from contextlib import asynccontextmanager

import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from mcp_sdk import callbacks, features, headers, heard, profile, url
from operations import main

modern = "legacy" not in features.split(",")


async def on_message(message):
    heard.notified(message)


class Adapter:
    def __init__(self):
        self.can = {"pages", "progress", "notifications", "fixture-logs", "changes", "subscribe", *features.split(",")}
        if not modern:
            self.can.add("ping")
        self.heard = heard
        self.client = None

    @asynccontextmanager
    async def connected(self):
        http = httpx2.AsyncClient(headers=headers, timeout=60)
        async with Client(
            streamable_http_client(url, http_client=http),
            mode="auto" if modern else "legacy",
            message_handler=on_message,
            **callbacks(types),
        ) as self.client:
            version = self.client.protocol_version
            # Drawbridge speaks it to clients whatever the server behind it speaks.
            assert not headers or (version == "2026-07-28") == modern, f"negotiated {version}"
            yield

    async def ping(self):
        await self.client.send_ping()

    async def list(self, which, cursor):
        return await getattr(self.client, f"list_{which}")(cursor=cursor)

    async def call(self, name, arguments, progress=None, log_level=None):
        async def on_progress(done, _total, _message):
            progress(done)

        meta = {"io.modelcontextprotocol/logLevel": log_level} if modern and log_level else None
        return await self.client.call_tool(
            name, arguments, progress_callback=on_progress if progress else None, meta=meta
        )

    async def set_level(self, level):
        if not modern:
            await self.client.set_logging_level(level)

    async def read(self, uri):
        return await self.client.read_resource(uri)

    async def prompt(self, name, arguments):
        return await self.client.get_prompt(name, arguments)

    async def complete_prompt(self, name, argument, value):
        reference = types.PromptReference(type="ref/prompt", name=name)
        return (await self.client.complete(reference, {"name": argument, "value": value})).completion.values

    @asynccontextmanager
    async def watch(self, uri):
        if modern:
            async with self.heard_on(resource_subscriptions=[uri]):
                yield
        else:
            await self.client.subscribe_resource(uri)
            yield
            await self.client.unsubscribe_resource(uri)

    @asynccontextmanager
    async def listen(self):
        if modern:
            async with self.heard_on(tools_list_changed=True):
                yield
        else:
            yield

    @asynccontextmanager
    async def heard_on(self, **wanted):
        """Changes come as events of a subscription; here they count like notifications."""

        async def collect(subscription):
            async for event in subscription:
                kind = type(event).__name__
                if kind == "ResourceUpdated":
                    heard.updates.append(str(event.uri))
                elif kind == "ToolsListChanged":
                    heard.notifications.append("notifications/tools/list_changed")

        async with self.client.listen(**wanted) as subscription:
            task = asyncio.create_task(collect(subscription))
            yield
            task.cancel()


it = Adapter()
main(it.connected(), it, profile)
