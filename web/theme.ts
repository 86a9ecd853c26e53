/*
 * What a person has chosen about the looks, before the first paint: a classic, blocking script in <head>.
 *
 * A choice lives in localStorage, the usual one is stored as nothing, and it stands as an attribute of <html> for CSS:
 * `data-theme` (`light`, `dark`; absent when the system decides), `data-density` (`compact`), `data-sidebar`
 * (`collapsed`). A change comes from a click on any element with `data-set-theme="light|dark|system"`,
 * `data-set-density="comfortable|compact"` or `data-toggle-sidebar` (works before and without WASM).
 */
(() => {
  const root = document.documentElement;

  /** A choice: its name, its values, and the one that is stored as nothing. */
  const choices: Record<string, { values: readonly string[]; usual: string }> = {
    theme: { values: ["light", "dark", "system"], usual: "system" },
    density: { values: ["comfortable", "compact"], usual: "comfortable" },
    sidebar: { values: ["open", "collapsed"], usual: "open" },
  };

  const read = (name: string): string | null => {
    try {
      return localStorage.getItem(`drawbridge-${name}`);
    } catch {
      return null; // storage is blocked: the usual it is
    }
  };

  /** Shows on the buttons what is chosen. */
  const mark = (): void => {
    for (const [name, { usual }] of Object.entries(choices)) {
      const shown = root.dataset[name] ?? usual;
      for (const button of document.querySelectorAll<HTMLElement>(`[data-set-${name}]`)) {
        button.setAttribute("aria-pressed", String(button.getAttribute(`data-set-${name}`) === shown));
      }
    }
    for (const button of document.querySelectorAll("[data-toggle-sidebar]")) {
      button.setAttribute("aria-expanded", String(root.dataset["sidebar"] !== "collapsed"));
    }
  };

  const apply = (): void => {
    for (const [name, { values, usual }] of Object.entries(choices)) {
      const choice = read(name);
      if (choice !== null && choice !== usual && values.includes(choice)) root.dataset[name] = choice;
      else delete root.dataset[name];
    }
    mark();
  };

  const choose = (name: string, choice: string): void => {
    const known = choices[name];
    if (!known?.values.includes(choice)) return;
    try {
      if (choice === known.usual) localStorage.removeItem(`drawbridge-${name}`);
      else localStorage.setItem(`drawbridge-${name}`, choice);
    } catch {
      // Without storage the choice holds for this page only.
      if (choice === known.usual) delete root.dataset[name];
      else root.dataset[name] = choice;
      mark();
      return;
    }
    apply();
  };

  apply();

  // The buttons come later than this script.
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    for (const name of Object.keys(choices)) {
      const choice = event.target.closest(`[data-set-${name}]`)?.getAttribute(`data-set-${name}`);
      if (choice) choose(name, choice);
    }
    if (event.target.closest("[data-toggle-sidebar]")) {
      choose("sidebar", root.dataset["sidebar"] === "collapsed" ? "open" : "collapsed");
    }
  });
  // Another tab chose: follow it.
  window.addEventListener("storage", apply);
})();
