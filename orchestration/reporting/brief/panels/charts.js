// A figure: its note, its charts, a table of the same numbers, and the query behind it.
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
  // paper scales the drawing to its box; without a view box it would be cut
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
