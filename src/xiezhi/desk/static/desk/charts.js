/* 獬豸: charts of the figures. Each stands over a table with the same numbers. */
"use strict";
(() => {
  const days = document.documentElement.lang === "en" ? " days" : "天";
  if (!window.echarts) return;
  const style = getComputedStyle(document.documentElement);
  const color = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const ink = color("--ink-2", "#45515f"), line = color("--line", "#dde3ea"), primary = color("--primary", "#1d4f91");
  const quiet = color("--line-strong", "#9aa6b3"), deep = color("--primary-deep", "#12315c");
  const text = { color: ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const tooltip = { renderMode: "richText", confine: true };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const kinds = {
    line: (data) => ({
      textStyle: text, animation: !still, tooltip: { ...tooltip, trigger: "axis" }, color: [primary, deep, quiet],
      legend: { top: 0, left: 0, textStyle: text }, grid: { left: 8, right: 16, top: 36, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.labels, boundaryGap: false, axisLine: { lineStyle: { color: quiet } }, axisLabel: text, axisTick: { show: false } },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: line } }, axisLabel: text },
      series: data.series.map((one) => ({
        name: one.name, type: "line", data: one.data, symbol: one.base ? "none" : "circle", symbolSize: 6,
        lineStyle: { width: one.base ? 1.5 : 2.25, type: one.base ? "dashed" : "solid" }, areaStyle: one === data.series[0] ? { opacity: 0.07 } : undefined,
      })),
    }),
    bars: (data, node, unit = node.dataset.unit ?? days) => ({
      textStyle: text, animation: !still, tooltip: { ...tooltip }, color: [primary], grid: { left: 8, right: 48, top: 8, bottom: 4, containLabel: true },
      xAxis: { type: "value", splitLine: { show: false }, axisLabel: { show: false } },
      yAxis: { type: "category", inverse: true, data: data.map((one) => one.name), axisLine: { show: false }, axisTick: { show: false }, axisLabel: text },
      series: [{ type: "bar", barMaxWidth: 18, data: data.map((one) => one.value), label: { show: true, position: "right", formatter: `{c}${unit}`, ...text },
        markLine: node.dataset.mark ? { symbol: "none", silent: true, lineStyle: { color: ink, type: "dashed" }, label: { formatter: `${node.dataset.mark}${unit}`, ...text }, data: [{ xAxis: Number(node.dataset.mark) }] } : undefined }],
    }),
    stack: (data) => ({
      textStyle: text, animation: !still, tooltip: { ...tooltip }, color: [primary, "#6f93c4", deep, "#a9c1e0", quiet],
      grid: { left: 0, right: 0, top: 0, bottom: 0 }, xAxis: { type: "value", show: false, max: "dataMax" }, yAxis: { type: "category", show: false, data: [""] },
      series: data.map((one, n) => ({ name: one.name, type: "bar", stack: "all", barWidth: "100%", data: [one.value], itemStyle: { borderColor: "#fff", borderWidth: 1 },
        label: { show: one.value > 0, formatter: one.name, color: n === 1 || n === 3 ? "#1c2733" : "#fff", overflow: "truncate" } })),
    }),
  };
  document.querySelectorAll("[data-chart]").forEach((node) => {
    const source = document.getElementById(node.dataset.from);
    if (!source) return;
    const chart = echarts.init(node, null, { renderer: "svg" });
    chart.setOption(kinds[node.dataset.chart](JSON.parse(source.textContent), node));
    new ResizeObserver(() => chart.resize()).observe(node);
  });
})();
