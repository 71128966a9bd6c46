// The page with scripts: choose a fund and a session, draw every figure, and say the same in tables.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const drivers = data.drivers, last = data.dates.length - 1;
  const VIEW_NAMES = { rate_news: "rate news", growth_news: "growth news", average: "average", all_else_equal: "all else equal" };
  const VIEW_SHAPES = ["circle", "rect", "triangle", "diamond"];
  // pixels of each chart on A4, where the window's own width says nothing
  const PRINTED = { day: [285, 215], history: [700, 250], betas: [226, 105], yields: [336, 110], oil: [336, 110], scenarios: [700, 225], sectors: [336, 128], movers: [336, 128] };
  const state = { fund: Object.keys(data.funds)[0], day: last, span: 60, printing: false };
  const charts = new Map();

  // ---- words and numbers
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

  // ---- figures: a note, charts, a table of the same numbers and the query
  const figure = (id) => $(`fig-${id}`);
  const note = (id, text) => { figure(id).querySelector(".note").textContent = text; };
  function numbers(id, made) {
    const place = figure(id).querySelector(".numbers .scroll");
    place.replaceChildren(made);
  }
  function query(id) {
    const values = { fund: state.fund, model: fund().model, date: data.dates[state.day] };
    figure(id).querySelector(".sql pre").textContent = data.sql[id].replace(/\{(\w+)\}/g, (_, name) => values[name]) + ";";
  }

  function draw(id, option, said, { key = id, holder = null, tall = false } = {}) {
    const place = holder ?? figure(id).querySelector(".charts");
    let chart = charts.get(key);
    if (!chart) {
      const box = element("div", { class: tall ? "chart tall" : "chart", role: "img", "data-chart": key });
      place.append(box);
      chart = echarts.init(box, null, { renderer: "svg" });
      charts.set(key, chart);
    }
    chart.getDom().setAttribute("aria-label", said);
    const [width, height] = state.printing ? PRINTED[id] : ["auto", "auto"];
    chart.resize({ width, height });
    chart.setOption({
      animation: false, aria: { enabled: false },
      textStyle: { fontFamily: "inherit", color: css("ink"), fontSize: state.printing ? 8 : 12 }, ...option,
    }, true);
    // paper scales what was drawn to its box; without a view box it would be cut there
    const drawn = chart.getDom().querySelector("svg");
    if (state.printing) drawn.setAttribute("viewBox", `0 0 ${width} ${height}`);
    else drawn.removeAttribute("viewBox");
  }

  const axisText = () => ({ color: css("soft"), fontSize: state.printing ? 8 : 11 });
  const valueAxis = (name, more = {}) => ({
    type: "value", name, nameTextStyle: { ...axisText(), align: "left" }, nameGap: 8, axisLabel: { ...axisText(), formatter: shortest },
    splitLine: { lineStyle: { color: css("line") } }, splitNumber: state.printing ? 3 : 5, ...more,
  });
  const dayAxis = (dates) => ({ type: "category", data: dates, axisLabel: { ...axisText(), hideOverlap: true }, axisLine: { onZero: false, lineStyle: { color: css("line") } }, axisTick: { show: false } });
  const tip = (formatter, trigger = "axis") => ({
    trigger, formatter, confine: true, backgroundColor: css("paper"), borderColor: css("line"), textStyle: { color: css("ink"), fontSize: 12 },
    axisPointer: { type: trigger === "axis" ? "line" : "none", lineStyle: { color: css("soft") } },
  });
  const lines = (title, rows) => [`<b>${escaped(title)}</b>`, ...rows.map(([color, name, value]) => `${color ? `<span style="color:${color}">■</span> ` : ""}${escaped(name)} <b>${escaped(value)}</b>`)].join("<br>");
  const legend = () => ({ top: 0, left: 0, itemWidth: 12, itemHeight: 9, itemGap: 12, textStyle: { color: css("ink"), fontSize: state.printing ? 8 : 12 } });
  const grid = (more = {}) => ({ left: 4, right: state.printing ? 24 : 10, top: 28, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel", ...more });
  const zero = () => ({ silent: true, symbol: "none", label: { show: false }, lineStyle: { color: css("soft"), type: "solid", width: 1 }, data: [{ yAxis: 0 }] });
  const chosenDay = (dates) => (dates.includes(data.dates[state.day]) ? [{ xAxis: data.dates[state.day] }] : []);
  const dayMark = (dates) => ({ silent: true, symbol: "none", label: { show: false }, lineStyle: { color: css("soft"), type: "dashed" }, data: chosenDay(dates) });

  // ---- the day
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
      ? "Each bar starts where the last one ended; whiskers are one standard error. “Over all orders” is the range any other order of the drivers would have given."
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
      grid: grid({ top: 24 }), tooltip: tip((p) => lines(bars[p.dataIndex][5], [[null, "", `${signed(bars[p.dataIndex][6])} points`], ...(bars[p.dataIndex][3] ? [[null, "± SE", number(bars[p.dataIndex][3])]] : [])]), "item"),
      xAxis: { type: "category", data: bars.map((b) => b[5]), axisLabel: { ...axisText(), interval: 0, color: css("ink"), width: isNarrow() ? Math.floor(holder.clientWidth / 8) : 66, overflow: "break", lineHeight: state.printing ? 9 : 13 }, axisTick: { show: false }, axisLine: { show: false } },
      yAxis: valueAxis("points", { min: reach(-1), max: reach(1) }),
      series: [{
        type: "custom", name: "points", data: bars.map((b) => b.slice(0, 4)), encode: { x: 0, y: [1, 2] }, markLine: zero(),
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
    draw("day", option, `Waterfall of ${state.fund} on ${data.dates[state.day]}: ${bars.map((b) => `${b[5]} ${signed(b[6])}`).join(", ")} points`);
    const rows = found.map((part) => {
      const [move, sensitivity] = moved(part.driver);
      return [element("span", {}, swatch(part.driver), part.label), [part.shown], [part.se, 2, false], missing(part.low) ? "–" : element("span", { class: "lines" }, `${signed(part.low)} to ${signed(part.high)}`), move, sensitivity];
    });
    if (found.length) rows.push(["Total", [total], "", "", "", ""]);
    const made = element("div", { class: "scroll", tabindex: "0" }, table(["Driver", "Points", "± SE", "Over all orders", "Move", "Sensitivity"], rows, `${state.fund} on ${data.dates[state.day]}`, (_, i) => (i === found.length ? "total" : undefined)));
    holder.querySelector(".scroll")?.remove();
    holder.append(made);
    query("day");
  }

  const swatch = (driver) => element("span", { class: "swatch", style: `background: var(--${driver})`, "aria-hidden": "true" });

  // how sure each sign is, in the words of the brief: a test compares the two
  function certainty() {
    const kindOf = ({ driver, points, se, low, high, shown }) => {
      if (!shown) return "";
      if (Math.abs(points) < 2 * se) return "could be zero";
      if (driver === "specific") return "beyond two standard errors";
      if (missing(low)) return "";
      return low < 0 && high > 0 ? "rests on the order asked" : "holds in every order";
    };
    const judged = parts().map((part) => [kindOf(part), words(part.driver)]);
    return ["holds in every order", "rests on the order asked", "beyond two standard errors", "could be zero"]
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
    $("sure").textContent = sure && `How sure of each sign: ${sure}`;
    const tags = [[words(at(day.day_class))], [words(at(day.status)), at(day.status) !== "final"]];
    if (at(day.trigger)) tags.push([`${labelOf(at(day.trigger)).toLowerCase()} moved ${number(at(day.trigger_z), 1)} × its usual size`]);
    if (at(day.fallbacks)) tags.push([`stand-in: ${at(day.fallbacks)}`, true]);
    if (at(day.drivers_missing)) tags.push([`missing: ${words(at(day.drivers_missing))}`, true]);
    for (const [series, date, field] of data.put_aside) if (date === data.dates[state.day]) tags.push([`${series} ${field} put aside`, true]);
    if (at(day.is_extrapolation)) tags.push(["outside what the last year has seen", true]);
    if (at(day.is_collinear)) tags.push(["drivers hard to tell apart", true]);
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
    if (held) place.querySelector("tr.chosen button").focus(); // who chose by keyboard goes on from there
  }

  // ---- through time
  function drawHistory() {
    const first = Math.max(0, state.day - state.span + 1), dates = data.dates.slice(first, state.day + 1);
    const cut = (list) => (list ?? []).slice(first, state.day + 1), totals = cut(fund().day.total);
    note("history", `Points of each driver and the fund's own part, stacked; the diamond is the return; a bar opens its session. ${dates[0]} to ${dates.at(-1)}.`);
    const holder = figure("history").querySelector("figcaption");
    if (!holder.querySelector(".spans")) {
      const buttons = [20, 60, 120].map((span) => {
        const button = element("button", { type: "button", "data-span": span }, `${span} sessions`);
        button.addEventListener("click", () => { state.span = span; drawHistory(); });
        return button;
      });
      holder.append(element("p", { class: "spans controls" }, ...buttons));
    }
    for (const button of holder.querySelectorAll("[data-span]")) button.setAttribute("aria-pressed", String(Number(button.dataset.span) === state.span));
    const bars = drivers.map((d) => ({ type: "bar", stack: "points", name: d.label, data: cut(fund().points[d.driver]), itemStyle: { color: css(d.driver) }, barCategoryGap: "18%" }));
    draw("history", {
      legend: legend(), grid: grid({ top: isNarrow() ? 66 : 46 }), xAxis: dayAxis(dates), yAxis: valueAxis("points"),
      tooltip: tip((ps) => lines(ps[0].axisValue, ps.map((p) => [p.color, p.seriesName, signed(p.value)]))),
      series: [...bars, { type: "line", name: "Return", data: totals, lineStyle: { width: 0 }, symbol: "diamond", showAllSymbol: true, symbolSize: state.printing || state.span > 60 || isNarrow() ? 5 : 8, itemStyle: { color: css("ink"), borderColor: css("paper"), borderWidth: 1 }, markLine: zero(), z: 5 }],
    }, `Contributions of the drivers to ${state.fund} from ${dates[0]} to ${dates.at(-1)}, stacked; the same numbers are in the table below`);
    charts.get("history").off("click").on("click", (mark) => choose(state.fund, data.dates.indexOf(mark.name)));
    const rows = dates.map((day, i) => [day, ...drivers.map((d) => [cut(fund().points[d.driver])[i]]), [totals[i]]]).reverse();
    numbers("history", table(["Session", ...drivers.map((d) => d.label), "Return"], rows, "Points by session"));
    query("history");
  }

  function drawPeriods() {
    const found = data.periods.map((name) => [name, at(fund().period[name])]).filter(([, entry]) => entry);
    figure("periods").hidden = !found.length;
    if (!found.length) return;
    note("periods", "Points, linked so that the parts add up to the compounded return.");
    const rows = found.map(([name, [total, n, complete, ...points]]) => [name, ...points.map((p) => [p]), [total], element("span", { class: "lines" }, `${n} sessions${complete ? "" : ", incomplete"}`)]);
    const made = table(["To date", ...drivers.map((d) => d.label), "Return %", ""], rows, "Linked contributions");
    figure("periods").querySelector(".charts").replaceChildren(element("div", { class: "scroll", tabindex: "0" }, made));
    query("periods");
  }

  function drawBetas() {
    const { date: dates, beta, half } = fund().betas, day = data.dates[state.day];
    note("betas", "Each driver with all others held fixed, a year of sessions before each date; one point a week. Where the line crosses zero, the sensitivity has changed its sign; where the band holds zero, the sign is not known.");
    const names = Object.keys(beta).sort((a, b) => drivers.findIndex((d) => d.driver === data.components[a].driver) - drivers.findIndex((d) => d.driver === data.components[b].driver));
    const holder = figure("betas").querySelector(".charts"), rows = [];
    for (const old of holder.querySelectorAll("[data-beta]")) if (!names.includes(old.dataset.beta)) { charts.get(`betas-${old.dataset.beta}`)?.dispose(); charts.delete(`betas-${old.dataset.beta}`); old.remove(); }
    // every box before the first chart: a chart keeps the width its box has when it is drawn
    const boxOf = (name) => holder.querySelector(`[data-beta="${name}"]`);
    for (const name of names) if (!boxOf(name)) holder.append(element("div", { class: "small", "data-beta": name }, element("h3"), element("p")));
    for (const name of names) {
      const { label, unit, driver } = data.components[name], path = beta[name], band = half[name] ?? [], color = css(driver), box = boxOf(name);
      const known = path.map((b, i) => [b, i]).filter(([b]) => !missing(b));
      const crossings = known.filter(([b], k) => k && Math.sign(b) !== Math.sign(known[k - 1][0])).map(([, i]) => i);
      const upTo = known.filter(([, i]) => dates[i] <= day), [now, i] = upTo.at(-1) ?? [null, 0];
      const past = crossings.filter((k) => dates[k] <= day), sure = !missing(now) && Math.abs(now) > (band[i] ?? Infinity);
      const says = missing(now) ? "not known" : `${signed(now, 3)} ± ${number(band[i], 3)} points per ${unit === "bp" ? "bp" : "1 %"}, ${sure ? "sign known" : "band holds zero"}`;
      const turned = past.length ? `changed sign ${past.length} ×, last in the week of ${dates[past.at(-1)]}` : "no change of sign shown";
      box.querySelector("h3").textContent = label[0].toUpperCase() + label.slice(1);
      box.querySelector("p").textContent = `${says}; ${turned}`;
      draw("betas", {
        grid: grid({ top: 12 }), xAxis: dayAxis(dates), yAxis: valueAxis("", { splitNumber: 3 }),
        tooltip: tip((ps) => { const k = ps[0].dataIndex; return lines(dates[k], [[color, label, `${signed(path[k], 3)} ± ${number(band[k], 3)}`]]); }),
        series: [
          { type: "line", name: "band, lower end", stack: "band", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, data: path.map((b, k) => (missing(b) ? null : b - band[k])) },
          { type: "line", name: "band", stack: "band", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color, opacity: 0.22 }, data: path.map((b, k) => (missing(b) ? null : 2 * band[k])) },
          { type: "line", name: label, symbol: "none", lineStyle: { color, width: 2 }, itemStyle: { color }, data: path, markLine: zero() },
          { type: "line", name: "change of sign", lineStyle: { width: 0 }, symbol: "circle", symbolSize: 7, showAllSymbol: true, itemStyle: { color: css("paper"), borderColor: css("ink"), borderWidth: 1.5 }, data: path.map((b, k) => (crossings.includes(k) ? b : null)), markLine: dayMark(dates) },
        ],
      }, `Sensitivity of ${state.fund} to ${label}: ${says}; ${turned}`, { key: `betas-${name}`, holder: box });
      rows.push(...dates.map((d, k) => [label, d, [path[k], 4], [missing(path[k]) ? null : path[k] - band[k], 4], [missing(path[k]) ? null : path[k] + band[k], 4]]).reverse());
    }
    numbers("betas", table(["Component", "Session", "Beta", "Lower", "Upper"], rows, "Sensitivities with 95 % bands"));
    query("betas");
  }

  // ---- context
  function drawLines(id, source, series, unit, digits, said) {
    const dates = source.session_date ?? [];
    figure(id).hidden = !dates.length;
    if (!dates.length) return;
    note(id, said);
    draw(id, {
      legend: legend(), grid: grid({ top: 34 }), xAxis: dayAxis(dates), yAxis: valueAxis("", { scale: true, splitNumber: 4 }),
      tooltip: tip((ps) => lines(ps[0].axisValue, ps.map((p) => [p.color, p.seriesName, `${number(p.value, digits)} ${unit}`]))),
      series: series.map(([column, name, color, type], i) => ({ type: "line", name, data: source[column], symbol: "none", connectNulls: true, lineStyle: { color: css(color), width: 1.8, type }, itemStyle: { color: css(color) }, markLine: i ? undefined : dayMark(dates) })),
    }, said);
    const rows = dates.map((d, i) => [d, ...series.map(([column]) => [source[column][i], digits, false])]).reverse();
    numbers(id, table(["Session", ...series.map(([, name]) => `${name}, ${unit}`)], rows, said));
    query(id);
  }

  function drawContext() {
    const { rates, oil } = data, day = data.dates[state.day];
    const newest = (source, column) => { for (let i = source.session_date.length - 1; i >= 0; i--) if (source.session_date[i] <= day && !missing(source[column][i])) return [source[column][i], source.session_date[i]]; return [null, ""]; };
    const when = (date) => (date && date !== day ? ` (${date})` : "");
    figure("yields").hidden = !rates.session_date;
    figure("oil").hidden = !oil.session_date;
    if (rates.session_date) {
      const [ten, tenDate] = newest(rates, "ust_10y_pct"), [two] = newest(rates, "ust_2y_pct"), [share] = newest(rates, "percentile_1y"), [slope] = newest(rates, "slope_bp"), [range] = newest(rates, "range_20d_bp"), [real] = newest(rates, "real_10y_pct"), [breakeven] = newest(rates, "breakeven_10y_pct");
      drawLines("yields", rates, [["ust_10y_pct", "10-year", "rates", "solid"], ["ust_2y_pct", "2-year", "oil", "solid"]], "%", 2,
        `10-year ${number(ten)} %${when(tenDate)}, at or above ${number(share, 0)} % of the last year's sessions; 2-year ${number(two)} %, slope ${signed(slope, 0)} bp, 20-session range ${number(range, 0)} bp${missing(real) ? "" : `; real ${number(real)} %, breakeven ${number(breakeven)} %`}.`);
    }
    if (oil.session_date) {
      const [wti, wtiDate] = newest(oil, "wti_usd"), [brent, brentDate] = newest(oil, "brent_usd"), [proxy] = newest(oil, "oil_proxy_return_pct");
      drawLines("oil", oil, [["wti_usd", "WTI spot", "oil", "solid"], ["brent_usd", "Brent spot", "rates", "solid"]], "USD", 2,
        `WTI ${number(wti)} USD${when(wtiDate)}, Brent ${number(brent)} USD${when(brentDate)}; oil fund ${signed(proxy)} % in the session.`);
    }
  }

  function drawScenarios() {
    const days = fund().scenarios ?? {}, found = Object.keys(days).filter((d) => d <= data.dates[state.day]).sort().at(-1);
    const known = found && (found === data.dates[state.day]);
    figure("scenarios").hidden = !known;
    if (!known) return;
    const values = days[found], colors = ["rates", "risk_appetite", "total", "credit"].map(css), narrow = isNarrow();
    note("scenarios", "Average: the shocked driver alone, with whatever usually comes along. All else equal: everything else held still. Rate news and growth news: days on which yields and the market went opposite ways, and the same way. Whiskers are one standard error.");
    const shapes = { circle: (x, y) => `M${x - 4},${y}a4,4 0 1,0 8,0a4,4 0 1,0 -8,0`, rect: (x, y) => `M${x - 4},${y - 4}h8v8h-8Z`, triangle: (x, y) => `M${x},${y - 5}l5,9h-10Z`, diamond: (x, y) => `M${x},${y - 5}l5,5l-5,5l-5,-5Z` };
    const series = data.views.map((view, v) => ({
      type: "custom", name: VIEW_NAMES[view] ?? words(view), itemStyle: { color: colors[v] }, encode: { x: 0, y: 1 }, markLine: v ? undefined : { ...zero(), data: [{ xAxis: 0 }] },
      data: values.map((byView, s) => (byView[v] ? [byView[v][0], s, byView[v][1] ?? 0] : null)).filter((d) => d),
      renderItem: (params, api) => {
        const [impact, s, se] = [0, 1, 2].map((d) => api.value(d)), band = api.size([0, 1])[1];
        const [x, middle] = api.coord([impact, s]), y = middle + (v - 1.5) * band * 0.2, [left, right] = [api.coord([impact - se, s])[0], api.coord([impact + se, s])[0]];
        return { type: "group", children: [
          { type: "path", shape: { pathData: `M${left},${y}H${right}M${left},${y - 3}v6M${right},${y - 3}v6` }, style: { stroke: colors[v], lineWidth: 1.5, fill: "none" } },
          { type: "path", shape: { pathData: shapes[VIEW_SHAPES[v]](x, y) }, style: { fill: colors[v] } },
        ] };
      },
    }));
    draw("scenarios", {
      legend: { ...legend(), data: data.views.map((view, v) => ({ name: VIEW_NAMES[view] ?? words(view), icon: VIEW_SHAPES[v] })) }, grid: grid({ top: narrow ? 54 : 34, bottom: 22 }),
      xAxis: valueAxis("", { name: "points", nameLocation: "middle", nameGap: 24 }),
      yAxis: { type: "category", inverse: true, data: data.shocks, axisLabel: { ...axisText(), color: css("ink"), width: narrow ? 96 : 190, overflow: "break", lineHeight: 13 }, axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: true, lineStyle: { color: css("line") } } },
      tooltip: tip((p) => lines(`${data.shocks[p.value[1]]}, ${p.seriesName}`, [[p.color, "", `${signed(p.value[0])} ± ${number(p.value[2])} points`]]), "item"), series,
    }, `Scenarios of ${state.fund} on ${found}; the same numbers are in the table below`, { tall: true });
    const text = (pair) => (pair ? `${signed(pair[0])} (${number(pair[1])})` : "–");
    numbers("scenarios", table(["Shock", ...data.views.map((v) => VIEW_NAMES[v] ?? words(v))], data.shocks.map((shock, s) => [shock, ...values[s].map(text)]), "Impact in points, standard error in brackets"));
    query("scenarios");
  }

  // ---- holdings, in releases that have them
  function drawRanked(id, rows, nameOf, said) {
    const shown = rows?.length;
    figure(id).hidden = !shown;
    if (!shown) return;
    const names = rows.map(nameOf), at = id === "sectors" ? 1 : 2;
    note(id, said);
    draw(id, {
      grid: grid({ top: 8 }), xAxis: valueAxis("", { splitNumber: 4 }),
      yAxis: { type: "category", inverse: true, data: names, axisLabel: { ...axisText(), color: css("ink"), width: 150, overflow: "truncate", interval: 0 }, axisTick: { show: false }, axisLine: { show: false } },
      tooltip: tip((p) => lines(names[p.dataIndex], [[null, "weight", `${number(rows[p.dataIndex][at])} %`], [null, "return", `${signed(rows[p.dataIndex][at + 1])} %`], [null, "points", signed(rows[p.dataIndex][at + 2], 3)]]), "item"),
      series: [{ type: "bar", name: "points", data: rows.map((row) => ({ value: row[at + 2], itemStyle: { color: css(row[at + 2] < 0 ? "down" : "up") } })), barCategoryGap: "25%" }],
    }, `${said} ${names.map((name, i) => `${name} ${signed(rows[i][at + 2], 3)}`).join(", ")}`);
    numbers(id, table([id === "sectors" ? "Sector" : "Holding", "Weight %", "Return %", "Points"], rows.map((row, i) => [names[i], [row[at], 2, false], [row[at + 1]], [row[at + 2], 3]]), said));
    query(id);
  }

  function drawHoldings() {
    const day = data.dates[state.day];
    drawRanked("sectors", fund().sectors?.[day], (row) => row[0] ?? "no sector", "Points by sector, at weights from before the session.");
    drawRanked("movers", fund().movers?.[day], (row) => (row[1] ? `${row[0]} ${row[1]}` : row[0]), "The five holdings that added most and the five that cost most.");
  }

  function drawSources() {
    const counts = {}, aside = data.put_aside;
    for (const h of data.health) counts[words(h.outcome)] = (counts[words(h.outcome)] ?? 0) + 1;
    const stale = data.health.filter((h) => h.is_stale).map((h) => h.source), asked = data.health.map((h) => h.checked_at).sort().at(-1) ?? "";
    note("sources", `${data.health.length} sources, asked until ${asked.replace("T", " ").replace("Z", " UTC")}: ${Object.entries(counts).map(([k, n]) => `${n} ${k}`).join(", ")}; ${stale.length ? `stale: ${stale.join(", ")}` : "none stale"}. ${aside.length ? `Values put aside as not meant: ${aside.length}, newest ${aside[0][0]} of ${aside[0][1]} (${words(aside[0][3])}).` : "No value was put aside."}`);
    const rows = data.health.map((h) => [h.source, words(h.outcome) + (h.is_stale ? ", stale" : ""), h.last_observation_date, h.expected_date, h.detail]);
    const place = figure("sources");
    place.querySelector(".numbers summary").textContent = "Every source";
    const made = table(["Source", "Outcome", "Newest", "Owed by then", "What happened"], rows, "Sources");
    numbers("sources", element("div", {}, made, aside.length ? table(["Put aside", "Of", "Field", "Why", "What was seen"], aside.map((a) => [a[0], a[1], a[2], words(a[3]), a[4]]), "Values put aside") : null));
    query("sources");
  }

  // ---- choosing
  function drawAll() {
    $("fund").value = state.fund;
    $("date").value = data.dates[state.day];
    $("earlier").disabled = state.day === 0;
    $("later").disabled = state.day === last;
    drawHero(); drawDay(); drawFunds(); drawHistory(); drawPeriods(); drawBetas(); drawContext(); drawScenarios(); drawHoldings(); drawSources();
    document.body.dataset.ready = `${state.fund}/${data.dates[state.day]}`;
  }

  function choose(name, day) {
    state.fund = name;
    state.day = Math.min(Math.max(day, 0), last);
    history.replaceState(null, "", `#${name}/${data.dates[state.day]}`);
    drawAll();
  }

  function fromAddress() {
    const [name, day] = decodeURIComponent(location.hash.slice(1)).split("/");
    if (Object.hasOwn(data.funds, name)) state.fund = name;
    if (data.dates.includes(day)) state.day = data.dates.indexOf(day);
  }

  document.body.classList.add("js");
  for (const part of document.querySelectorAll(".live")) part.hidden = false;
  $("fund").addEventListener("change", (event) => choose(event.target.value, state.day));
  $("date").addEventListener("change", (event) => choose(state.fund, data.dates.indexOf(event.target.value)));
  $("earlier").addEventListener("click", () => choose(state.fund, state.day - 1));
  $("later").addEventListener("click", () => choose(state.fund, state.day + 1));
  // where nothing else wants them, the arrow keys turn the pages
  addEventListener("keydown", (event) => {
    if (event.target !== document.body || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) choose(state.fund, state.day + step);
  });
  addEventListener("hashchange", () => { fromAddress(); drawAll(); });
  addEventListener("resize", () => { if (!state.printing) for (const chart of charts.values()) chart.resize(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  // colours on paper are those of the light page: beforeprint comes while the screen's style still holds
  const print = (on) => { state.printing = on; document.documentElement.classList.toggle("printing", on); drawAll(); };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  fromAddress();
  drawAll();
})();
