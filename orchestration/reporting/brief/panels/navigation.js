// Choosing a fund and a session; runs last and draws the page.
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
// arrow keys change the session unless a control has the focus
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
