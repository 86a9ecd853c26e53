// What a client does with a server, whichever version of the SDK it is built on.
//
// `it` is the adapter of an SDK (see sdk1.mjs and sdk2.mjs): the same few functions over every version's own client.

import { assert, eventually, pause, refused, report, same } from './report.mjs';

const WAV_OR_PNG = /^(UklGR|iVBOR)/;

export async function run(it, profile) {
  if (!(await report('connect', () => it.connect()))) return;
  for (const [operation, body] of Object.entries(PROFILES[profile])) {
    const needed = operation.includes(' @') ? operation.split(' @')[1] : null;
    if (needed && !it.can.has(needed)) continue;
    await report(operation.split(' @')[0], () => body(it));
  }
  await report('close', () => it.close());
}

async function all(list, field) {
  const items = [];
  let cursor;
  for (let page = 0; page < 50; page += 1) {
    const answer = await list(cursor === undefined ? {} : { cursor });
    items.push(...answer[field]);
    cursor = answer.nextCursor;
    if (cursor === undefined) return items;
  }
  throw new Error('the pages of the list never end');
}

const names = (items) => items.map((item) => item.name);

function holds(items, wanted) {
  for (const name of wanted) assert(items.includes(name), `${name} is missing from ${items.join(', ')}`);
  same(new Set(items).size, items.length, 'number of distinct names');
}

const text = (result) => result.content.map((block) => block.text ?? `<${block.type}>`).join('|');

const says = async (promise, wanted) => same(text(await promise), wanted);

const toolNamed = async (it, name) => {
  const found = (await all(it.listTools, 'tools')).find((tool) => tool.name === name);
  assert(found, `there is no tool ${name}`);
  return found;
};

async function progress(it, tool, args, wanted) {
  const seen = [];
  await it.call(tool, args, { onprogress: (step) => seen.push(step.progress) });
  same(seen, wanted, 'progress');
}

async function cancel(it, tool, args) {
  const begin = Date.now();
  await refused(it.call(tool, args, { signal: AbortSignal.timeout(300) }), 'the cancelled call');
  assert(Date.now() - begin < 5_000, 'the cancelled call ended too late');
}

async function inParallel(it, call) {
  const answers = await Promise.all(Array.from({ length: 12 }, (_, idx) => call(`message ${idx}`)));
  same(answers.map(text), Array.from({ length: 12 }, (_, idx) => `message ${idx}`), 'answers in parallel');
}

const FIXTURE = {
  'name of the server': async (it) => assert(it.serverName(), 'the server has no name'),
  'ping @ping': (it) => it.ping(),
  'tools: all pages': async (it) =>
    holds(names(await all(it.listTools, 'tools')), ['echo', 'add', 'slow', 'test_sampling', 'json_schema_2020_12_tool']),
  'tools: a schema of JSON Schema 2020-12': async (it) => {
    const { inputSchema } = await toolNamed(it, 'json_schema_2020_12_tool');
    same(inputSchema.properties.address, { $ref: '#/$defs/address' }, '$ref');
    assert(inputSchema.$defs?.address, '$defs is lost');
  },
  'tools: annotations @annotations': async (it) => {
    const { annotations } = await toolNamed(it, 'delete_file');
    same(annotations?.destructiveHint, true, 'destructiveHint');
  },
  'call: text': (it) => says(it.call('echo', { message: 'hello' }), 'hello'),
  'call: no arguments': (it) => says(it.call('test_simple_text'), 'This is a simple text response for testing.'),
  'call: text beyond ASCII': (it) => says(it.call('echo', { message: 'žluťoučký 🐎\u2028"\\\n' }), 'žluťoučký 🐎\u2028"\\\n'),
  'call: structured': async (it) => {
    const result = await it.call('add', { a: 2, b: 3 });
    same(JSON.parse(text(result)).sum, 5, 'sum as text');
    if (it.can.has('structured')) same(result.structuredContent, { sum: 5 }, 'structuredContent');
  },
  'call: image': async (it) => {
    const [block] = (await it.call('test_image_content')).content;
    same([block.type, block.mimeType], ['image', 'image/png']);
    assert(WAV_OR_PNG.test(block.data), 'no picture');
  },
  'call: audio @audio': async (it) => {
    const [block] = (await it.call('test_audio_content')).content;
    same([block.type, block.mimeType], ['audio', 'audio/wav']);
    assert(WAV_OR_PNG.test(block.data), 'no sound');
  },
  'call: embedded resource': async (it) => {
    const [block] = (await it.call('test_embedded_resource')).content;
    same([block.type, block.resource.uri], ['resource', 'test://embedded-resource']);
  },
  'call: many kinds of content': async (it) =>
    same((await it.call('test_multiple_content_types')).content.map((block) => block.type), ['text', 'image', 'resource']),
  'call: a result that says it failed': async (it) => same((await it.call('test_error_handling')).isError, true, 'isError'),
  'call: an error of the protocol': async (it) =>
    same((await refused(it.call('fail', { kind: 'protocol', message: 'as asked' }), 'the call')).code, -32603, 'code'),
  'call: arguments that do not fit': async (it) => {
    const outcome = await it.call('add', { a: 'x' }).catch((error) => ({ isError: error.code < 0 }));
    same(outcome.isError, true, 'isError');
  },
  'call: unknown tool': async (it) => {
    const outcome = await it.call('no_such_tool').catch((error) => ({ isError: error.code < 0 }));
    same(outcome.isError, true, 'isError');
  },
  'call: progress': (it) => progress(it, 'test_tool_with_progress', {}, [0, 50, 100]),
  'call: progress in many steps': (it) =>
    progress(it, 'stream', { steps: 40 }, Array.from({ length: 40 }, (_, idx) => idx + 1)),
  'call: two megabytes': async (it) => same(text(await it.call('big_result', { bytes: 2_000_000 })).length, 2_000_000, 'length'),
  'call: twelve in parallel': (it) => inParallel(it, (message) => it.call('echo', { message })),
  'call: eight seconds of silence': (it) => says(it.call('slow', { ms: 8_000 }), 'answered after 8000 ms'),
  'logging: messages': async (it) => {
    await it.setLevel('debug');
    const before = it.heard.logs.length;
    await it.call('test_tool_with_logging', {}, { logLevel: 'debug' });
    await eventually(() => it.heard.logs.length >= before + 3, 'the third log message');
    same(it.heard.logs.slice(before).map((log) => log.data), ['Tool execution started', 'Tool processing data', 'Tool execution completed'], 'messages');
  },
  'logging: nothing below the level': async (it) => {
    await it.setLevel('error');
    const before = it.heard.logs.length;
    await it.call('test_tool_with_logging', {}, { logLevel: 'error' });
    await pause(300);
    same(it.heard.logs.length - before, 0, 'messages below the level');
    await it.setLevel('debug');
  },
  'resources: list': async (it) =>
    same((await all(it.listResources, 'resources')).map((one) => one.uri).sort(), ['test://static-binary', 'test://static-text', 'test://watched-resource']),
  'resources: read text': async (it) =>
    same((await it.readResource('test://static-text')).contents[0].text, 'This is the content of the static text resource.'),
  'resources: read binary': async (it) => {
    const [content] = (await it.readResource('test://static-binary')).contents;
    assert(WAV_OR_PNG.test(content.blob), 'no picture');
  },
  'resources: templates': async (it) =>
    same((await all(it.listTemplates, 'resourceTemplates')).map((one) => one.uriTemplate), ['test://template/{id}/data']),
  'resources: read by a template': async (it) =>
    same(JSON.parse((await it.readResource('test://template/42/data')).contents[0].text).id, '42', 'id'),
  'resources: unknown': async (it) => {
    const { code } = await refused(it.readResource('test://no-such'), 'reading it');
    assert(code === -32002 || code === -32602, `code ${code}`);
  },
  'resources: subscribe and unsubscribe': async (it) => {
    const stop = await it.watch('test://watched-resource');
    await stop();
  },
  'prompts: list': async (it) =>
    holds(names(await all(it.listPrompts, 'prompts')), ['test_simple_prompt', 'test_prompt_with_arguments', 'test_prompt_with_image']),
  'prompts: get': async (it) =>
    same((await it.getPrompt('test_simple_prompt')).messages[0].content.text, 'This is a simple prompt for testing.'),
  'prompts: get with arguments': async (it) =>
    same((await it.getPrompt('test_prompt_with_arguments', { arg1: 'a', arg2: 'b' })).messages[0].content.text, "Prompt with arguments: arg1='a', arg2='b'"),
  'prompts: get with an embedded resource': async (it) => {
    const { messages } = await it.getPrompt('test_prompt_with_embedded_resource', { resourceUri: 'test://static-text' });
    same(messages[0].content.resource.uri, 'test://static-text', 'uri');
  },
  'prompts: get with an image': async (it) => same((await it.getPrompt('test_prompt_with_image')).messages[0].content.type, 'image'),
  'prompts: unknown': (it) => refused(it.getPrompt('no_such_prompt'), 'getting it'),
  'prompts: get one that asks first @elicitation': async (it) => {
    it.answers.form = { action: 'accept', content: { context: 'blue' } };
    same((await it.getPrompt('test_input_required_result_prompt')).messages[0].content.text, 'Answer with this context: blue');
  },
  'completion: argument of a prompt': async (it) => {
    const { completion } = await it.complete({ type: 'ref/prompt', name: 'test_prompt_with_arguments' }, { name: 'arg1', value: 'par' });
    same(completion.values, ['parrot', 'party'], 'values');
  },
  'completion: variable of a template': async (it) => {
    const { completion } = await it.complete({ type: 'ref/resource', uri: 'test://template/{id}/data' }, { name: 'id', value: '1' });
    same(completion.values, ['1', '123'], 'values');
  },
  'sampling': async (it) => {
    it.answers.sampling = { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'test', stopReason: 'endTurn' };
    await says(it.call('test_sampling', { prompt: 'Capital of France?' }), 'LLM response: Paris');
    same(it.heard.sampling.at(-1).messages[0].content.text ?? it.heard.sampling.at(-1).messages[0].content[0]?.text, 'Capital of France?', 'question');
  },
  'roots': async (it) => {
    await says(it.call('test_input_required_result_list_roots'), 'The roots are file:///home/user/project');
  },
  'roots: say that they changed @roots-changed': (it) => it.rootsChanged(),
  'elicitation: accept @elicitation': async (it) => {
    it.answers.form = { action: 'accept', content: { username: 'ada', email: 'ada@example.com' } };
    const answer = text(await it.call('test_elicitation', { message: 'Who?' }));
    assert(answer.startsWith('User response: action=accept') && answer.includes('ada@example.com'), answer);
    same(it.heard.forms.at(-1).message, 'Who?', 'message');
  },
  'elicitation: decline @elicitation': async (it) => {
    it.answers.form = { action: 'decline' };
    assert(text(await it.call('test_elicitation', { message: 'Who?' })).includes('action=decline'), 'not declined');
  },
  'elicitation: cancel @elicitation': async (it) => {
    it.answers.form = { action: 'cancel' };
    assert(text(await it.call('test_elicitation', { message: 'Who?' })).includes('action=cancel'), 'not cancelled');
  },
  'elicitation: defaults and enums @new-elicitation': async (it) => {
    it.answers.form = { action: 'accept', content: { titledSingle: 'value2', untitledMulti: ['option1', 'option3'] } };
    assert(text(await it.call('test_elicitation_sep1330_enums')).includes('option3'), 'the choices are lost');
    const { properties } = it.heard.forms.at(-1).requestedSchema;
    same(properties.titledSingle.oneOf?.length, 3, 'titled choices');
    it.answers.form = { action: 'accept', content: { name: 'Jane', age: 31 } };
    assert(text(await it.call('test_elicitation_sep1034_defaults')).includes('Jane'), 'the name is lost');
    same(it.heard.forms.at(-1).requestedSchema.properties.score.default, 95.5, 'default');
  },
  'questions: two rounds @elicitation': async (it) => {
    it.answers.form = { action: 'accept', content: { name: 'Ada', color: 'red' } };
    await says(it.call('test_input_required_result_multi_round'), 'Both questions are answered');
  },
  'questions: form, model and roots at once @elicitation': async (it) => {
    it.answers.form = { action: 'accept', content: { name: 'Ada' } };
    await says(it.call('test_input_required_result_multiple_inputs'), 'All three answers are here');
  },
  'questions: one that the client refuses': async (it) => {
    it.answers.sampling = new Error('no model today');
    const outcome = await it.call('test_sampling', { prompt: 'Hello?' }).catch((error) => ({ isError: error.code !== undefined || /no model/.test(error.message) }));
    same(outcome.isError, true, 'isError');
    await says(it.call('echo', { message: 'still there' }), 'still there');
  },
  'cancel': async (it) => {
    await cancel(it, 'slow', { ms: 30_000 });
    await says(it.call('echo', { message: 'after' }), 'after');
  },
  'notification: the tools changed': async (it) => {
    const stop = await it.listen();
    const before = it.heard.tools;
    await it.call('test_trigger_tool_change');
    await eventually(() => it.heard.tools > before, 'the notification');
    await stop();
  },
  'notification: the prompts changed': async (it) => {
    const stop = await it.listen();
    const before = it.heard.prompts;
    await it.call('test_trigger_prompt_change');
    await eventually(() => it.heard.prompts > before, 'the notification');
    await stop();
  },
  'ping at the end @ping': (it) => it.ping(),
};

/** Our own servers, built on an SDK (interop/servers). */
const OWN = {
  'name of the server': async (it) => assert(it.serverName(), 'the server has no name'),
  'ping @ping': (it) => it.ping(),
  'tools: list': async (it) => holds(names(await all(it.listTools, 'tools')), ['echo', 'add', 'picture', 'count', 'touch']),
  'call: text': (it) => says(it.call('echo', { message: 'hello' }), 'hello'),
  'call: structured': async (it) => {
    const result = await it.call('add', { a: 2, b: 3 });
    same(JSON.parse(text(result)).sum, 5, 'sum as text');
    if (it.can.has('structured')) same(result.structuredContent, { sum: 5 }, 'structuredContent');
  },
  'call: image': async (it) => same((await it.call('picture')).content[0].type, 'image'),
  'call: a result that says it failed': async (it) => same((await it.call('fail')).isError, true, 'isError'),
  'call: progress': (it) => progress(it, 'count', { to: 3 }, [1, 2, 3]),
  'call: twelve in parallel': (it) => inParallel(it, (message) => it.call('echo', { message })),
  'logging': async (it) => {
    if (it.can.has('set-level')) await it.setLevel('debug');
    const before = it.heard.logs.length;
    await it.call('log', { message: 'noted' }, { logLevel: 'debug' });
    await eventually(() => it.heard.logs.length > before, 'the log message');
  },
  'resources: list and read': async (it) => {
    holds((await all(it.listResources, 'resources')).map((one) => one.uri), ['memo://one']);
    same((await it.readResource('memo://one')).contents[0].text, 'a memo', 'text');
  },
  'resources: template': async (it) => {
    same((await all(it.listTemplates, 'resourceTemplates')).length, 1, 'templates');
    same((await it.readResource('memo://number/7')).contents[0].text, 'memo 7', 'text');
  },
  'prompts: list and get': async (it) => {
    holds(names(await all(it.listPrompts, 'prompts')), ['greet']);
    same((await it.getPrompt('greet', { name: 'Ada' })).messages[0].content.text, 'Greet Ada', 'text');
  },
  'sampling': async (it) => {
    it.answers.sampling = { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'test', stopReason: 'endTurn' };
    await says(it.call('ask_model', { question: 'Capital of France?' }), 'Paris');
  },
  'elicitation @elicitation': async (it) => {
    it.answers.form = { action: 'accept', content: { name: 'Ada' } };
    await says(it.call('ask_name'), 'Ada');
  },
  'roots': (it) => says(it.call('ask_roots'), 'file:///home/user/project'),
  'cancel reaches the server': async (it) => {
    const before = Number(text(await it.call('cancellations')));
    await cancel(it, 'sleep', { ms: 15_000 });
    await pause(1_000);
    same(Number(text(await it.call('cancellations'))), before + 1, 'cancellations');
  },
  'notification: a resource changed @touch': async (it) => {
    const stop = await it.watch('memo://one');
    const before = it.heard.updates.length;
    await it.call('touch');
    await eventually(() => it.heard.updates.slice(before).includes('memo://one'), 'the notification');
    await stop();
  },
  'notification: the tools changed @touch': async (it) => {
    const stop = await it.listen();
    const before = it.heard.tools;
    await it.call('grow');
    await eventually(() => it.heard.tools > before, 'the notification');
    await stop();
  },
};

/** npm's @modelcontextprotocol/server-everything. */
const EVERYTHING = {
  'name of the server': async (it) => assert(it.serverName(), 'the server has no name'),
  'ping @ping': (it) => it.ping(),
  'tools: list': async (it) => holds(names(await all(it.listTools, 'tools')), ['echo', 'get-sum', 'get-tiny-image']),
  'call: text': (it) => says(it.call('echo', { message: 'hello' }), 'Echo: hello'),
  'call: sum': async (it) => assert(text(await it.call('get-sum', { a: 2, b: 3 })).includes('5'), 'no sum'),
  'call: image': async (it) => assert((await it.call('get-tiny-image')).content.some((block) => block.type === 'image'), 'no image'),
  'call: structured': async (it) => {
    const result = await it.call('get-structured-content', { location: 'New York' });
    if (it.can.has('structured')) assert(result.structuredContent?.temperature, 'no structuredContent');
  },
  'call: annotated content': async (it) => {
    const [block] = (await it.call('get-annotated-message', { messageType: 'error', includeImage: false })).content;
    same(block.annotations?.priority, 1, 'priority');
  },
  'call: embedded resource': async (it) => {
    const result = await it.call('get-resource-reference', { resourceType: 'Text', resourceId: 1 });
    assert(result.content.some((block) => block.type === 'resource'), 'no resource');
  },
  'call: resource links @structured': async (it) => {
    const result = await it.call('get-resource-links', { count: 2 });
    same(result.content.filter((block) => block.type === 'resource_link').length, 2, 'links');
  },
  'call: progress': async (it) => {
    // The server asks for roots once its session has begun, which may be now. SDK 2 counts answered questions as progress, too.
    const seen = new Set();
    await it.call('trigger-long-running-operation', { duration: 1, steps: 3 }, { onprogress: (step) => seen.add(step.progress) });
    same([...seen], [1, 2, 3], 'progress');
  },
  'logging: set the level @ping': (it) => it.setLevel('debug'),
  'resources: list and read': async (it) => {
    const [first] = await all(it.listResources, 'resources');
    assert(first, 'there are no resources');
    assert((await it.readResource(first.uri)).contents.length > 0, 'nothing to read');
  },
  'resources: templates': async (it) => assert((await all(it.listTemplates, 'resourceTemplates')).length > 0, 'none'),
  'prompts: list': async (it) => holds(names(await all(it.listPrompts, 'prompts')), ['simple-prompt', 'args-prompt']),
  'prompts: get with arguments': async (it) =>
    assert((await it.getPrompt('args-prompt', { city: 'Oslo' })).messages[0].content.text.includes('Oslo'), 'no Oslo'),
  'completion': async (it) => {
    const { completion } = await it.complete({ type: 'ref/prompt', name: 'completable-prompt' }, { name: 'department', value: 'E' });
    same(completion.values, ['Engineering'], 'values');
  },
  'sampling': async (it) => {
    it.answers.sampling = { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'test', stopReason: 'endTurn' };
    assert(text(await it.call('trigger-sampling-request', { prompt: 'Capital?', maxTokens: 10 })).includes('Paris'), 'no Paris');
  },
  'elicitation @elicitation': async (it) => {
    it.answers.form = { action: 'accept', content: { name: 'Ada', check: true } };
    assert(text(await it.call('trigger-elicitation-request')).includes('Ada'), 'no Ada');
  },
  'cancel': async (it) => {
    await cancel(it, 'trigger-long-running-operation', { duration: 8, steps: 2 });
    await says(it.call('echo', { message: 'after' }), 'Echo: after');
  },
  'notification: a resource changed': async (it) => {
    const [first] = await all(it.listResources, 'resources');
    const stop = await it.watch(first.uri);
    await it.call('toggle-subscriber-updates');
    try {
      const deadline = Date.now() + 12_000;
      while (!it.heard.updates.length && Date.now() < deadline) await pause(50);
      assert(it.heard.updates.includes(first.uri), 'no update within 12 s');
    } finally {
      await it.call('toggle-subscriber-updates');
      await stop();
    }
  },
};

const PROFILES = { fixture: FIXTURE, own: OWN, everything: EVERYTHING };
