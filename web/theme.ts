/*
 * Theme before the first paint: a classic, blocking script in <head>.
 *
 * The choice lives in localStorage; `system` is stored as nothing. `<html data-theme>` is `light` or `dark` when
 * chosen and absent when the system decides, so that CSS can tell the two apart. A change comes either from a click
 * on any element with `data-set-theme="light|dark|system"` (works before and without WASM) or from a
 * `drawbridge:theme` event on the document whose `detail` is one of the three.
 */
(() => {
  const key = "drawbridge-theme";
  const root = document.documentElement;

  const read = (): string | null => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage is blocked: the system's theme it is
    }
  };

  /** Shows on the buttons which theme is chosen. */
  const mark = (): void => {
    const shown = root.dataset["theme"] ?? "system";
    for (const button of document.querySelectorAll<HTMLElement>("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset["setTheme"] === shown));
    }
  };

  const apply = (choice: string | null): void => {
    if (choice === "light" || choice === "dark") {
      root.dataset["theme"] = choice;
    } else {
      delete root.dataset["theme"];
    }
    mark();
  };

  const choose = (choice: unknown): void => {
    if (choice !== "light" && choice !== "dark" && choice !== "system") return;
    try {
      if (choice === "system") localStorage.removeItem(key);
      else localStorage.setItem(key, choice);
    } catch {
      // Without storage the choice holds for this page only.
    }
    apply(choice);
  };

  apply(read());

  // The buttons come later than this script.
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("drawbridge:theme", (event) => choose((event as CustomEvent<unknown>).detail));
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-set-theme]") : null;
    if (target) choose(target.dataset["setTheme"]);
  });
  // Another tab chose: follow it.
  window.addEventListener("storage", (event) => {
    if (event.key === key || event.key === null) apply(read());
  });
})();
