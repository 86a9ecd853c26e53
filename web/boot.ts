/*
 * The one module script on every page. It starts the WASM application when the page names one, and fetches the chart
 * code when the first <db-chart> appears. Both addresses carry content hashes and stand in <meta> tags.
 *
 * When hydration is done, the application sets <html data-hydrated>: tests wait for it, and the application asks itself.
 */
interface Application {
  default(): Promise<unknown>;
  /** Takes the texts of the page's language. Ends when the page has been taken over. */
  hydrate(language: string, texts: string): Promise<void>;
}

const named = (name: string): string | undefined =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || undefined;

/** Starts the application. Without it the page still works by plain links and forms, so a failure is only reported. */
async function start(url: string, texts: string): Promise<void> {
  try {
    const table = fetch(texts).then((answer) => answer.text());
    const application = (await import(url)) as Application;
    await application.default();
    await application.hydrate(document.documentElement.lang, await table);
  } catch (error) {
    console.error("Drawbridge: the interactive part of this page could not start.", error);
  }
}

/** Imports the chart bundle as soon as the document holds a chart, and then stops looking. */
function chartsOnDemand(url: string): void {
  const load = (): boolean => {
    if (!document.querySelector("db-chart")) return false;
    import(url).catch((error: unknown) => console.error("Drawbridge: charts could not be loaded.", error));
    return true;
  };
  if (load()) return;
  const observer = new MutationObserver(() => {
    if (load()) observer.disconnect();
  });
  observer.observe(document.documentElement, { childList: true, subtree: true });
}

/** A chart as the chart code has it. */
interface Chart extends HTMLElement {
  downloadPng(filename: string): void;
}

// Buttons that save the chart of their card as a picture.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-chart-png]") : null;
  const chart = button?.closest(".card")?.querySelector<Chart>("db-chart");
  if (button && chart) chart.downloadPng(button.dataset["chartPng"] ?? "chart.png");
});

const charts = named("drawbridge-charts");
if (charts) chartsOnDemand(charts);

const application = named("drawbridge-app");
const texts = named("drawbridge-texts");
if (application && texts) void start(application, texts);
