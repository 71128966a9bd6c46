// Returns associated with a shock.
function drawScenarios() {
  const days = fund().scenarios ?? {}, found = Object.keys(days).filter((d) => d <= data.dates[state.day]).sort().at(-1);
  const known = found && (found === data.dates[state.day]);
  figure("scenarios").hidden = !known;
  if (!known) return;
  const values = days[found], colors = ["rates", "risk_appetite", "total", "credit"].map(css), narrow = isNarrow();
  note("scenarios", "The same for every attribution model. Percentage points of return associated with each shock. Average: the other drivers move as they usually do with it. All else equal: the other drivers do not move. Rate news and growth news: sessions on which yields and the market moved in opposite directions, and in the same direction. Whiskers are one standard error.");
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
    xAxis: valueAxis("", { name: "pp", nameLocation: "middle", nameGap: 24 }),
    yAxis: { type: "category", inverse: true, data: data.shocks, axisLabel: { ...axisText(), color: css("ink"), width: narrow ? 96 : 190, overflow: "break", lineHeight: 13 }, axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: true, lineStyle: { color: css("line") } } },
    tooltip: tip((p) => lines(`${data.shocks[p.value[1]]}, ${p.seriesName}`, [[p.color, "", `${signed(p.value[0])} ± ${number(p.value[2])} pp`]]), "item"), series,
  }, `Scenarios of ${state.fund} on ${found}; the same numbers are in the table below`, { tall: true });
  const text = (pair) => (pair ? `${signed(pair[0])} (${number(pair[1])})` : "–");
  numbers("scenarios", table(["Shock", ...data.views.map((v) => VIEW_NAMES[v] ?? words(v))], data.shocks.map((shock, s) => [shock, ...values[s].map(text)]), "Impact in pp, standard error in brackets"));
  query("scenarios");
}
