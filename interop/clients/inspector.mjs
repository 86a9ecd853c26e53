// The command line of the MCP Inspector, one process for each operation: node inspector.mjs <url> <profile> <features>.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { assert, report } from './report.mjs';

const [url, , features = ''] = process.argv.slice(2);
const transport = features.split(',').includes('sse') ? 'sse' : 'http';
const run = promisify(execFile);

async function inspect(...args) {
  const key = process.env.INTEROP_KEY ? ['--header', `Authorization: Bearer ${process.env.INTEROP_KEY}`] : [];
  const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` } };
  const { stdout } = await run('node_modules/.bin/mcp-inspector', ['--cli', url, '--transport', transport, ...key, ...args], options);
  return JSON.parse(stdout);
}

await report('tools/list', async () => {
  const { tools } = await inspect('--method', 'tools/list');
  assert(tools.some((tool) => tool.name === 'echo'), 'no echo');
});
await report('tools/call', async () => {
  const answer = await inspect('--method', 'tools/call', '--tool-name', 'echo', '--tool-arg', 'message=hello');
  assert(answer.content[0].text === 'hello', JSON.stringify(answer));
});
await report('resources/list', async () => {
  const { resources } = await inspect('--method', 'resources/list');
  assert(resources.length === 3, `${resources.length} resources`);
});
await report('resources/read', async () => {
  const answer = await inspect('--method', 'resources/read', '--uri', 'test://static-text');
  assert(answer.contents[0].text.includes('static text'), JSON.stringify(answer));
});
await report('resources/templates/list', async () => {
  const { resourceTemplates } = await inspect('--method', 'resources/templates/list');
  assert(resourceTemplates.length === 1, `${resourceTemplates.length} templates`);
});
await report('prompts/list', async () => {
  const { prompts } = await inspect('--method', 'prompts/list');
  assert(prompts.some((prompt) => prompt.name === 'test_simple_prompt'), 'no test_simple_prompt');
});
await report('prompts/get', async () => {
  const answer = await inspect('--method', 'prompts/get', '--prompt-name', 'test_prompt_with_arguments', '--prompt-args', 'arg1=a', 'arg2=b');
  assert(answer.messages[0].content.text.includes("arg2='b'"), JSON.stringify(answer));
});
