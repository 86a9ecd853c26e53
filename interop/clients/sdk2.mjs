// A client on @modelcontextprotocol/client 2.x, which speaks 2026-07-28 if the server does. Otherwise as sdk1.mjs.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { assert } from './report.mjs';
import { run } from './operations.mjs';

const [url, profile, features = ''] = process.argv.slice(2);
const can = new Set(features.split(','));
const modern = !can.has('legacy');
if (!modern) can.add('ping').add('roots-changed');
const headers = process.env.INTEROP_KEY ? { Authorization: `Bearer ${process.env.INTEROP_KEY}` } : {};

const heard = { logs: [], updates: [], sampling: [], forms: [], tools: 0, prompts: 0 };
const answers = { form: { action: 'decline' }, sampling: new Error('not asked'), roots: [{ uri: 'file:///home/user/project', name: 'project' }] };

const client = new Client(
  { name: 'interop', version: '1.0.0' },
  {
    capabilities: { sampling: {}, roots: { listChanged: true }, elicitation: { form: {} } },
    versionNegotiation: { mode: modern ? 'auto' : 'legacy' },
  },
);
client.setRequestHandler('sampling/createMessage', async ({ params }) => {
  heard.sampling.push(params);
  if (answers.sampling instanceof Error) throw answers.sampling;
  return answers.sampling;
});
client.setRequestHandler('roots/list', async () => ({ roots: answers.roots }));
client.setRequestHandler('elicitation/create', async ({ params }) => {
  heard.forms.push(params);
  return answers.form;
});
client.setNotificationHandler('notifications/message', ({ params }) => void heard.logs.push(params));
client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.updates.push(params.uri));
client.setNotificationHandler('notifications/tools/list_changed', () => void (heard.tools += 1));
client.setNotificationHandler('notifications/prompts/list_changed', () => void (heard.prompts += 1));

const meta = (level) => (modern && level ? { _meta: { 'io.modelcontextprotocol/logLevel': level } } : {});

await run(
  {
    can,
    heard,
    answers,
    connect: async () => {
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
      const version = client.getNegotiatedProtocolVersion();
      // Drawbridge speaks it to clients whatever the server behind it speaks.
      if (process.env.INTEROP_KEY) assert((version === '2026-07-28') === modern, `negotiated ${version}`);
    },
    close: () => client.close(),
    serverName: () => client.getServerVersion()?.name,
    ping: () => client.ping(),
    // Without a cursor this SDK walks the pages itself.
    listTools: (params) => client.listTools(params.cursor ? params : undefined),
    listResources: (params) => client.listResources(params.cursor ? params : undefined),
    listTemplates: (params) => client.listResourceTemplates(params.cursor ? params : undefined),
    listPrompts: (params) => client.listPrompts(params.cursor ? params : undefined),
    call: (name, args, { logLevel, ...options } = {}) => client.callTool({ name, arguments: args, ...meta(logLevel) }, options),
    readResource: (uri) => client.readResource({ uri }),
    getPrompt: (name, args) => client.getPrompt({ name, arguments: args }),
    complete: (ref, argument) => client.complete({ ref, argument }),
    setLevel: async (level) => (modern ? undefined : client.setLoggingLevel(level)),
    rootsChanged: () => client.sendRootsListChanged(),
    watch: async (uri) => {
      if (modern) {
        const subscription = await client.listen({ resourceSubscriptions: [uri] });
        return () => subscription.close();
      }
      await client.subscribeResource({ uri });
      return () => client.unsubscribeResource({ uri });
    },
    listen: async () => {
      if (!modern) return async () => {};
      const subscription = await client.listen({ toolsListChanged: true, promptsListChanged: true });
      return () => subscription.close();
    },
  },
  profile,
);
process.exit(0);
