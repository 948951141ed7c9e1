"use strict";
// Draws each <canvas data-chart="…json">. The numbers are also in the table below it,
// so a page without this script loses the picture and nothing else.

(() => {
  // As dashboard/writing.py has it: plain English is American, its days are not.
  const LANGUAGE = document.documentElement.lang;
  const DAYS = LANGUAGE === "en" ? "en-001" : LANGUAGE;
  const DOLLARS = { style: "currency", currency: "USD" };
  const COMPACT = { notation: "compact", maximumFractionDigits: 1 };
  const MONEY = new Intl.NumberFormat(LANGUAGE, DOLLARS);
  const SHORT_MONEY = new Intl.NumberFormat(LANGUAGE, { ...DOLLARS, ...COMPACT });
  const COUNT = new Intl.NumberFormat(LANGUAGE);
  const DAY = { day: "numeric", month: "short", timeZone: "UTC" };
  const SHORT_DAY = new Intl.DateTimeFormat(DAYS, DAY);
  const LONG_DAY = new Intl.DateTimeFormat(DAYS, {
    ...DAY,
    weekday: "short",
    year: "numeric",
  });
  const utc = (text) => new Date(`${text}T00:00:00Z`);
  const shortDay = (text) => SHORT_DAY.format(utc(text));
  const longDay = (text) => LONG_DAY.format(utc(text));

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

  function dataset(series, name, chart, surface) {
    const used = colour(name);
    const hatch = hatched(used, surface);
    return {
      label: series.label,
      data: series.data,
      backgroundColor: chart.labels.map((label) =>
        label >= chart.provisional_from ? hatch : used,
      ),
      // A hairline of the surface keeps neighbours apart without their colours.
      borderColor: surface,
      borderWidth: { top: 1 },
      borderSkipped: false,
      categoryPercentage: 0.86,
      barPercentage: 1,
      maxBarThickness: 44,
    };
  }

  function options(chart, say) {
    const isMoney = chart.unit === "usd";
    const exact = (value) => (isMoney ? MONEY : COUNT).format(value);
    const short = (value) => (isMoney ? SHORT_MONEY : COUNT).format(value);
    const ink = colour("ink");
    const muted = colour("muted");
    const line = colour("line");
    const font = { family: getComputedStyle(document.body).fontFamily, size: 11.5 };
    const provisional = (label) =>
      label >= chart.provisional_from ? ` · ${say.sayProvisional}` : "";
    return {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: {
          stacked: true,
          grid: { display: false },
          border: { color: line },
          ticks: {
            color: muted,
            font,
            maxRotation: 0,
            autoSkipPadding: 14,
            callback: (index) => shortDay(chart.labels[index]),
          },
        },
        y: {
          stacked: true,
          beginAtZero: true,
          grid: { color: line },
          border: { display: false },
          ticks: { color: muted, font, maxTicksLimit: 6, padding: 8, callback: short },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
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
          filter: (item) => item.raw,
          itemSort: (a, b) => b.raw - a.raw,
          callbacks: {
            title: ([item]) =>
              item ? longDay(item.label) + provisional(item.label) : "",
            label: (item) => ` ${exact(item.raw)}  ${item.dataset.label}`,
            labelColor: (item) => ({
              backgroundColor: colour(item.dataset.colourName),
              borderColor: "transparent",
              borderRadius: 2,
            }),
            footer: (items) =>
              items.length > 1
                ? ` ${exact(items.reduce((sum, item) => sum + item.raw, 0))}  ${say.sayInAll}`
                : "",
          },
        },
      },
    };
  }

  function draw(canvas, chart) {
    const surface = colour("surface");
    const names = (canvas.dataset.colours || "").split(" ");
    const datasets = chart.datasets.map((series, index) => {
      const name = names[index] || `s${(index % 8) + 1}`;
      return { ...dataset(series, name, chart, surface), colourName: name };
    });
    const drawn = Chart.getChart(canvas);
    const hidden = drawn ? datasets.map((_, index) => !drawn.isDatasetVisible(index)) : [];
    drawn?.destroy();
    datasets.forEach((made, index) => (made.hidden = hidden[index] || false));
    new Chart(canvas, {
      type: chart.type,
      data: { labels: chart.labels, datasets },
      options: options(chart, canvas.closest("figure").dataset),
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
  // Text on a canvas is not drawn again when its font arrives.
  document.fonts.ready.then(() => canvases().forEach(show));
})();
