"use strict";
// Draws each <canvas data-chart="…json">. The numbers are also in the table below it,
// so a page without this script loses the picture and nothing else.

(() => {
  // As dashboard/writing.py has it: plain English is American, its days are not.
  const LANGUAGE = document.documentElement.lang;
  const DAYS = LANGUAGE === "en" ? "en-001" : LANGUAGE;
  const number = (options) => new Intl.NumberFormat(LANGUAGE, options);
  const days = (options) =>
    new Intl.DateTimeFormat(DAYS, { ...options, timeZone: "UTC" });
  const DOLLARS = { style: "currency", currency: "USD" };
  const COMPACT = { notation: "compact", maximumFractionDigits: 1 };
  const PERCENT = { style: "percent", maximumFractionDigits: 1 };
  const EXACT = { usd: number(DOLLARS), percent: number(PERCENT) };
  const SHORT = { usd: number({ ...DOLLARS, ...COMPACT }), percent: number(PERCENT) };
  const COUNT = { exact: number({}), short: number(COMPACT) };
  const of = (value, unit) => (unit === "percent" ? value / 100 : value);
  const exact = (value, unit) => (EXACT[unit] || COUNT.exact).format(of(value, unit));
  // A few cents would all be the same in short.
  const short = (value, unit) =>
    unit === "usd" && value % 1 && Math.abs(value) < 10
      ? exact(value, unit)
      : (SHORT[unit] || COUNT.short).format(of(value, unit));

  const SHORT_DAY = days({ day: "numeric", month: "short" });
  const FULL_DAY = days({ day: "numeric", month: "short", year: "numeric" });
  const LONG_DAY = days({
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  });
  const MONTH = days({ month: "short", year: "numeric" });
  const utc = (text) => new Date(`${text}T00:00:00Z`);
  const before = (text) => new Date(utc(text) - 86400000);

  // A place on the axis, short as beside a tick and long as over a tooltip. Weeks and
  // months end where the next one starts, the last one where the drawing ends.
  function place(chart, index, { grain, until }) {
    const label = chart.labels[index];
    const first = utc(label);
    if (grain === "month") return { short: MONTH.format(first), long: MONTH.format(first) };
    if (grain === "day")
      return { short: SHORT_DAY.format(first), long: LONG_DAY.format(first) };
    if (grain !== "week") return { short: label, long: label };
    const next = chart.labels[index + 1];
    const last = next ? before(next) : utc(until);
    return { short: SHORT_DAY.format(first), long: FULL_DAY.formatRange(first, last) };
  }

  // A custom property reads as its text; only a used colour is resolved for the theme.
  function colour(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const used = getComputedStyle(probe).color;
    probe.remove();
    return used;
  }

  function hatched(used, surface) {
    const tile = document.createElement("canvas");
    const scale = 2;
    tile.width = tile.height = 6 * scale;
    const pen = tile.getContext("2d");
    pen.scale(scale, scale);
    pen.fillStyle = surface;
    pen.fillRect(0, 0, 6, 6);
    pen.globalAlpha = 0.28;
    pen.fillStyle = used;
    pen.fillRect(0, 0, 6, 6);
    pen.globalAlpha = 1;
    pen.strokeStyle = used;
    pen.lineWidth = 1.6;
    pen.beginPath();
    for (const shift of [-6, 0, 6]) {
      pen.moveTo(shift, 6);
      pen.lineTo(shift + 6, 0);
    }
    pen.stroke();
    const pattern = pen.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / scale));
    return pattern;
  }

  function bars(used, chart, surface) {
    const hatch = hatched(used, surface);
    const fills = chart.labels.map((label) =>
      label >= chart.provisional_from ? hatch : used,
    );
    return {
      backgroundColor: fills,
      hoverBackgroundColor: fills,
      // A hairline of the surface keeps neighbours apart without their colours.
      borderColor: surface,
      borderWidth: { top: 1 },
      borderSkipped: false,
      categoryPercentage: 0.86,
      barPercentage: 1,
      maxBarThickness: 44,
    };
  }

  function faint(used) {
    return used.replace(/^rgb\((.*)\)$/, "rgba($1, 0.14)");
  }

  // The two ends of what is likely, with a band between: the upper one fills to the
  // series before it.
  function ends(used, look) {
    return {
      backgroundColor: faint(used),
      borderColor: used,
      borderWidth: 1,
      borderDash: [1, 3],
      fill: look === "band" ? "-1" : false,
      pointRadius: 0,
      pointHoverRadius: 3,
    };
  }

  // What is provisional is dashed, and dots show a value that has no neighbours.
  function lines(used, chart, surface, look) {
    if (look === "edge" || look === "band") return ends(used, look);
    if (look === "ahead") return { ...ends(used, look), borderWidth: 2, borderDash: [6, 4] };
    const isArea = chart.type === "area";
    const late = (at) => look !== "settled" && chart.labels[at] >= chart.provisional_from;
    return {
      backgroundColor: isArea ? hatched(used, surface) : used,
      borderColor: used,
      borderWidth: 2,
      fill: isArea ? "stack" : false,
      pointRadius: chart.labels.length > 31 ? 0 : 2,
      pointHoverRadius: 5,
      segment: { borderDash: (at) => (late(at.p1DataIndex) ? [3, 4] : undefined) },
    };
  }

  function dataset(series, name, look, chart, surface) {
    const used = colour(name);
    const style =
      chart.type === "bar"
        ? bars(used, chart, surface)
        : lines(used, chart, surface, look);
    return { label: series.label, data: series.data, colourName: name, ...style };
  }

  function title(chart, index, look) {
    const isLate = chart.labels[index] >= chart.provisional_from && look.grain;
    const mark = isLate ? ` · ${look.sayProvisional}` : "";
    return place(chart, index, look).long + mark;
  }

  function axes(chart, look, font) {
    const [muted, line] = [colour("muted"), colour("line")];
    const stacked = chart.type !== "line";
    return {
      x: {
        stacked,
        grid: { display: false },
        border: { color: line },
        ticks: {
          color: muted,
          font,
          maxRotation: 0,
          autoSkipPadding: 14,
          callback: (index) => place(chart, index, look).short,
        },
      },
      y: {
        stacked,
        beginAtZero: true,
        suggestedMax: chart.unit === "percent" ? 100 : undefined,
        grid: { color: line },
        border: { display: false },
        ticks: {
          color: muted,
          font,
          maxTicksLimit: 6,
          padding: 8,
          precision: chart.unit === "count" ? 0 : undefined,
          callback: (value) => short(value, chart.unit),
        },
      },
    };
  }

  function tooltip(chart, look, font) {
    const ink = colour("ink");
    const stacked = chart.type !== "line";
    return {
      backgroundColor: colour("surface"),
      borderColor: colour("edge"),
      borderWidth: 1,
      titleColor: ink,
      bodyColor: ink,
      footerColor: ink,
      titleFont: { ...font, size: 12.5, weight: 600 },
      bodyFont: { ...font, size: 12.5 },
      footerFont: { ...font, size: 12.5, weight: 600 },
      padding: 11,
      cornerRadius: 8,
      boxWidth: 9,
      boxHeight: 9,
      boxPadding: 5,
      usePointStyle: false,
      filter: (item) => (stacked ? item.raw : item.raw !== null),
      itemSort: (a, b) => b.raw - a.raw,
      callbacks: {
        title: ([item]) => (item ? title(chart, item.dataIndex, look) : ""),
        label: (item) => ` ${exact(item.raw, chart.unit)}  ${item.dataset.label}`,
        labelColor: (item) => ({
          backgroundColor: colour(item.dataset.colourName),
          borderColor: "transparent",
          borderRadius: 2,
        }),
        footer: (items) =>
          stacked && items.length > 1 ? ` ${inAll(items, chart)}  ${look.sayInAll}` : "",
      },
    };
  }

  const inAll = (items, chart) =>
    exact(items.reduce((sum, item) => sum + item.raw, 0), chart.unit);

  function options(chart, look) {
    const font = { family: getComputedStyle(document.body).fontFamily, size: 11.5 };
    return {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: axes(chart, look, font),
      plugins: { legend: { display: false }, tooltip: tooltip(chart, look, font) },
    };
  }

  function draw(canvas, chart) {
    const surface = colour("surface");
    const names = (canvas.dataset.colours || "").split(" ");
    const looks = (canvas.dataset.looks || "").split(" ");
    const datasets = chart.datasets.map((series, index) =>
      dataset(series, names[index] || `s${(index % 7) + 1}`, looks[index], chart, surface),
    );
    const drawn = Chart.getChart(canvas);
    const hidden = drawn ? datasets.map((_, index) => !drawn.isDatasetVisible(index)) : [];
    drawn?.destroy();
    datasets.forEach((made, index) => (made.hidden = hidden[index] || false));
    const look = { ...canvas.closest("figure").dataset, ...canvas.dataset };
    new Chart(canvas, {
      type: chart.type === "area" ? "line" : chart.type,
      data: { labels: chart.labels, datasets },
      options: options(chart, look),
    });
  }

  async function fetched(path, say) {
    const answer = await fetch(path, {
      headers: { Accept: "application/json" },
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect") throw new Error(say.saySignedOut);
    const json = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(json.error?.message || say.sayFailed);
    return json;
  }

  async function show(canvas) {
    const note = canvas.parentElement.querySelector("[data-chart-error]");
    const say = canvas.closest("figure").dataset;
    note.hidden = true;
    try {
      const chart = await fetched(canvas.dataset.chart, say);
      if (chart.state !== "ok") return;
      canvas.chartData = chart;
      draw(canvas, chart);
      canvas.dataset.drawn = "true";
    } catch (error) {
      const offline = error instanceof TypeError;
      note.querySelector("span").textContent = offline ? say.sayUnreachable : error.message;
      note.hidden = false;
    }
  }

  function toggle(button) {
    const chart = Chart.getChart(button.closest("figure").querySelector("canvas"));
    if (!chart) return;
    const index = Number(button.dataset.series);
    const visible = !chart.isDatasetVisible(index);
    chart.setDatasetVisibility(index, visible);
    chart.update();
    button.setAttribute("aria-pressed", String(visible));
  }

  // The arrow keys walk over the chart: the tooltip shows a place, and a screen reader
  // says it.
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

  function walk(canvas, key) {
    const chart = Chart.getChart(canvas);
    const last = chart.data.labels.length - 1;
    const from = chart.getActiveElements()[0]?.index ?? (key === "ArrowLeft" ? last + 1 : -1);
    const index = Math.min(last, Math.max(0, from + STEPS[key]));
    const active = chart.data.datasets
      .map((_, datasetIndex) => ({ datasetIndex, index }))
      .filter(({ datasetIndex }) => chart.isDatasetVisible(datasetIndex));
    const at = chart.scales.x.getPixelForValue(index);
    chart.setActiveElements(active);
    chart.tooltip.setActiveElements(active, { x: at, y: chart.chartArea.top });
    chart.update();
    const { title: heads, body, footer } = chart.tooltip;
    const said = [...heads, ...body.flatMap((part) => part.lines), ...footer];
    tell(canvas, said.map((line) => line.trim()).join(", "));
  }

  function rest(canvas) {
    const chart = Chart.getChart(canvas);
    chart?.setActiveElements([]);
    chart?.tooltip.setActiveElements([], { x: 0, y: 0 });
    chart?.update();
    tell(canvas, "");
  }

  function tell(canvas, text) {
    canvas.parentElement.querySelector("[data-chart-said]").textContent = text;
  }

  const canvases = () => [...document.querySelectorAll("canvas[data-chart]")];
  const redraw = () => {
    for (const canvas of canvases()) if (canvas.chartData) draw(canvas, canvas.chartData);
  };

  document.addEventListener("themechange", redraw);
  // Paper is light, whatever the screen is.
  addEventListener("beforeprint", () => {
    const root = document.documentElement;
    root.dataset.before = root.dataset.theme;
    root.dataset.theme = "light";
    redraw();
  });
  addEventListener("afterprint", () => {
    const root = document.documentElement;
    root.dataset.theme = root.dataset.before;
    redraw();
  });
  document.addEventListener("click", (event) => {
    const series = event.target.closest("[data-series]");
    if (series) toggle(series);
    const note = event.target.closest("[data-chart-error] button");
    if (note) show(note.closest(".plot").querySelector("canvas"));
  });
  document.addEventListener("keydown", (event) => {
    const canvas = event.target.closest("canvas[data-drawn]");
    if (!canvas) return;
    if (event.key === "Escape") rest(canvas);
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    walk(canvas, event.key);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches("canvas[data-drawn]")) rest(event.target);
  });
  const showNew = () => canvases().filter((canvas) => !canvas.chartData).forEach(show);
  document.addEventListener("htmx:after:swap", showNew);
  // Text on a canvas is not drawn again when its font arrives.
  document.fonts.ready.then(showNew);
})();
