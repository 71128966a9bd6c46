// Sectors and movers, in releases that have holdings.
function drawRanked(id, rows, nameOf, said) {
  const shown = rows?.length;
  figure(id).hidden = !shown;
  if (!shown) return;
  const names = rows.map(nameOf), at = id === "sectors" ? 1 : 2;
  note(id, said);
  draw(id, {
    grid: grid({ top: 8 }), xAxis: valueAxis("", { splitNumber: 4 }),
    yAxis: { type: "category", inverse: true, data: names, axisLabel: { ...axisText(), color: css("ink"), width: 150, overflow: "truncate", interval: 0 }, axisTick: { show: false }, axisLine: { show: false } },
    tooltip: tip((p) => lines(names[p.dataIndex], [[null, "weight", `${number(rows[p.dataIndex][at])} %`], [null, "return", `${signed(rows[p.dataIndex][at + 1])} %`], [null, "contribution, pp", signed(rows[p.dataIndex][at + 2], 3)]]), "item"),
    series: [{ type: "bar", name: "pp", data: rows.map((row) => ({ value: row[at + 2], itemStyle: { color: css(row[at + 2] < 0 ? "down" : "up") } })), barCategoryGap: "25%" }],
  }, `${said} ${names.map((name, i) => `${name} ${signed(rows[i][at + 2], 3)}`).join(", ")}`);
  numbers(id, table([id === "sectors" ? "Sector" : "Holding", "Weight %", "Return %", "Contribution, pp"], rows.map((row, i) => [names[i], [row[at], 2, false], [row[at + 1]], [row[at + 2], 3]]), said));
  query(id);
}

function drawHoldings() {
  const day = data.dates[state.day];
  drawRanked("sectors", fund().sectors?.[day], (row) => row[0] ?? "no sector", "Contributions by sector in percentage points, at weights before the session.");
  drawRanked("movers", fund().movers?.[day], (row) => (row[1] ? `${row[0]} ${row[1]}` : row[0]), "The five largest positive and the five largest negative contributions, in percentage points.");
}
