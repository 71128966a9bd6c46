// Yields and oil.
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
      `10-year ${number(ten)} %${when(tenDate)}, ${share === 100 ? "at its highest in a year" : `at percentile ${number(share, 0)} of the past year`}; 2-year ${number(two)} %, slope ${signed(slope, 0)} bp, 20-session range ${number(range, 0)} bp${missing(real) ? "" : `; real ${number(real)} %, breakeven ${number(breakeven)} %`}.`);
  }
  if (oil.session_date) {
    const [wti, wtiDate] = newest(oil, "wti_usd"), [brent, brentDate] = newest(oil, "brent_usd"), [proxy] = newest(oil, "oil_proxy_return_pct");
    drawLines("oil", oil, [["wti_usd", "WTI spot", "oil", "solid"], ["brent_usd", "Brent spot", "rates", "solid"]], "USD", 2,
      `WTI ${number(wti)} USD${when(wtiDate)}, Brent ${number(brent)} USD${when(brentDate)}; oil fund ${signed(proxy)} % in the session.`);
  }
}
