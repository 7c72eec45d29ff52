"use strict";
(() => {
  // Whoever hands markup to the page gets text: nothing here needs more.
  if (window.trustedTypes) {
    const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
    trustedTypes.createPolicy("default", { createHTML: plain });
  }
  const told = JSON.parse(document.getElementById("specs").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const views = new Map();
  const by = (id) => document.getElementById(id);

  const LIGHT = { ink: "#1c1c1c", soft: "#555555", grid: "#dddddd", normal: "#0072B2", odd: "#D55E00", gap: "#E69F00" };
  const DARK = { ink: "#e8e8e8", soft: "#b0b0b0", grid: "#3a3d42", normal: "#6fbbea", odd: "#ff9a5c", gap: "#E69F00" };

  // Specifications name colours by their part, "@ink" and so on, and a width of 0 for the page's.
  const dressed = (part, colors, width) => {
    if (Array.isArray(part)) return part.map((one) => dressed(one, colors, width));
    if (part && typeof part === "object") {
      const made = {};
      for (const [name, value] of Object.entries(part)) {
        made[name] = name === "datasets" ? value : name === "width" && value === 0 ? width : dressed(value, colors, width);
      }
      return made;
    }
    return typeof part === "string" && part[0] === "@" && colors[part.slice(1)] || part;
  };

  const draw = async (place) => {
    const name = place.dataset.chart;
    const chosen = views.get(name) && name === "explorer" ? views.get(name).signal("pick_i") : null;
    if (views.has(name)) views.get(name).finalize();
    const room = Math.max(Math.floor(place.clientWidth) - 62, 200);
    const spec = dressed(told.specs[name], dark.matches ? DARK : LIGHT, Math.min(room, 860));
    if (name === "explorer") spec.datasets = { ...spec.datasets, ...told.datasets };
    const made = await vegaEmbed(place, spec, {
      actions: false, ast: true, defaultStyle: false, renderer: "svg", logLevel: 1, tooltip: false,
    });
    views.set(name, made.view);
    if (name === "explorer") explored(made.view, chosen);
  };

  const rows = [...document.querySelectorAll("#alarms tbody tr")];
  let cut = null;

  const pick = (i) => {
    const kept = told.datasets.kept[i];
    for (const row of rows) row.classList.toggle("picked", Number(row.dataset.i) === i);
    if (!kept) return;
    const ids = kept.ids.map(([name, value]) => `, ${name} ${value}`).join("");
    by("picked").textContent = `Row ${kept.row}${ids}: score ${kept.score}, p-value ${Number(kept.p.toPrecision(2))}. ${kept.why}`;
  };

  const explored = (view, chosen) => {
    if (!told.datasets.kept.length) return;
    const select = by("explorer").querySelector("select");
    if (select) select.setAttribute("aria-label", "Row to show");
    view.addSignalListener("pick", (_, value) => { if (value.i && value.i[0] >= 0) pick(value.i[0]); });
    view.addEventListener("click", (_, item) => {
      const one = item && item.datum;
      if (!one || one.i !== -1) return;
      by("picked").textContent = one.r === undefined
        ? "No row of this bar is kept whole."
        : `Row ${one.r}: score ${one.s}, p-value ${one.p}. It is not among the rows that are kept whole.`;
    });
    if (cut !== null) view.signal("cut", cut).run();
    show(chosen === null || chosen === undefined ? 0 : Number(chosen));
  };

  const show = (i) => {
    const select = by("explorer").querySelector("select");
    if (select) {
      select.selectedIndex = told.datasets.kept.findIndex((one) => one.i === i);
      select.dispatchEvent(new Event("change"));
    }
    pick(i);
  };

  // Alpha: how many rows have a p-value of at most k / (n + 1) is known for every k.
  const alpha = by("alpha");
  const moved = () => {
    const stop = told.stops[Number(alpha.value)];
    const share = (x) => `${Number((100 * x).toPrecision(3))} %`;
    by("alpha-said").textContent =
      `At alpha ${share(stop.alpha)}: ${stop.alarms.toLocaleString("en")} alarms, where about ` +
      `${Number(stop.expected.toPrecision(3)).toLocaleString("en")} would be expected of normal rows alone.`;
    if (alpha.dataset.touched) {
      cut = stop.cut;
      const view = views.get("explorer");
      if (view) view.signal("cut", cut).run();
      for (const row of rows) row.cells[row.cells.length - 2].textContent = Number(row.dataset.p) <= stop.alpha + 1e-12 ? "alarm" : "";
      listed();
    }
  };

  const shown = () => rows.filter((row) => !row.hidden);
  const listed = () => {
    const some = shown();
    const alarms = some.filter((row) => row.cells[row.cells.length - 2].textContent === "alarm").length;
    by("listed").textContent = `${some.length} rows listed, ${alarms} of them alarms`;
  };

  const sortable = (head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const upward = head.getAttribute("aria-sort") !== "ascending";
      for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", upward ? "ascending" : "descending");
      const key = (row) => row.cells[place].textContent;
      const order = head.dataset.kind === "number"
        ? (a, b) => Number(key(a)) - Number(key(b)) : (a, b) => key(a).localeCompare(key(b));
      rows.sort((a, b) => (upward ? 1 : -1) * order(a, b));
      rows[0].parentNode.append(...rows);
    });
  };

  // A spreadsheet takes a cell that begins like this for a formula.
  const csvCell = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) && isNaN(Number(text)) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };

  const download = () => {
    const line = (cells) => [...cells].map((cell) => csvCell(cell.textContent)).join(",");
    const head = line(document.querySelectorAll("#alarms thead th"));
    const alarms = shown().filter((row) => row.cells[row.cells.length - 2].textContent === "alarm");
    const text = `${[head, ...alarms.map((row) => line(row.cells))].join("\r\n")}\r\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = "alarms.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  if (alpha && told.stops.length) {
    alpha.form.hidden = false;
    alpha.form.addEventListener("submit", (event) => event.preventDefault());
    alpha.addEventListener("input", () => { alpha.dataset.touched = "yes"; moved(); });
    moved();
  }
  if (rows.length) {
    document.querySelector(".tools").hidden = false;
    [...document.querySelectorAll("#alarms thead th")].forEach(sortable);
    by("filter").addEventListener("input", () => {
      const words = by("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
      listed();
    });
    by("download").addEventListener("click", download);
    for (const row of rows) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...row.cells[0].childNodes);
      row.cells[0].append(button);
      row.addEventListener("click", () => show(Number(row.dataset.i)));
    }
    listed();
  }

  const places = [...document.querySelectorAll("[data-chart]")];
  const drawAll = async () => {
    for (const place of places) await draw(place);
    document.documentElement.dataset.drawn = "yes";
  };
  dark.addEventListener("change", drawAll);
  let wide = innerWidth, waiting = 0;
  addEventListener("resize", () => {
    if (innerWidth === wide) return;
    wide = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, 200);
  });
  drawAll();
})();
