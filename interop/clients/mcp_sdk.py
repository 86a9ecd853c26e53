"""What clients on either generation of the Python SDK share: their arguments, and how they answer a server's questions."""

import os
import sys

from operations import Heard

url, profile, features = sys.argv[1:4]
headers = {"Authorization": f"Bearer {os.environ['INTEROP_KEY']}"} if os.environ.get("INTEROP_KEY") else {}
heard = Heard()


def callbacks(types):
    """What a session calls, in the SDK's own types of the protocol."""

    async def on_sampling(_context, _params):
        content = types.TextContent(type="text", text="Paris")
        return types.CreateMessageResult(role="assistant", content=content, model="test", stopReason="endTurn")

    async def on_roots(_context):
        return types.ListRootsResult(roots=[types.Root(uri="file:///home/user/project", name="project")])

    async def on_elicitation(_context, _params):
        action, content = heard.form
        return types.ElicitResult(action=action, content=content)

    async def on_log(params):
        heard.logs.append(params)

    return {
        "sampling_callback": on_sampling,
        "list_roots_callback": on_roots,
        "elicitation_callback": on_elicitation,
        "logging_callback": on_log,
    }
