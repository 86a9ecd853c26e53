/*
 * Loads the WebAssembly of the console's areas. The build cuts the console into modules, packs them into files, and writes
 * a script with their places that calls `areas` (xtask/src/site/areas.rs). wasm-bindgen's script imports what it returns.
 *
 * Until the first page has been taken over (<html data-hydrated>), a module is taken from the pack made for that page's
 * area; afterwards from packs that areas share, as most of what a further page needs is there already.
 */

/** A file of modules: its address, and of each module in it the length and the letters of the areas that need it. */
type Pack = [url: string, modules: [length: number, users: string][]];

/** What modules import: memory, table and globals of the first module. */
interface Shared extends WebAssembly.Imports {
  __wasm_split: WebAssembly.ModuleImports & { __indirect_function_table: WebAssembly.Table };
}

/** Told whether the code is there, by its place in the table. */
type Callback = (data: number, success: boolean) => void;

interface Module {
  url: string;
  begin: number;
  end: number;
  users: string;
  loading?: Promise<unknown> | undefined;
}

/** Makes the loader of an area, from its letter and the address of the pack for first pages. */
export function areas(packs: Pack[], shared: () => Shared, base: string) {
  const modules: Module[] = packs.flatMap(([url, held]) => {
    let begin = 0;
    return held.map(([length, users]) => ({ url, begin, end: (begin += length), users }));
  });
  const fetched = new Map<string, Promise<ArrayBuffer>>();
  const firsts = new Map<string, Promise<Map<number, ArrayBuffer>>>();

  /** A file, fetched once; one that failed is fetched again when it is next needed. */
  function file(url: string): Promise<ArrayBuffer> {
    let bytes = fetched.get(url);
    if (bytes === undefined) {
      bytes = fetch(new URL(url, base)).then((answer) => {
        if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
        return answer.arrayBuffer();
      });
      bytes.catch(() => fetched.delete(url));
      fetched.set(url, bytes);
    }
    return bytes;
  }

  async function code(id: number, { url, begin, end }: Module): Promise<ArrayBuffer> {
    for (const first of firsts.values()) {
      const module = (await first).get(id);
      if (module !== undefined) return module;
    }
    return (await file(url)).slice(begin, end);
  }

  function load(id: number, module: Module): Promise<unknown> {
    if (module.loading === undefined) {
      const loading = code(id, module).then((bytes) => WebAssembly.instantiate(bytes, shared()));
      loading.catch(() => (module.loading = undefined));
      module.loading = loading;
    }
    return module.loading;
  }

  return (letter: string, first: string) => async (callback: number, data: number) => {
    let success = false;
    try {
      if (!firsts.has(letter) && !document.documentElement.hasAttribute("data-hydrated")) {
        // Without it the shared packs do.
        firsts.set(letter, file(first).then(contents, () => new Map()));
      }
      const needed = [...modules.entries()].filter(([, module]) => module.users.includes(letter));
      const alone = ([, module]: [number, Module]) => module.users === letter;
      const several = (some: [number, Module][]) => Promise.all(some.map(([id, module]) => load(id, module)));
      await several(needed.filter((one) => !alone(one)));
      await several(needed.filter(alone));
      success = true;
    } catch (error) {
      console.error(error);
    }
    (shared().__wasm_split.__indirect_function_table.get(callback) as Callback)(data, success);
  };
}

/** The modules in a pack for first pages: their count, number and length of each, then the modules. */
function contents(bytes: ArrayBuffer): Map<number, ArrayBuffer> {
  const count = new Uint32Array(bytes, 0, 1)[0] ?? 0;
  const head = new Uint32Array(bytes, 4, 2 * count);
  const found = new Map<number, ArrayBuffer>();
  let begin = 4 + 8 * count;
  for (let i = 0; i < count; i++) {
    const end = begin + (head[2 * i + 1] ?? 0);
    found.set(head[2 * i] ?? 0, bytes.slice(begin, end));
    begin = end;
  }
  return found;
}
