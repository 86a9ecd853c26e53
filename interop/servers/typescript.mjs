// A server on @modelcontextprotocol/sdk 1.x with sessions: node typescript.mjs <port>.
//
// Log messages, the model's question and changes go out on the session's own stream, progress and the form on that of
// the request: servers are written in both ways.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
let cancelled = 0;

const said = (text) => ({ content: [{ type: 'text', text: String(text) }] });

const TOOLS = {
  echo: { fields: { message: 'string' }, run: ({ message }) => said(message) },
  add: {
    fields: { a: 'number', b: 'number' },
    output: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
    run: ({ a, b }) => ({ ...said(JSON.stringify({ sum: a + b })), structuredContent: { sum: a + b } }),
  },
  picture: { run: () => ({ content: [{ type: 'image', data: PIXEL, mimeType: 'image/png' }] }) },
  fail: { run: () => ({ ...said('failed, as asked'), isError: true }) },
  count: {
    fields: { to: 'number' },
    run: async ({ to }, _server, extra) => {
      const progressToken = extra._meta?.progressToken;
      for (let progress = 1; progress <= to && progressToken !== undefined; progress += 1) {
        await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: to } });
      }
      return said(`counted to ${to}`);
    },
  },
  log: {
    fields: { message: 'string' },
    run: async ({ message }, server) => {
      await server.sendLoggingMessage({ level: 'info', data: message });
      return said('logged');
    },
  },
  sleep: {
    fields: { ms: 'number' },
    run: ({ ms }, _server, extra) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(said('slept')), ms);
        extra.signal.addEventListener('abort', () => {
          cancelled += 1;
          clearTimeout(timer);
          resolve(said('cancelled'));
        });
      }),
  },
  cancellations: { run: () => said(cancelled) },
  ask_model: {
    fields: { question: 'string' },
    run: async ({ question }, server) => {
      const answer = await server.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: question } }], maxTokens: 10 });
      return said(answer.content.text);
    },
  },
  ask_name: {
    run: async (_args, _server, extra) => {
      const requestedSchema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
      const answer = await extra.sendRequest({ method: 'elicitation/create', params: { message: 'Your name?', requestedSchema } }, types.ElicitResultSchema);
      return said(answer.content?.name ?? answer.action);
    },
  },
  ask_roots: {
    run: async (_args, _server, extra) => {
      const { roots } = await extra.sendRequest({ method: 'roots/list' }, types.ListRootsResultSchema);
      return said(roots.map((root) => root.uri).join(', '));
    },
  },
  touch: {
    run: async (_args, server) => {
      await server.sendResourceUpdated({ uri: 'memo://one' });
      return said('touched');
    },
  },
  grow: {
    run: async (_args, server) => {
      await server.sendToolListChanged();
      return said('grown');
    },
  },
};

function session() {
  const server = new Server(
    { name: 'interop-typescript', version: '1.0.0' },
    { capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {}, logging: {} } },
  );
  const answer = (schema, handler) => server.setRequestHandler(schema, handler);
  answer(types.ListToolsRequestSchema, () => ({
    tools: Object.entries(TOOLS).map(([name, { fields = {}, output }]) => ({
      name,
      description: name,
      inputSchema: { type: 'object', properties: Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, { type }])) },
      ...(output ? { outputSchema: output } : {}),
    })),
  }));
  answer(types.CallToolRequestSchema, ({ params }, extra) => TOOLS[params.name].run(params.arguments ?? {}, server, extra));
  answer(types.ListResourcesRequestSchema, () => ({ resources: [{ uri: 'memo://one', name: 'one' }] }));
  answer(types.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [{ uriTemplate: 'memo://number/{number}', name: 'numbered' }] }));
  answer(types.ReadResourceRequestSchema, ({ params: { uri } }) => ({
    contents: [{ uri, text: uri === 'memo://one' ? 'a memo' : `memo ${uri.split('/').pop()}` }],
  }));
  answer(types.SubscribeRequestSchema, () => ({}));
  answer(types.UnsubscribeRequestSchema, () => ({}));
  answer(types.ListPromptsRequestSchema, () => ({ prompts: [{ name: 'greet', arguments: [{ name: 'name', required: true }] }] }));
  answer(types.GetPromptRequestSchema, ({ params }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Greet ${params.arguments.name}` } }],
  }));
  return server;
}

const sessions = new Map();

createServer(async (request, response) => {
  let transport = sessions.get(request.headers['mcp-session-id']);
  if (!transport) {
    if (request.headers['mcp-session-id']) {
      response.writeHead(404).end();
      return;
    }
    transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await session().connect(transport);
  }
  await transport.handleRequest(request, response);
}).listen(Number(process.argv[2]), '127.0.0.1');
