// A client on @modelcontextprotocol/sdk 1.x. Copied beside the node_modules of the version it is to use.
//
// node sdk1.mjs <url> <profile> <features, separated by commas>; the key is in INTEROP_KEY.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { run } from './operations.mjs';

const [url, profile, features = ''] = process.argv.slice(2);
const can = new Set(['ping', 'roots-changed', ...features.split(',')]);
const headers = process.env.INTEROP_KEY ? { Authorization: `Bearer ${process.env.INTEROP_KEY}` } : {};

const heard = { logs: [], updates: [], sampling: [], forms: [], tools: 0, prompts: 0 };
const answers = { form: { action: 'decline' }, sampling: new Error('not asked'), roots: [{ uri: 'file:///home/user/project', name: 'project' }] };

const capabilities = { sampling: {}, roots: { listChanged: true } };
if (can.has('elicitation')) capabilities.elicitation = {};
const client = new Client({ name: 'interop', version: '1.0.0' }, { capabilities });

client.setRequestHandler(types.CreateMessageRequestSchema, async ({ params }) => {
  heard.sampling.push(params);
  if (answers.sampling instanceof Error) throw answers.sampling;
  return answers.sampling;
});
client.setRequestHandler(types.ListRootsRequestSchema, async () => ({ roots: answers.roots }));
if (can.has('elicitation')) {
  client.setRequestHandler(types.ElicitRequestSchema, async ({ params }) => {
    heard.forms.push(params);
    return answers.form;
  });
}
client.setNotificationHandler(types.LoggingMessageNotificationSchema, ({ params }) => void heard.logs.push(params));
client.setNotificationHandler(types.ResourceUpdatedNotificationSchema, ({ params }) => void heard.updates.push(params.uri));
client.setNotificationHandler(types.ToolListChangedNotificationSchema, () => void (heard.tools += 1));
client.setNotificationHandler(types.PromptListChangedNotificationSchema, () => void (heard.prompts += 1));

async function transport() {
  if (!can.has('sse')) {
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    return new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  }
  const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js');
  const { EventSource } = await import('eventsource').catch(() => ({}));
  if (EventSource) globalThis.EventSource ??= EventSource;
  const withKey = (address, init) => fetch(address, { ...init, headers: { ...init?.headers, ...headers } });
  // Versions differ in which of these they read.
  return new SSEClientTransport(new URL(url), { requestInit: { headers }, eventSourceInit: { fetch: withKey, headers } });
}

let connected;
await run(
  {
    can,
    heard,
    answers,
    connect: async () => {
      connected = await transport();
      await client.connect(connected);
    },
    close: async () => {
      await connected.terminateSession?.();
      await client.close();
    },
    serverName: () => client.getServerVersion()?.name,
    ping: () => client.ping(),
    listTools: (params) => client.listTools(params),
    listResources: (params) => client.listResources(params),
    listTemplates: (params) => client.listResourceTemplates(params),
    listPrompts: (params) => client.listPrompts(params),
    call: (name, args, { logLevel: _, ...options } = {}) => client.callTool({ name, arguments: args }, undefined, options),
    readResource: (uri) => client.readResource({ uri }),
    getPrompt: (name, args) => client.getPrompt({ name, arguments: args }),
    complete: (ref, argument) => client.complete({ ref, argument }),
    setLevel: (level) => client.setLoggingLevel(level),
    rootsChanged: () => client.sendRootsListChanged(),
    watch: async (uri) => {
      await client.subscribeResource({ uri });
      return () => client.unsubscribeResource({ uri });
    },
    listen: async () => async () => {},
  },
  profile,
);
process.exit(0);
