// State of the page, and numbers, words, elements and tables.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const drivers = data.drivers, last = data.dates.length - 1;
const VIEW_NAMES = { rate_news: "rate news", growth_news: "growth news", average: "average", all_else_equal: "all else equal" };
const VIEW_SHAPES = ["circle", "rect", "triangle", "diamond"];
// pixels of each chart on A4: the width of the window does not apply there
const PRINTED = { day: [285, 215], history: [700, 250], betas: [226, 105], yields: [336, 110], oil: [336, 110], scenarios: [700, 225], sectors: [336, 128], movers: [336, 128] };
const state = { fund: Object.keys(data.funds)[0], day: last, span: 60, printing: false };
const charts = new Map();

const missing = (x) => x === null || x === undefined;
const number = (x, digits = 2) => (missing(x) ? "–" : x.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "−"));
const shortest = (x) => number(x, [0, 1, 2, 3].find((digits) => Math.abs(x - Number(x.toFixed(digits))) < 1e-9) ?? 4);
const signed = (x, digits = 2) => (missing(x) ? "–" : (Number(x.toFixed(digits)) > 0 ? "+" : "") + number(x, digits));
const words = (text) => (text || "").replaceAll("_", " ");
const at = (list) => (list ? list[state.day] : null);
const isNarrow = () => !state.printing && innerWidth < 760;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const labelOf = (driver) => drivers.find((d) => d.driver === driver)?.label ?? words(driver);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children.filter((child) => !missing(child)));
  return made;
}

// A cell is text, or [number, digits, is signed], or an element.
function table(headers, rows, caption, classOf = () => undefined) {
  const isNumber = headers.map((_, i) => rows.some((row) => Array.isArray(row[i])));
  const cell = (value, i) => {
    const isArray = Array.isArray(value);
    const text = isArray ? (value[2] === false ? number : signed)(value[0], value[1]) : value;
    const td = element("td", { class: isNumber[i] ? "n" : undefined }, missing(text) ? "" : text);
    if (isArray && !missing(value[0])) td.dataset.value = value[0];
    return td;
  };
  const head = headers.map((h, i) => element("th", { scope: "col", class: isNumber[i] ? "n" : undefined }, h));
  return element(
    "table", {}, caption ? element("caption", { class: "unseen" }, caption) : null,
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...rows.map((row, i) => element("tr", { class: classOf(row, i) }, ...row.map(cell)))),
  );
}
