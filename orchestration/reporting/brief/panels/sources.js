// Status of the sources.
function drawSources() {
  const counts = {}, quarantined = data.quarantined;
  for (const h of data.health) counts[words(h.outcome)] = (counts[words(h.outcome)] ?? 0) + 1;
  const named = (freshness) => data.health.filter((h) => h.freshness === freshness).map((h) => h.source);
  const late = ["late and needed", "late"].filter((f) => named(f).length).map((f) => `${f}: ${named(f).join(", ")}`), checked = data.health.map((h) => h.checked_at).sort().at(-1) ?? "";
  const outcomes = Object.entries(counts).map(([outcome, n]) => `${n} ${outcome}`).join(", ");
  const newest = quarantined.length ? `Quarantined values: ${quarantined.length}, newest ${quarantined[0][0]} of ${quarantined[0][1]} (${words(quarantined[0][3])}).` : "No quarantined values.";
  note("sources", `${data.health.length} sources, last checked ${checked.replace("T", " ").replace("Z", " UTC")}: ${outcomes}; ${late.length ? late.join("; ") : "all on time"}. ${newest}`);
  const rows = data.health.map((h) => [h.source, words(h.outcome) + (h.freshness === "on time" ? "" : `, ${h.freshness}`), h.last_observation_date, h.expected_date, h.detail]);
  figure("sources").querySelector(".numbers summary").textContent = "Every source";
  const sources = table(["Source", "Outcome", "Latest", "Expected", "Detail"], rows, "Sources");
  const values = quarantined.length ? table(["Series", "Date", "Field", "Reason", "Detail"], quarantined.map((q) => [q[0], q[1], q[2], words(q[3]), q[4]]), "Quarantined values") : null;
  numbers("sources", element("div", {}, sources, values));
  query("sources");
}
