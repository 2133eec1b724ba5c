"use strict";
{
  const { series, charts, map } = JSON.parse(document.getElementById("data").textContent);
  const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#a6761d"];
  const SHAPES = ["circle", "triangle", "rect", "rectRot", "star", "crossRot", "cross", "dash"];
  const last = series.length - 1;
  const boxes = [...document.querySelectorAll("input[data-series]")];
  const shown = (i) => boxes[i].checked;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = (i) =>
    i === 0 ? css("--pool") : i === last ? css("--random") : COLOURS[(i - 1) % COLOURS.length];
  const drawn = [];

  Object.assign(Chart.defaults, { animation: false, responsive: true, maintainAspectRatio: false });
  Chart.defaults.plugins.legend.display = false;

  function ink() {
    Chart.defaults.color = css("--soft");
    Chart.defaults.borderColor = css("--line");
  }
  const axis = (title, more = {}) => ({ title: { display: true, text: title }, ...more });
  // Axes hold almost all values: a single outlier would press the others together.
  function span(values, part = 0.005) {
    const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
    if (sorted.length < 2) return {};
    const [low, high] = [part, 1 - part].map((q) => sorted[Math.round(q * (sorted.length - 1))]);
    const more = (high - low) * 0.05;
    return more > 0 ? { min: low - more, max: high + more } : {};
  }
  const look = (i) => ({ label: series[i], borderColor: colour(i), backgroundColor: colour(i) + "cc" });
  const dashes = (i) => (i === last ? [6, 4] : []);

  function bars(chart) {
    return {
      type: "bar",
      data: {
        labels: chart.labels,
        datasets: series.map((name, i) => ({ ...look(i), data: chart.bars[name] })),
      },
      options: { scales: { y: axis("share of records", { beginAtZero: true }) } },
    };
  }
  function lines(chart) {
    return {
      type: "line",
      data: {
        datasets: series.map((name, i) => ({
          ...look(i),
          data: chart.lines[name].map(([x, y]) => ({ x, y })),
          borderDash: dashes(i),
          borderWidth: 2,
          pointRadius: 0,
          pointHitRadius: 8,
          stepped: chart.kind === "steps" ? "middle" : false,
        })),
      },
      options: {
        interaction: { mode: "nearest", axis: "x", intersect: false },
        scales: {
          x: axis(chart.x, { type: chart.log ? "logarithmic" : "linear" }),
          y: axis(chart.y, chart.kind === "steps" ? { beginAtZero: true } : span(
            Object.values(chart.lines).flat().map(([, y]) => y), 0.02)),
        },
      },
    };
  }

  // The map. A record that several selections have is drawn once for each.
  const needle = document.getElementById("filter");
  const found = document.getElementById("found");
  const matches = (text) => text.toLowerCase().includes(needle.value.toLowerCase());
  const takers = ([, , has]) => has.filter((i) => i > 0).map((i) => series[i]).join(", ") || "not chosen";
  function points(i) {
    const here = map.filter(([, , has, text]) => has.includes(i) && matches(text));
    return here.map((record) => ({ x: record[0], y: record[1], record }));
  }
  function wrapped(text) {
    const rows = [""];
    for (const word of text.split(" ")) {
      if (rows.at(-1).length + word.length > 44) rows.push("");
      rows[rows.length - 1] = (rows.at(-1) + " " + word).trim().slice(0, 90);
    }
    return rows;
  }
  function scatter() {
    return {
      type: "scatter",
      data: {
        datasets: series.map((name, i) => ({
          ...look(i),
          data: points(i),
          pointStyle: i === 0 || i === last ? "circle" : SHAPES[(i - 1) % SHAPES.length],
          pointRadius: i === 0 ? 2 : i === last ? 3 : 5,
          pointHoverRadius: 9,
          order: i === 0 ? 1 : 0,
        })),
      },
      options: {
        scales: {
          x: axis("first direction", span(map.map(([x]) => x))),
          y: axis("second direction", span(map.map(([, y]) => y))),
        },
        onHover: (event, [one]) => one && tell(one.datasetIndex, one.index),
        plugins: {
          tooltip: {
            callbacks: {
              title: ([one]) => takers(one.raw.record),
              label: (one) => wrapped(one.raw.record[3]),
            },
          },
        },
      },
    };
  }
  function tell(set, index) {
    const { record } = plane.data.datasets[set].data[index];
    document.getElementById("point").textContent = `${takers(record)}: ${record[3]}`;
  }
  let at = -1;
  function step(event) {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const all = plane.data.datasets.flatMap((set, i) =>
      plane.isDatasetVisible(i) ? set.data.map((_, index) => ({ datasetIndex: i, index })) : []);
    const place = ({ datasetIndex, index }) => plane.data.datasets[datasetIndex].data[index].x;
    all.sort((a, b) => place(a) - place(b));
    if (!all.length) return;
    at = (at + way + all.length) % all.length;
    plane.setActiveElements([all[at]]);
    plane.tooltip.setActiveElements([all[at]], { x: 0, y: 0 });
    plane.update("none");
    tell(all[at].datasetIndex, all[at].index);
  }

  function paint() {
    ink();
    for (const chart of drawn) {
      chart.data.datasets.forEach((set, i) => {
        Object.assign(set, look(i));
        chart.setDatasetVisibility(i, shown(i));
      });
      for (const scale of Object.values(chart.options.scales)) {
        scale.ticks = { ...scale.ticks, color: css("--soft") };
        scale.grid = { color: css("--line") };
        scale.title.color = css("--soft");
      }
      chart.update("none");
    }
    for (const one of document.querySelectorAll("article")) one.hidden = !shown(Number(one.dataset.series));
  }
  function filter() {
    at = -1;
    if (plane) plane.data.datasets.forEach((set, i) => (set.data = points(i)));
    for (const one of document.querySelectorAll("article li")) one.hidden = !matches(one.textContent);
    const texts = map.filter(([, , , text]) => matches(text)).length;
    found.textContent = needle.value && map.length ? `${texts} of ${map.length} points` : "";
    paint();
  }

  ink();
  charts.forEach((chart, i) => {
    const how = chart.kind === "bars" ? bars(chart) : lines(chart);
    if (chart.kind === "bars") how.options.scales.x = axis("");
    drawn.push(new Chart(document.getElementById(`chart${i}`), how));
  });
  const place = document.getElementById("map");
  const plane = place && new Chart(place, scatter());
  if (plane) {
    drawn.push(plane);
    place.addEventListener("keydown", step);
  }
  boxes.forEach((box) => box.addEventListener("change", paint));
  needle.addEventListener("input", filter);
  document.getElementById("controls").addEventListener("submit", (event) => event.preventDefault());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  paint();
}
