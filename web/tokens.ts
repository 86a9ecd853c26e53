/*
 * Design tokens for a canvas: reads CSS custom properties as colours that ECharts can compute with.
 *
 * A token may be anything CSS accepts (oklch, color-mix, light-dark, another var). The browser resolves it on a probe
 * element, and one painted pixel turns the result into rgba, since ECharts parses neither oklch nor color().
 */

/** Used when the style sheet does not define a token, so that a chart is never invisible. */
const fallbacks: Record<string, string> = {
  "--color-chart-1": "#2f6fed",
  "--color-chart-2": "#0f9d8a",
  "--color-chart-3": "#d9822b",
  "--color-chart-4": "#8b5cf6",
  "--color-chart-5": "#d6457e",
  "--color-chart-6": "#64748b",
  "--color-text": "#808080",
  "--color-text-muted": "#808080",
  "--color-border": "#80808055",
  "--color-surface": "#ffffff",
};

export class Tokens {
  readonly #probe: HTMLElement;
  readonly #seen = new Map<string, string>();
  #pixel: CanvasRenderingContext2D | null = null;

  /** `probe` must be in the document: its computed style is what resolves a token. */
  constructor(probe: HTMLElement) {
    this.#probe = probe;
  }

  /** The colour of a custom property such as `--color-border`, as `rgba(…)`. */
  colour(name: string): string {
    const known = this.#seen.get(name);
    if (known !== undefined) return known;
    this.#probe.style.color = `var(${name}, ${fallbacks[name] ?? "#808080"})`;
    const resolved = this.#paint(getComputedStyle(this.#probe).color);
    this.#seen.set(name, resolved);
    return resolved;
  }

  /** The font family of the surrounding text: a canvas does not inherit it. */
  font(): string {
    return getComputedStyle(this.#probe).fontFamily;
  }

  /** Replaces every string `var(--token)` in a JSON value by that token's colour, in place. */
  resolve<T>(value: T): T {
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        value[index] = this.resolve(item);
      });
    } else if (value !== null && typeof value === "object") {
      const record = value as Record<string, unknown>;
      for (const key of Object.keys(record)) record[key] = this.resolve(record[key]);
    } else if (typeof value === "string") {
      const name = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
      if (name !== undefined) return this.colour(name) as T;
    }
    return value;
  }

  #paint(colour: string): string {
    if (this.#pixel === null) {
      const canvas = document.createElement("canvas");
      canvas.width = 1;
      canvas.height = 1;
      this.#pixel = canvas.getContext("2d", { willReadFrequently: true });
    }
    const context = this.#pixel;
    if (context === null) return colour;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
    return `rgba(${red},${green},${blue},${Math.round((alpha / 255) * 1000) / 1000})`;
  }
}
