// Sessions, periods and betas over time.
function drawHistory() {
  const first = Math.max(0, state.day - state.span + 1), dates = data.dates.slice(first, state.day + 1);
  const cut = (list) => (list ?? []).slice(first, state.day + 1), totals = cut(fund().day.total);
  note("history", `Model ${fund().model}. Contribution of each driver and the fund-specific part in percentage points, stacked; the diamond is the return. Click a bar to open its session. ${dates[0]} to ${dates.at(-1)}.`);
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
    legend: legend(), grid: grid({ top: isNarrow() ? 66 : 46 }), xAxis: dayAxis(dates), yAxis: valueAxis("pp"),
    tooltip: tip((ps) => lines(ps[0].axisValue, ps.map((p) => [p.color, p.seriesName, signed(p.value)]))),
    series: [...bars, { type: "line", name: "Return", data: totals, lineStyle: { width: 0 }, symbol: "diamond", showAllSymbol: true, symbolSize: state.printing || state.span > 60 || isNarrow() ? 5 : 8, itemStyle: { color: css("ink"), borderColor: css("paper"), borderWidth: 1 }, markLine: zero(), z: 5 }],
  }, `Contributions of the drivers to ${state.fund}, model ${fund().model}, from ${dates[0]} to ${dates.at(-1)}, stacked; the same numbers are in the table below`);
  charts.get("history").off("click").on("click", (mark) => choose(state.fund, data.dates.indexOf(mark.name)));
  const rows = dates.map((day, i) => [day, ...drivers.map((d) => [cut(fund().points[d.driver])[i]]), [totals[i]]]).reverse();
  numbers("history", table(["Session", ...drivers.map((d) => d.label), "Return"], rows, "Contributions by session, pp"));
  query("history");
}

function drawPeriods() {
  const found = data.periods.map((name) => [name, at(fund().period[name])]).filter(([, entry]) => entry);
  figure("periods").hidden = !found.length;
  if (!found.length) return;
  note("periods", `Model ${fund().model}. Contributions in percentage points, linked so that they add up to the compounded return.`);
  const rows = found.map(([name, [total, n, complete, ...points]]) => [name, ...points.map((p) => [p]), [total], element("span", { class: "lines" }, `${n} sessions${complete ? "" : ", incomplete"}`)]);
  const made = table(["To date", ...drivers.map((d) => d.label), "Return %", ""], rows, "Linked contributions");
  figure("periods").querySelector(".charts").replaceChildren(element("div", { class: "scroll", tabindex: "0" }, made));
  query("periods");
}

function drawBetas() {
  const { date: dates, beta, half } = fund().betas, day = data.dates[state.day];
  note("betas", "Model joint. Beta to each driver with the others held fixed, estimated over the year before each date; one value a week. Where the line crosses zero, the beta changed sign; where the 95 % band includes zero, the sign is not significant.");
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
    const says = missing(now) ? "not known" : `${signed(now, 3)} ± ${number(band[i], 3)} pp per ${unit === "bp" ? "bp" : "1 %"}, ${sure ? "significant" : "not significant"}`;
    const turned = past.length ? `changed sign ${past.length} ×, last in the week of ${dates[past.at(-1)]}` : "no change of sign in this range";
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
    }, `Beta of ${state.fund} to ${label}: ${says}; ${turned}`, { key: `betas-${name}`, holder: box });
    rows.push(...dates.map((d, k) => [label, d, [path[k], 4], [missing(path[k]) ? null : path[k] - band[k], 4], [missing(path[k]) ? null : path[k] + band[k], 4]]).reverse());
  }
  numbers("betas", table(["Component", "Session", "Beta", "Lower", "Upper"], rows, "Betas with 95 % bands"));
  query("betas");
}
