/*
 * <db-chart option="{…}" label="…">: an ECharts chart whose option is plain JSON, made on the server.
 *
 * The canvas lives in the element's own shadow root, so hydration and DOM diffing never see it. Nothing here breaks a
 * strict Content-Security-Policy: no HTML from strings, no eval, no inline style attributes (styles go through
 * adopted style sheets and the CSSOM), tooltips are drawn as rich text on the canvas.
 */
import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { init, use, type ECElementEvent, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { themeOf } from "./chart-theme";
import { Tokens } from "./tokens";

use([
  BarChart,
  HeatmapChart,
  LineChart,
  PieChart,
  AriaComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
]);

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: block; position: relative; min-height: 8rem; }
  :host([hidden]) { display: none; }
  [part="canvas"] { position: absolute; inset: 0; }
  [part="error"] { margin: 0; padding: 1rem; font: inherit; color: inherit; }
`);

/** A same-origin path that a data item may carry; anything else (another host, `javascript:`) is not followed. */
const isPath = (link: unknown): link is string =>
  typeof link === "string" && link.startsWith("/") && !link.startsWith("//") && !link.startsWith("/\\");

/** Whether any data item of the option can be followed, which decides about the pointer's shape. */
const hasLinks = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.some(hasLinks);
  if (value === null || typeof value !== "object") return false;
  return "link" in value || Object.values(value).some(hasLinks);
};

/** Goes to a path by a real click on a real anchor, so that a client-side router takes it like any other link. */
function follow(path: string, event: MouseEvent | undefined): void {
  const anchor = document.createElement("a");
  anchor.href = path;
  anchor.hidden = true;
  document.body.append(anchor);
  anchor.dispatchEvent(
    new MouseEvent("click", {
      bubbles: true,
      cancelable: true,
      composed: true,
      ctrlKey: event?.ctrlKey ?? false,
      metaKey: event?.metaKey ?? false,
      shiftKey: event?.shiftKey ?? false,
    }),
  );
  anchor.remove();
}

const live = new Set<DrawbridgeChart>();
const repaintAll = (): void => live.forEach((chart) => chart.render());

// One observer of the theme for all charts of the page.
new MutationObserver(repaintAll).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["data-theme", "class"],
});
for (const query of ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"]) {
  matchMedia(query).addEventListener("change", repaintAll);
}

export class DrawbridgeChart extends HTMLElement {
  static readonly observedAttributes = ["option", "label"];

  readonly #stage: HTMLDivElement;
  readonly #resize: ResizeObserver;
  #chart: EChartsType | undefined;
  #queued = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#stage = document.createElement("div");
    this.#stage.setAttribute("part", "canvas");
    this.#stage.setAttribute("role", "img");
    root.append(this.#stage);
    this.#resize = new ResizeObserver(() => (this.#chart ? this.#chart.resize() : this.render()));
  }

  connectedCallback(): void {
    live.add(this);
    this.#resize.observe(this);
    this.#queue();
  }

  disconnectedCallback(): void {
    live.delete(this);
    this.#resize.disconnect();
    this.#chart?.dispose();
    this.#chart = undefined;
  }

  attributeChangedCallback(): void {
    this.#queue();
  }

  /** Saves the chart as a PNG on the page's background. Does nothing while there is no chart. */
  downloadPng(filename = "chart.png"): void {
    if (!this.#chart) return;
    const anchor = document.createElement("a");
    anchor.href = this.#chart.getDataURL({
      type: "png",
      pixelRatio: 2,
      backgroundColor: new Tokens(this.#probe()).colour("--color-surface"),
    });
    anchor.download = filename;
    anchor.click();
  }

  /** Several attributes change together: render once, after all of them. */
  #queue(): void {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      this.render();
    });
  }

  /** Draws the current option with the current theme. Waits for a size if the element has none yet (a hidden tab). */
  render(): void {
    if (!this.isConnected) return;
    const label = this.getAttribute("label") ?? "";
    this.#stage.setAttribute("aria-label", label);
    const source = this.getAttribute("option");
    if (!source || this.clientWidth === 0 || this.clientHeight === 0) return;

    let option: Record<string, unknown>;
    try {
      option = JSON.parse(source) as Record<string, unknown>;
    } catch (error) {
      console.error("Drawbridge: a chart's option is not JSON.", error);
      return;
    }

    const tokens = new Tokens(this.#probe());
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const linked = hasLinks(option["series"]) || hasLinks(option["dataset"]);
    const series = Array.isArray(option["series"]) ? (option["series"] as Record<string, unknown>[]) : [];
    // ECharts shows a hand over every mark; only marks that lead somewhere deserve one.
    for (const one of series) one["cursor"] ??= linked ? "pointer" : "default";

    const tooltip = option["tooltip"];
    const themed: EChartsCoreOption = {
      ...tokens.resolve(option),
      animation: !still && option["animation"] !== false,
      aria: { ...(option["aria"] as object | undefined), enabled: true, label: { description: label } },
      ...(tooltip === undefined
        ? {}
        : { tooltip: { confine: true, ...(tooltip as object), renderMode: "richText" } }),
    };

    // The theme is fixed when ECharts starts on an element, so a new theme means a new instance.
    this.#chart?.dispose();
    this.#chart = init(this.#stage, themeOf(tokens), { renderer: "canvas" });
    this.#chart.setOption(themed);
    this.#chart.on("click", (parameters: ECElementEvent) => {
      const link = (parameters.data as { link?: unknown } | null | undefined)?.link;
      if (isPath(link)) follow(link, parameters.event?.event as MouseEvent | undefined);
    });
  }

  #probe(): HTMLElement {
    const existing = this.shadowRoot?.querySelector<HTMLElement>("[part=probe]");
    if (existing) return existing;
    const probe = document.createElement("span");
    probe.setAttribute("part", "probe");
    probe.hidden = true;
    this.shadowRoot?.append(probe);
    return probe;
  }
}

if (!customElements.get("db-chart")) customElements.define("db-chart", DrawbridgeChart);
