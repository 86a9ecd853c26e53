/*
 * Loads the WebAssembly of the console's areas. The build cuts the console into modules, packs them into files, and writes
 * a script that calls `areas` (xtask/src/site/areas.rs). wasm-bindgen's script imports what it returns.
 *
 * The first page of a visit takes all its modules from one pack made for its area. What is needed after that page has been
 * taken over (<html data-hydrated>) comes from packs that areas share, as most of it is there already; where it lies is
 * told by an index that the first page does not wait for.
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
}

/** Makes the loader of an area, from its letter and the address of the pack for first pages. */
export function areas(index: string, shared: () => Shared, base: string) {
  const fetched = new Map<string, Promise<ArrayBuffer>>();
  const loading = new Map<number, Promise<unknown>>();
  const firsts = new Map<string, Promise<unknown>>();
  let places: Promise<Module[]> | undefined;

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

  /** A module by its number, instantiated once. */
  function load(id: number, code: () => Promise<ArrayBuffer>): Promise<unknown> {
    let module = loading.get(id);
    if (module === undefined) {
      module = code().then((bytes) => WebAssembly.instantiate(bytes, shared()));
      module.catch(() => loading.delete(id));
      loading.set(id, module);
    }
    return module;
  }

  /** Everything in a pack for first pages: the count of its modules, number and length of each, then the modules. */
  async function loadFirst(url: string): Promise<void> {
    const bytes = await file(url);
    const count = new Uint32Array(bytes, 0, 1)[0] ?? 0;
    const head = new Uint32Array(bytes, 4, 2 * count);
    const modules: Promise<unknown>[] = [];
    let begin = 4 + 8 * count;
    for (let i = 0; i < count; i++) {
      const end = begin + (head[2 * i + 1] ?? 0);
      const module = bytes.slice(begin, end);
      modules.push(load(head[2 * i] ?? 0, () => Promise.resolve(module)));
      begin = end;
    }
    await Promise.all(modules);
    fetched.delete(url);
  }

  async function find(): Promise<Module[]> {
    const packs = JSON.parse(new TextDecoder().decode(await file(index))) as Pack[];
    return packs.flatMap(([url, held]) => {
      let begin = 0;
      return held.map(([length, users]) => ({ url, begin, end: (begin += length), users }));
    });
  }

  /** What an area needs, out of the packs that areas share. */
  async function loadMissing(letter: string): Promise<void> {
    // What first pages bring is not fetched twice; what they failed to bring is.
    await Promise.allSettled(firsts.values());
    places ??= find();
    places.catch(() => (places = undefined));
    const modules = await places;
    const code = async ({ url, begin, end }: Module): Promise<ArrayBuffer> => (await file(url)).slice(begin, end);
    const needed = [...modules.entries()].filter(([, module]) => module.users.includes(letter));
    await Promise.all(needed.map(([id, module]) => load(id, () => code(module))));
  }

  return (letter: string, first: string) => async (callback: number, data: number) => {
    let success = false;
    try {
      if (!firsts.has(letter) && !document.documentElement.hasAttribute("data-hydrated")) {
        firsts.set(letter, loadFirst(first));
      }
      const early = firsts.get(letter);
      // Parts of a page leave out what the page has, and are loaded after it.
      const whole = early && (await early.then(() => true, () => false));
      if (!whole) await loadMissing(letter);
      success = true;
    } catch (error) {
      console.error(error);
    }
    (shared().__wasm_split.__indirect_function_table.get(callback) as Callback)(data, success);
  };
}
