// The session: headline, waterfall, table of drivers, and every fund of that session.
const fund = () => data.funds[state.fund];
const parts = () => drivers.map((d) => ({
  ...d, points: at(fund().points[d.driver]), se: at(fund().se[d.driver]), low: at(fund().low[d.driver]), high: at(fund().high[d.driver]), shown: at(fund().shown[d.driver]),
})).filter((part) => !missing(part.points));

// components in the order of the model: unexpected move times sensitivity is the contribution
function componentTable() {
  const found = Object.entries(fund().moves).map(([name, list]) => [data.components[name], at(list)]).filter(([, values]) => values);
  const rows = found.map(([{ driver, label, unit }, [move, unexpected, sensitivity, shown]]) => {
    const sign = unit === "bp" ? " bp" : " %", expected = missing(unexpected) ? 0 : Number((move - unexpected).toFixed(2));
    const moved = Number(move.toFixed(2)) ? `${signed(move)}${sign}` : expected ? `no move where ${signed(expected)}${sign} was expected` : "no move";
    return [element("span", {}, swatch(driver), label), moved, missing(unexpected) ? "–" : `${signed(unexpected)}${sign}`, [sensitivity, 4], [shown]];
  });
  return table(["Component", "Move", "Of which unexpected", "× pp per unit", "= pp"], rows, `Components of ${state.fund} on ${data.dates[state.day]}`);
}

// the bars of the waterfall: each starts where the last one ends, and the total starts at zero
function waterfallBars(found) {
  let end = 0;
  const bars = found.map((part) => ({ driver: part.driver, label: part.label, start: end, stop: (end += part.points), se: part.se ?? 0, shown: part.shown }));
  const total = at(fund().day.total);
  return found.length ? [...bars, { driver: "total", label: "Total", start: 0, stop: total, se: 0, shown: total }] : [];
}

// lowest and highest value of the axis, in round steps: room for the whiskers and, above, for the numbers
function waterfallRange(bars) {
  const ends = bars.flatMap(({ start, stop, se }) => [start, stop + se, stop - se]);
  const high = Math.max(...ends, 0), low = Math.min(...ends, 0), span = high - low;
  const step = 10 ** Math.floor(Math.log10(span || 1)) / 2;
  return { min: Math.floor(low / step) * step, max: Math.ceil((high + span * 0.1) / step) * step };
}

function waterfallBar(bar, i, api) {
  const [x, from] = api.coord([i, bar.start]), to = api.coord([i, bar.stop])[1], width = api.size([1, 0])[0] * 0.62;
  const [high, low] = [api.coord([i, bar.stop + bar.se])[1], api.coord([i, bar.stop - bar.se])[1]];
  const box = { type: "rect", shape: { x: x - width / 2, y: Math.min(from, to), width, height: Math.max(Math.abs(to - from), 1.5) }, style: { fill: css(bar.driver) } };
  const whisker = { type: "path", shape: { pathData: `M${x - 4},${high}h8M${x},${high}V${low}M${x - 4},${low}h8` }, style: { stroke: css("ink"), lineWidth: 1.3, fill: "none" } };
  const text = { text: signed(bar.shown), x, y: Math.min(from, to, high) - 6, align: "center", verticalAlign: "bottom", fill: css("ink"), fontSize: state.printing ? 9 : 12, fontWeight: "bold" };
  return { type: "group", children: [box, ...(bar.se ? [whisker] : []), { type: "text", style: text }] };
}

function drawWaterfall(bars, width) {
  const tooltip = ({ label, shown, se }) => lines(label, [[null, "", `${signed(shown)} pp`], ...(se ? [[null, "± SE", number(se)]] : [])]);
  const labels = { ...axisText(), interval: 0, formatter: (label) => label.replace("-", "-\n"), color: css("ink"), width: isNarrow() ? Math.floor(width / 8) : 66, overflow: "break", lineHeight: state.printing ? 9 : 13 };
  const described = bars.map(({ label, shown }) => `${label} ${signed(shown)}`).join(", ");
  draw("day", {
    grid: grid({ top: 24 }), tooltip: tip((p) => tooltip(bars[p.dataIndex]), "item"),
    xAxis: { type: "category", data: bars.map((bar) => bar.label), axisLabel: labels, axisTick: { show: false }, axisLine: { show: false } },
    yAxis: valueAxis("pp", waterfallRange(bars)),
    series: [{
      type: "custom", name: "pp", data: bars.map(({ start, stop, se }, i) => [i, start, stop, se]), encode: { x: 0, y: [1, 2] }, markLine: zero(),
      renderItem: (params, api) => waterfallBar(bars[params.dataIndex], params.dataIndex, api),
    }],
  }, `Waterfall of ${state.fund}, model ${fund().model}, on ${data.dates[state.day]}: ${described} pp`);
}

function driverTable(found) {
  const range = ({ low, high }) => (missing(low) ? "–" : element("span", { class: "lines" }, `${signed(low)} to ${signed(high)}`));
  const unobserved = (at(fund().day.drivers_missing) ?? "").split(/, */);
  const label = ({ driver, label }) => (unobserved.includes(driver) ? `${label} (not observed)` : label);
  const rows = found.map((part) => [element("span", {}, swatch(part.driver), label(part)), [part.shown], [part.se, 2, false], range(part)]);
  if (found.length) rows.push(["Total", [at(fund().day.total)], "", ""]);
  const headers = ["Driver", "pp", "± SE", "Range over orders"];
  return table(headers, rows, `${state.fund} on ${data.dates[state.day]}`, (_, i) => (i === found.length ? "total" : undefined));
}

function drawDay() {
  const found = parts(), holder = figure("day").querySelector(".charts");
  note("day", found.length
    ? `Model ${fund().model}. Contributions in percentage points (pp); each bar starts where the last one ends. Whiskers are one standard error. “Range over orders” is the range over every order of the drivers. Unexpected is the part of a move that the components above it do not account for.`
    : `No numbers for this session: ${words(at(fund().day.status)) || "it is not in the release"}.`);
  drawWaterfall(waterfallBars(found), holder.clientWidth);
  holder.querySelector(".scroll")?.remove();
  holder.append(element("div", { class: "scroll", tabindex: "0" }, driverTable(found), found.length ? componentTable() : null));
  query("day");
}

const swatch = (driver) => element("span", { class: "swatch", style: `background: var(--${driver})`, "aria-hidden": "true" });

// the line "Sign" of the brief: a test compares the two
function certainty() {
  const kindOf = ({ driver, points, se, low, high, shown }) => {
    if (!shown) return "";
    if (Math.abs(points) < 2 * se) return "not significant";
    if (driver === "specific") return "significant";
    if (missing(low)) return "";
    return low < 0 && high > 0 ? "depends on driver order" : "robust to driver order";
  };
  const judged = parts().map((part) => [kindOf(part), part.label.toLowerCase()]);
  return ["robust to driver order", "depends on driver order", "significant", "not significant"]
    .map((kind) => [kind, judged.filter(([k]) => k === kind).map(([, name]) => name).join(", ")])
    .filter(([, names]) => names).map(([kind, names]) => `${kind}: ${names}`).join("; ");
}

function drawHero() {
  const day = fund().day, total = at(day.total);
  $("fund-name").textContent = `${fund().name} · ${data.dates[state.day]}`;
  $("return").textContent = missing(total) ? "–" : `${signed(total)} %`;
  $("return").dataset.value = total ?? "";
  $("headline").textContent = at(day.headline) ?? "No brief of this session.";
  const sure = certainty();
  $("sure").textContent = sure && `Sign: ${sure}`;
  const classes = { etf_specific: "fund-specific", quiet: at(day.is_specific_large) ? "small return, large fund-specific part" : "quiet" };
  const tags = [[classes[at(day.day_class)] ?? words(at(day.day_class))], [words(at(day.status)), at(day.status) !== "final"]];
  if (at(day.trigger)) tags.push([`${labelOf(at(day.trigger)).toLowerCase()} moved ${number(at(day.trigger_z), 1)} × its usual size`]);
  if (at(day.fallbacks)) tags.push([`fallback: ${at(day.fallbacks)}`, true]);
  if (at(day.drivers_missing)) tags.push([`missing: ${words(at(day.drivers_missing))}`, true]);
  for (const [series, date, field] of data.quarantined) if (date === data.dates[state.day]) tags.push([`${series} ${field} quarantined`, true]);
  if (at(day.is_extrapolation)) tags.push(["moves outside the range of the past year", true]);
  if (at(day.is_collinear)) tags.push(["drivers highly collinear", true]);
  if (at(day.n_obs)) tags.push([`model ${fund().model}, ${at(day.n_obs)} sessions before the day, R² ${number(at(day.r_squared))}`]);
  $("tags").replaceChildren(...tags.filter(([text]) => text).map(([text, warn]) => element("span", { class: warn ? "tag warn" : "tag" }, text)));
  document.title = `${state.fund} ${data.dates[state.day]}: macrotape brief`;
}

function drawFunds() {
  const rows = Object.values(data.funds).map((f) => {
    const button = element("button", { type: "button", "aria-label": `Show ${f.fund}` }, f.fund);
    button.addEventListener("click", () => choose(f.fund, state.day));
    return [button, f.model, [at(f.day.total)], ...drivers.map((d) => [at(f.shown[d.driver])])];
  });
  const made = table(["Fund", "Model", "Return %", ...drivers.map((d) => d.label)], rows, `Every fund on ${data.dates[state.day]}`, (_, i) => (Object.keys(data.funds)[i] === state.fund ? "chosen" : undefined));
  const models = new Set(Object.values(data.funds).map((f) => f.model));
  note("funds", `Contributions to the return of the session, in percentage points (pp). Choose a fund to show it.${models.size > 1 ? " Funds have different models: compare contributions only between funds of one model." : ""}`);
  const place = figure("funds").querySelector(".scroll"), held = place.contains(document.activeElement) && document.activeElement !== place;
  place.replaceChildren(made);
  if (held) place.querySelector("tr.chosen button").focus(); // keyboard focus stays on the chosen row
}
