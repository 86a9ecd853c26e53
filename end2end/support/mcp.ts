/* A real MCP client: the official TypeScript SDK, as AI clients use it. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** A client of one connector. */
export class McpClient {
  readonly #client = new Client({ name: "drawbridge-e2e", version: "1.0.0" });
  readonly #transport: StreamableHTTPClientTransport;

  private constructor(url: string, key: string) {
    this.#transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { Authorization: `Bearer ${key}` } },
    });
  }

  /** Connects with an API key; fails as the server says. */
  static async connect(url: string, key: string): Promise<McpClient> {
    const client = new McpClient(url, key);
    await client.#client.connect(client.#transport);
    return client;
  }

  /** The revision of the protocol that was agreed on. */
  get protocol(): string | undefined {
    return this.#transport.protocolVersion;
  }

  /** The names of the tools it is offered, in alphabetical order. */
  async tools(): Promise<string[]> {
    const { tools } = await this.#client.listTools();
    return tools.map((tool) => tool.name).sort();
  }

  /** Calls a tool and returns the text of its answer. */
  async call(tool: string, args: Record<string, unknown>): Promise<string> {
    const result = await this.#client.callTool({ name: tool, arguments: args });
    const content = result.content as { type: string; text?: string }[];
    return content.map((part) => part.text ?? "").join("");
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** What a client without a session gets as an answer to its first message: status and body, without what differs each time. */
export async function firstAnswer(url: string, key: string | undefined): Promise<{ status: number; body: string }> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "drawbridge-e2e", version: "1.0.0" },
      },
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const body = (await response.text()).replaceAll(new URL(url).pathname, "<path>");
  return { status: response.status, body: body.replaceAll(/\b(?:cor|req)_[0-9a-z]+\b/gi, "<id>") };
}
