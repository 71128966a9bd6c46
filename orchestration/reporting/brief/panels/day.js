// The session: headline, waterfall, table of drivers, and every fund of that session.
const fund = () => data.funds[state.fund];
const parts = () => drivers.map((d) => ({
  ...d, points: at(fund().points[d.driver]), se: at(fund().se[d.driver]), low: at(fund().low[d.driver]), high: at(fund().high[d.driver]), shown: at(fund().shown[d.driver]),
})).filter((part) => !missing(part.points));

function moved(driver) {
  const found = Object.entries(fund().moves).map(([name, list]) => [data.components[name], at(list)])
    .filter(([component, move]) => component && component.driver === driver && move);
  const unit = (component) => (component.unit === "bp" ? " bp" : " %");
  if ((at(fund().day.drivers_missing) ?? "").split(/, */).includes(driver)) return ["did not trade", "–"];
  const column = (texts) => (texts.length ? element("span", { class: "lines" }, texts.join("\n")) : "–");
  return [column(found.map(([c, [move]]) => `${c.label} ${signed(move)}${unit(c)}`)), column(found.map(([, [, beta]]) => signed(beta, 3)))];
}

function drawDay() {
  const found = parts(), total = at(fund().day.total);
  const holder = figure("day").querySelector(".charts");
  note("day", found.length
    ? "Contributions in percentage points (pp); each bar starts where the last one ends. Whiskers are one standard error. “Range over orders” is the range over every order of the drivers."
    : `No numbers for this session: ${words(at(fund().day.status)) || "it is not in the release"}.`);
  const bars = [];
  let end = 0;
  for (const part of found) bars.push([bars.length, end, (end += part.points), part.se ?? 0, part.driver, part.label, part.shown]);
  if (found.length) bars.push([bars.length, 0, total, 0, "total", "Total", total]);
  // room for the whiskers and, above, for the numbers
  const ends = bars.flatMap((b) => [b[1], b[2] + b[3], b[2] - b[3]]), span = Math.max(...ends, 0) - Math.min(...ends, 0);
  const step = 10 ** Math.floor(Math.log10(span || 1)) / 2;
  const reach = (side) => (side > 0 ? Math.ceil((Math.max(...ends, 0) + span * 0.1) / step) : Math.floor(Math.min(...ends, 0) / step)) * step;
  const option = {
    grid: grid({ top: 24 }), tooltip: tip((p) => lines(bars[p.dataIndex][5], [[null, "", `${signed(bars[p.dataIndex][6])} pp`], ...(bars[p.dataIndex][3] ? [[null, "± SE", number(bars[p.dataIndex][3])]] : [])]), "item"),
    xAxis: { type: "category", data: bars.map((b) => b[5]), axisLabel: { ...axisText(), interval: 0, color: css("ink"), width: isNarrow() ? Math.floor(holder.clientWidth / 8) : 66, overflow: "break", lineHeight: state.printing ? 9 : 13 }, axisTick: { show: false }, axisLine: { show: false } },
    yAxis: valueAxis("pp", { min: reach(-1), max: reach(1) }),
    series: [{
      type: "custom", name: "pp", data: bars.map((b) => b.slice(0, 4)), encode: { x: 0, y: [1, 2] }, markLine: zero(),
      renderItem: (params, api) => {
        const [i, start, stop, se] = [0, 1, 2, 3].map((d) => api.value(d));
        const [x, from] = api.coord([i, start]), to = api.coord([i, stop])[1], width = api.size([1, 0])[0] * 0.62;
        const [high, low] = [api.coord([i, stop + se])[1], api.coord([i, stop - se])[1]];
        const stroke = { stroke: css("ink"), lineWidth: 1.3, fill: "none" };
        const children = [{ type: "rect", shape: { x: x - width / 2, y: Math.min(from, to), width, height: Math.max(Math.abs(to - from), 1.5) }, style: { fill: css(bars[i][4]) } }];
        if (se) children.push({ type: "path", shape: { pathData: `M${x - 4},${high}h8M${x},${high}V${low}M${x - 4},${low}h8` }, style: stroke });
        children.push({ type: "text", style: { text: signed(bars[i][6]), x, y: Math.min(from, to, high) - 6, align: "center", verticalAlign: "bottom", fill: css("ink"), fontSize: state.printing ? 9 : 12, fontWeight: "bold" } });
        return { type: "group", children };
      },
    }],
  };
  draw("day", option, `Waterfall of ${state.fund} on ${data.dates[state.day]}: ${bars.map((b) => `${b[5]} ${signed(b[6])}`).join(", ")} pp`);
  const rows = found.map((part) => {
    const [move, sensitivity] = moved(part.driver);
    return [element("span", {}, swatch(part.driver), part.label), [part.shown], [part.se, 2, false], missing(part.low) ? "–" : element("span", { class: "lines" }, `${signed(part.low)} to ${signed(part.high)}`), move, sensitivity];
  });
  if (found.length) rows.push(["Total", [total], "", "", "", ""]);
  const made = element("div", { class: "scroll", tabindex: "0" }, table(["Driver", "Contribution, pp", "± SE", "Range over orders", "Move", "Beta"], rows, `${state.fund} on ${data.dates[state.day]}`, (_, i) => (i === found.length ? "total" : undefined)));
  holder.querySelector(".scroll")?.remove();
  holder.append(made);
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
  const tags = [[words(at(day.day_class))], [words(at(day.status)), at(day.status) !== "final"]];
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
    return [button, [at(f.day.total)], ...drivers.map((d) => [at(f.shown[d.driver])])];
  });
  const made = table(["Fund", "Return %", ...drivers.map((d) => d.label)], rows, `Every fund on ${data.dates[state.day]}`, (_, i) => (Object.keys(data.funds)[i] === state.fund ? "chosen" : undefined));
  const place = figure("funds").querySelector(".scroll"), held = place.contains(document.activeElement) && document.activeElement !== place;
  place.replaceChildren(made);
  if (held) place.querySelector("tr.chosen button").focus(); // keyboard focus stays on the chosen row
}
