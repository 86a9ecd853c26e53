/* The look of every chart, from the design tokens. Options made on the server carry data and structure only. */
import type { Tokens } from "./tokens";

/** An ECharts theme for the tokens as they are now; made anew when the page's theme changes. */
export function themeOf(tokens: Tokens): object {
  const text = tokens.colour("--color-text");
  const muted = tokens.colour("--color-text-muted");
  const border = tokens.colour("--color-border");
  const surface = tokens.colour("--color-surface");
  const fontFamily = tokens.font();
  const axis = {
    axisLine: { lineStyle: { color: border } },
    axisTick: { show: false },
    axisLabel: { color: muted, fontFamily, fontSize: 11 },
    splitLine: { lineStyle: { color: border } },
    nameTextStyle: { color: muted, fontFamily },
  };
  return {
    color: [1, 2, 3, 4, 5, 6].map((number) => tokens.colour(`--color-chart-${number}`)),
    backgroundColor: "transparent",
    textStyle: { color: text, fontFamily },
    // The legend stands above the drawing, which leaves it that much room and is otherwise as wide as the element.
    grid: { left: 4, right: 12, top: 36, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { top: 0, left: 0, textStyle: { color: muted, fontFamily }, inactiveColor: border, itemWidth: 12, itemHeight: 8 },
    tooltip: {
      backgroundColor: surface,
      borderColor: border,
      borderWidth: 1,
      padding: [8, 10],
      textStyle: { color: text, fontFamily, fontSize: 12 },
      axisPointer: { lineStyle: { color: border }, crossStyle: { color: border } },
    },
    visualMap: { textStyle: { color: muted, fontFamily } },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    timeAxis: { ...axis, splitLine: { show: false } },
    logAxis: axis,
    line: { symbol: "circle", symbolSize: 5, showSymbol: false, lineStyle: { width: 2 } },
    bar: { itemStyle: { borderRadius: [3, 3, 0, 0] }, barMaxWidth: 32 },
    pie: { itemStyle: { borderColor: surface, borderWidth: 2 }, label: { color: muted, fontFamily } },
    heatmap: { itemStyle: { borderColor: surface, borderWidth: 1 } },
  };
}
