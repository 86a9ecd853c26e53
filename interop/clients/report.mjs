// Runs operations one after the other and writes a line of JSON about each: what the driver reads.

const LIMIT_MS = Number(process.env.INTEROP_LIMIT_MS ?? 20_000);

export function assert(condition, why) {
  if (!condition) throw new Error(why);
}

export function same(got, wanted, what = 'answer') {
  const [left, right] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: got ${shortened(left)}, wanted ${shortened(right)}`);
}

export async function refused(promise, what) {
  const outcome = await promise.then((value) => ({ value }), (error) => ({ error }));
  if (!outcome.error) throw new Error(`${what} was answered: ${shortened(JSON.stringify(outcome.value))}`);
  return outcome.error;
}

/** Waits until `found` returns something, because notifications arrive when they do. */
export async function eventually(found, what) {
  const deadline = Date.now() + 5_000;
  while (Date.now() < deadline) {
    const value = found();
    if (value) return value;
    await pause(20);
  }
  throw new Error(`${what} did not arrive within 5 s`);
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function report(operation, body) {
  const begin = Date.now();
  const line = { operation, ok: true };
  try {
    await limited(body());
  } catch (error) {
    line.ok = false;
    line.why = shortened(`${error?.code ? `[${error.code}] ` : ''}${error?.message ?? error}`);
  }
  line.ms = Date.now() - begin;
  console.log(JSON.stringify(line));
  return line.ok;
}

function limited(promise) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

function shortened(text = 'undefined') {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
