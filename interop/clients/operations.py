"""What a client does with a server, for every version of the Python SDK and for fastmcp.

`it` is the adapter of an SDK: the same few functions over its own client. Each operation writes a line of JSON, which
is what the driver reads. Fields are read by either spelling, since the SDK went from camelCase to snake_case.
"""

import asyncio
import base64
import json
import os
import re
import time

LIMIT_S = float(os.environ.get("INTEROP_LIMIT_MS", "20000")) / 1000


def field(value, name):
    """`nextCursor` of SDK 1, `next_cursor` of SDK 2."""
    if hasattr(value, name):
        return getattr(value, name)
    return getattr(value, re.sub(r"([A-Z])", lambda found: "_" + found.group(1).lower(), name))


def same(got, wanted, what="answer"):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r:.300}, wanted {wanted!r:.300}")


def check(condition, why):
    if not condition:
        raise AssertionError(why)


def text(result):
    return "|".join(getattr(block, "text", f"<{block.type}>") for block in result.content)


async def refused(call, what):
    try:
        answer = await call
    except Exception as error:
        return error
    raise AssertionError(f"{what} was answered: {answer!r:.300}")


async def eventually(found, what):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if found():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{what} did not arrive within 5 s")


def root_cause(error):
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:300]


async def report(operation, body):
    begin = time.monotonic()
    line = {"operation": operation, "ok": True}
    try:
        await asyncio.wait_for(body, LIMIT_S)
    except (Exception, asyncio.CancelledError) as error:
        line |= {"ok": False, "why": root_cause(error)}
    line["ms"] = round((time.monotonic() - begin) * 1000)
    print(json.dumps(line), flush=True)


async def run(it, profile):
    for body in PROFILES[profile]:
        needed = getattr(body, "needs", None)
        if needed is None or needed in it.can:
            await report(body.__doc__, body(it))


def main(session, it, profile):
    """Connects, runs, and closes; `session` is an async context manager over the connected client."""

    async def everything():
        connected = False
        try:
            async with session:
                connected = True
                await report("connect", asyncio.sleep(0))
                await run(it, profile)
        except BaseException as error:
            what = "close" if connected else "connect"
            print(json.dumps({"operation": what, "ok": False, "why": root_cause(error)}), flush=True)
        else:
            await report("close", asyncio.sleep(0))

    asyncio.run(everything())


class Heard:
    """What the server said and asked on its own."""

    def __init__(self):
        self.logs, self.forms, self.notifications, self.updates = [], [], [], []
        self.form = ("decline", None)

    def notified(self, message):
        # SDK 1 wraps notifications in a root model.
        message = getattr(message, "root", message)
        method = getattr(message, "method", None)
        if method:
            self.notifications.append(method)
        if method == "notifications/resources/updated":
            self.updates.append(str(message.params.uri))

    def count(self, method):
        return self.notifications.count(method)


PROFILES = {"fixture": [], "own": [], "everything": []}


def operation(*profiles, needs=None):
    def register(body):
        body.needs = needs
        for profile in profiles:
            PROFILES[profile].append(body)
        return body

    return register


async def all_pages(it, which, name):
    items, cursor = [], None
    for _ in range(50):
        answer = await it.list(which, cursor)
        items += field(answer, name)
        cursor = field(answer, "nextCursor") if "pages" in it.can else None
        if cursor is None:
            return items
    raise AssertionError("the pages of the list never end")


@operation("fixture", "own", "everything", needs="ping")
async def ping(it):
    """ping"""
    await it.ping()


@operation("fixture", needs="pages")
async def tools(it):
    """tools: all pages"""
    names = [tool.name for tool in await all_pages(it, "tools", "tools")]
    check({"echo", "add", "slow", "test_sampling", "json_schema_2020_12_tool"} <= set(names), f"missing: {names}")
    same(len(set(names)), len(names), "distinct names")


@operation("own", "everything", "fixture")
async def tools_first(it):
    """tools: list"""
    check("echo" in [tool.name for tool in field(await it.list("tools", None), "tools")], "no echo")


@operation("fixture", "own")
async def call_text(it):
    """call: text beyond ASCII"""
    same(text(await it.call("echo", {"message": 'žluťoučký 🐎\u2028"\\\n'})), 'žluťoučký 🐎\u2028"\\\n')


@operation("everything")
async def call_echo(it):
    """call: text"""
    same(text(await it.call("echo", {"message": "hello"})), "Echo: hello")


@operation("fixture", "own")
async def call_structured(it):
    """call: structured"""
    result = await it.call("add", {"a": 2, "b": 3})
    same(json.loads(text(result))["sum"], 5, "sum as text")
    if "structured" in it.can:
        same(field(result, "structuredContent"), {"sum": 5}, "structured content")


@operation("fixture")
async def call_image(it):
    """call: image"""
    [block] = (await it.call("test_image_content", {})).content
    check(base64.b64decode(block.data).startswith(b"\x89PNG"), "no picture")


@operation("fixture", needs="audio")
async def call_audio(it):
    """call: audio"""
    [block] = (await it.call("test_audio_content", {})).content
    same(field(block, "mimeType"), "audio/wav", "type")


@operation("fixture")
async def call_resource(it):
    """call: embedded resource"""
    [block] = (await it.call("test_embedded_resource", {})).content
    same(str(block.resource.uri), "test://embedded-resource", "uri")


@operation("fixture")
async def call_kinds(it):
    """call: many kinds of content"""
    blocks = (await it.call("test_multiple_content_types", {})).content
    same([block.type for block in blocks], ["text", "image", "resource"], "kinds")


@operation("fixture")
async def call_failed(it):
    """call: a result that says it failed"""
    same(field(await it.call("test_error_handling", {}), "isError"), True, "isError")


@operation("own")
async def call_failed_own(it):
    """call: a result that says it failed"""
    same(field(await it.call("fail", {}), "isError"), True, "isError")


@operation("fixture")
async def call_protocol_error(it):
    """call: an error of the protocol"""
    error = await refused(it.call("fail", {"kind": "protocol", "message": "as asked"}), "the call")
    check("as asked" in str(error), f"another error: {error}")


@operation("fixture", needs="progress")
async def call_progress(it):
    """call: progress"""
    seen = []
    await it.call("test_tool_with_progress", {}, progress=seen.append)
    same(seen, [0, 50, 100], "progress")


@operation("own", needs="progress")
async def call_progress_own(it):
    """call: progress"""
    seen = []
    await it.call("count", {"to": 3}, progress=seen.append)
    same(seen, [1, 2, 3], "progress")


@operation("fixture")
async def call_large(it):
    """call: half a megabyte"""
    same(len(text(await it.call("big_result", {"bytes": 500_000}))), 500_000, "length")


@operation("fixture", "own")
async def call_parallel(it):
    """call: twelve in parallel"""
    answers = await asyncio.gather(*(it.call("echo", {"message": f"message {idx}"}) for idx in range(12)))
    same([text(answer) for answer in answers], [f"message {idx}" for idx in range(12)], "answers")


@operation("fixture")
async def call_slow(it):
    """call: eight seconds of silence"""
    same(text(await it.call("slow", {"ms": 8000})), "answered after 8000 ms")


@operation("fixture", needs="fixture-logs")
async def logging(it):
    """logging: messages"""
    await it.set_level("debug")
    before = len(it.heard.logs)
    await it.call("test_tool_with_logging", {}, log_level="debug")
    await eventually(lambda: len(it.heard.logs) >= before + 3, "the third log message")


@operation("own", needs="notifications")
async def logging_own(it):
    """logging"""
    if "set-level" in it.can:
        await it.set_level("debug")
    before = len(it.heard.logs)
    await it.call("log", {"message": "noted"}, log_level="debug")
    await eventually(lambda: len(it.heard.logs) > before, "the log message")


@operation("fixture", needs="fixture-logs")
async def logging_level(it):
    """logging: nothing below the level"""
    await it.set_level("error")
    before = len(it.heard.logs)
    await it.call("test_tool_with_logging", {}, log_level="error")
    await asyncio.sleep(0.3)
    same(len(it.heard.logs) - before, 0, "messages below the level")
    await it.set_level("debug")


@operation("fixture")
async def resources(it):
    """resources: list"""
    uris = sorted(str(one.uri) for one in await all_pages(it, "resources", "resources"))
    same(uris, ["test://static-binary", "test://static-text", "test://watched-resource"], "addresses")


@operation("fixture")
async def resource_text(it):
    """resources: read text"""
    [content] = (await it.read("test://static-text")).contents
    same(content.text, "This is the content of the static text resource.")


@operation("fixture")
async def resource_binary(it):
    """resources: read binary"""
    [content] = (await it.read("test://static-binary")).contents
    check(base64.b64decode(content.blob).startswith(b"\x89PNG"), "no picture")


@operation("fixture")
async def templates(it):
    """resources: templates"""
    found = field(await it.list("resource_templates", None), "resourceTemplates")
    same([field(one, "uriTemplate") for one in found], ["test://template/{id}/data"], "templates")


@operation("fixture")
async def resource_template(it):
    """resources: read by a template"""
    [content] = (await it.read("test://template/42/data")).contents
    same(json.loads(content.text)["id"], "42", "id")


@operation("fixture")
async def resource_unknown(it):
    """resources: unknown"""
    await refused(it.read("test://no-such"), "reading it")


@operation("own")
async def resources_own(it):
    """resources: list and read, by a template too"""
    check("memo://one" in [str(one.uri) for one in field(await it.list("resources", None), "resources")], "no memo")
    same((await it.read("memo://one")).contents[0].text, "a memo", "text")
    same((await it.read("memo://number/7")).contents[0].text, "memo 7", "text")


@operation("everything")
async def resources_everything(it):
    """resources: list and read"""
    first = field(await it.list("resources", None), "resources")[0]
    check((await it.read(str(first.uri))).contents, "nothing to read")


@operation("fixture", needs="subscribe")
async def subscribe(it):
    """resources: subscribe and unsubscribe"""
    async with it.watch("test://watched-resource"):
        pass


@operation("own", needs="touch")
async def updated(it):
    """notification: a resource changed"""
    async with it.watch("memo://one"):
        before = len(it.heard.updates)
        await it.call("touch", {})
        await eventually(lambda: "memo://one" in it.heard.updates[before:], "the notification")


@operation("fixture")
async def prompts(it):
    """prompts: list and get"""
    names = [prompt.name for prompt in await all_pages(it, "prompts", "prompts")]
    check("test_simple_prompt" in names, f"missing: {names}")
    got = await it.prompt("test_prompt_with_arguments", {"arg1": "a", "arg2": "b"})
    same(got.messages[0].content.text, "Prompt with arguments: arg1='a', arg2='b'", "prompt")


@operation("own")
async def prompts_own(it):
    """prompts: list and get"""
    check("greet" in [prompt.name for prompt in field(await it.list("prompts", None), "prompts")], "no greet")
    same((await it.prompt("greet", {"name": "Ada"})).messages[0].content.text, "Greet Ada", "prompt")


@operation("everything")
async def prompts_everything(it):
    """prompts: get with arguments"""
    check("Oslo" in (await it.prompt("args-prompt", {"city": "Oslo"})).messages[0].content.text, "no Oslo")


@operation("fixture")
async def prompt_kinds(it):
    """prompts: with an image and with a resource"""
    same((await it.prompt("test_prompt_with_image", {})).messages[0].content.type, "image")
    got = await it.prompt("test_prompt_with_embedded_resource", {"resourceUri": "test://static-text"})
    same(str(got.messages[0].content.resource.uri), "test://static-text", "uri")


@operation("fixture")
async def completion(it):
    """completion: argument of a prompt"""
    same(await it.complete_prompt("test_prompt_with_arguments", "arg1", "par"), ["parrot", "party"], "values")


@operation("fixture")
async def sampling(it):
    """sampling"""
    same(text(await it.call("test_sampling", {"prompt": "Capital?"})), "LLM response: Paris")


@operation("own")
async def sampling_own(it):
    """sampling"""
    same(text(await it.call("ask_model", {"question": "Capital?"})), "Paris")


@operation("everything")
async def sampling_everything(it):
    """sampling"""
    check("Paris" in text(await it.call("trigger-sampling-request", {"prompt": "Capital?", "maxTokens": 10})), "no Paris")


@operation("fixture")
async def roots(it):
    """roots"""
    same(text(await it.call("test_input_required_result_list_roots", {})), "The roots are file:///home/user/project")


@operation("own")
async def roots_own(it):
    """roots"""
    same(text(await it.call("ask_roots", {})), "file:///home/user/project")


@operation("fixture", needs="elicitation")
async def elicitation(it):
    """elicitation: accept and decline"""
    it.heard.form = ("accept", {"username": "ada", "email": "ada@example.com"})
    answer = text(await it.call("test_elicitation", {"message": "Who?"}))
    check("action=accept" in answer and "ada@example.com" in answer, answer)
    it.heard.form = ("decline", None)
    check("action=decline" in text(await it.call("test_elicitation", {"message": "Who?"})), "not declined")


@operation("own", needs="elicitation")
async def elicitation_own(it):
    """elicitation"""
    it.heard.form = ("accept", {"name": "Ada"})
    same(text(await it.call("ask_name", {})), "Ada")


@operation("fixture", needs="elicitation")
async def rounds(it):
    """questions: two rounds, and three at once"""
    it.heard.form = ("accept", {"name": "Ada", "color": "red"})
    same(text(await it.call("test_input_required_result_multi_round", {})), "Both questions are answered")
    it.heard.form = ("accept", {"name": "Ada"})
    same(text(await it.call("test_input_required_result_multiple_inputs", {})), "All three answers are here")


@operation("fixture")
async def cancel(it):
    """cancel"""
    try:
        await asyncio.wait_for(it.call("slow", {"ms": 30000}), 0.3)
        raise AssertionError("the cancelled call was answered")
    except (TimeoutError, asyncio.TimeoutError):
        pass
    same(text(await it.call("echo", {"message": "after"})), "after")


@operation("fixture", needs="changes")
async def changed(it):
    """notification: the tools changed"""
    async with it.listen():
        before = it.heard.count("notifications/tools/list_changed")
        await it.call("test_trigger_tool_change", {})
        await eventually(lambda: it.heard.count("notifications/tools/list_changed") > before, "the notification")
