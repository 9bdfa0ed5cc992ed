import type { GridRow, SheetGrid } from "./grid.ts";
import type { ColumnView, FileView, SheetView, TableView } from "./view.ts";

/**
 * One self-contained page of what was seen in a file: every sheet as a coloured grid beside the evidence of
 * each decision. Pieces of HTML, in order; nothing is fetched, no script runs, every text is escaped.
 */
export async function* inspectionPage(
  seen: FileView,
  grids: AsyncIterable<SheetGrid>,
): AsyncGenerator<string> {
  yield head(seen);
  yield contents(seen);
  let at = 0;
  for await (const grid of grids) yield section(grid, at++);
  yield "</main></body></html>\n";
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2530; --paper: #fff; --line: #d5dae0; --soft: #667;
  --header: #cfe3fb; --data: #fff; --total: #f3d9f5; --section: #fbeec2; --note: #f1f3f5; --other: #fff;
  --quarantined: #fbd5d0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --paper: #12161b; --line: #343b44; --soft: #9aa4af;
  --header: #1d3f66; --data: #12161b; --total: #4f2a54; --section: #574a17; --note: #1d2229; --other: #12161b;
  --quarantined: #6b241c; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main, header { max-width: 80rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1rem; }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
.facts, .sha { color: var(--soft); overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: .4rem; padding: .5rem 0; position: sticky; top: 0; background: var(--paper); z-index: 3; }
.legend span { padding: .05rem .55rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .3rem; margin: .5rem 0; }
table { border-collapse: collapse; font-size: .82rem; font-variant-numeric: tabular-nums; }
td, th { border: 1px solid var(--line); padding: .12rem .4rem; text-align: left; max-width: 18rem; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; font-weight: inherit; }
td.wide { max-width: none; }
th.row { position: sticky; left: 0; background: var(--paper); color: var(--soft); text-align: right; z-index: 1; }
thead th { color: var(--soft); text-align: center; }
.header { background: var(--header); font-weight: 600; } .data { background: var(--data); }
.total { background: var(--total); font-weight: 600; } .section { background: var(--section); }
.note { background: var(--note); color: var(--soft); } .other { background: var(--other); color: var(--soft); }
.title { font-weight: 600; }
.quarantined { background: var(--quarantined); }
.out td { text-align: center; color: var(--soft); border-style: dashed; }
details { margin: .5rem 0; } summary { cursor: pointer; }
.held { color: #c0321f; font-weight: 600; }
ul { margin: .3rem 0; padding-left: 1.2rem; }
nav a { display: inline-block; margin-right: .8rem; color: inherit; }
`;

const LEGEND = [
  "title",
  "header",
  "data",
  "total",
  "section",
  "note",
  "other",
  "quarantined",
] as const;
const WORDS: Readonly<Record<(typeof LEGEND)[number], string>> = {
  title: "title",
  header: "header",
  data: "data",
  total: "totals",
  section: "section",
  note: "notes",
  other: "in no table",
  quarantined: "quarantined",
};

function head(seen: FileView): string {
  const name = seen.file.split(/[\\/]/).at(-1) ?? seen.file;
  const legend = LEGEND.map((part) => `<span class="${part}">${WORDS[part]}</span>`).join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(name)}</title><style>${STYLE}</style></head><body>
<header><h1>${escaped(name)}</h1><p class="facts">${escaped(seen.format)}, ${periodOf(seen)}</p>
<p class="sha">sha256 ${escaped(seen.sha256)}</p></header><main>
<div class="legend">${legend}</div>
`;
}

function periodOf(seen: FileView): string {
  const [best] = [...seen.period_evidence].sort((a, b) => b.score - a.score);
  return best === undefined
    ? "no period found"
    : `period ${escaped(best.period)} (${escaped(best.from)}: “${escaped(best.text)}”)`;
}

function contents(seen: FileView): string {
  if (seen.sheets.length < 2) return "";
  const links = seen.sheets.map(
    (sheet, at) =>
      `<a href="#s${at}">${escaped(nameOf(sheet))} <small>(${sheet.tables.length})</small></a>`,
  );
  return `<nav>${links.join(" ")}</nav>\n`;
}

function nameOf(sheet: SheetView): string {
  const name = [sheet.member, sheet.name].filter((part) => part !== undefined && part !== null);
  return name.length === 0 ? "the file" : name.join(" / ");
}

function section(grid: SheetGrid, at: number): string {
  const { sheet } = grid;
  const facts = [
    `${sheet.tables.length} table${sheet.tables.length === 1 ? "" : "s"}`,
    `${sheet.cells} cells`,
    ...(sheet.hidden ? ["hidden"] : []),
  ].join(", ");
  const held = sheet.quarantined ? ' <span class="held">quarantined</span>' : "";
  return `<section id="s${at}"><h2>${escaped(nameOf(sheet))}</h2><p class="facts">${facts}${held}</p>
${list(sheet.reasons)}${sheet.tables.map(evidence).join("")}${picture(grid)}</section>\n`;
}

function list(texts: readonly string[]): string {
  return texts.length === 0
    ? ""
    : `<ul>${texts.map((text) => `<li>${escaped(text)}</li>`).join("")}</ul>`;
}

/** What was decided of a table, and why. */
function evidence(table: TableView): string {
  const header = table.header_rows.length === 0 ? "no header" : `header ${rows(table.header_rows)}`;
  const held = table.quarantined ? ' <span class="held">quarantined</span>' : "";
  const totals = table.total_rows.length === 0 ? "" : `, ${table.total_rows.length} total rows`;
  const columns = table.columns.map(
    (one) =>
      `<tr><td>${one.letter}</td><td>${escaped(one.header.join(" › "))}</td><td>${escaped(one.name)}</td><td>${escaped(one.type)}</td><td>${escaped(one.role)}${one.period === undefined ? "" : ` ${escaped(one.period)}`}</td><td>${escaped(one.unit ?? "")}</td><td>${escaped(marks(one))}</td><td>${one.sum ?? ""}</td></tr>`,
  );
  return `<details${table.quarantined ? " open" : ""}><summary><b>${table.range}</b>${table.title === undefined ? "" : ` ${escaped(table.title)}`}: ${table.n_rows} rows, ${header}${totals}, confidence ${table.confidence.toFixed(2)}${held}</summary>
${list([...table.reasons, ...table.assertions.map(assertion)])}<div class="scroll"><table><thead><tr><th>column</th><th>header</th><th>name</th><th>type</th><th>role</th><th>unit</th><th>marks</th><th>sum</th></tr></thead><tbody>${columns.join("")}</tbody></table></div></details>
`;
}

function assertion({ row, of, columns }: TableView["assertions"][number]): string {
  if (columns.length === 0) return `row ${row} is a total that adds up in no column`;
  const ranges = of.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
  const shown = ranges.length > 6 ? [...ranges.slice(0, 6), "…"] : ranges;
  return `row ${row} is the sum of rows ${shown.join(", ")} in ${columns.join(", ")}`;
}

function rows(numbers: readonly number[]): string {
  return `in row${numbers.length === 1 ? "" : "s"} ${numbers.join(", ")}`;
}

/** A mark beside a number stands behind an "n". */
function marks({ markers, beside = {} }: ColumnView): string {
  return [
    ...Object.entries(markers).map(([token, count]) => `${token} × ${count}`),
    ...Object.entries(beside).map(([token, count]) => `n${token} × ${count}`),
  ].join(", ");
}

function picture(grid: SheetGrid): string {
  if (grid.rows.length === 0) return "";
  const more = grid.columns_left_out > 0 ? `<th>+${grid.columns_left_out}</th>` : "";
  const letters = grid.columns.map((letter) => `<th>${letter}</th>`).join("");
  const lines = grid.rows.map((row) => line(row, grid.columns)).join("\n");
  return `<div class="scroll"><table><thead><tr><th></th>${letters}${more}</tr></thead><tbody>
${lines}</tbody></table></div>`;
}

function line(row: GridRow, columns: readonly string[]): string {
  const width = columns.length;
  if ("left_out" in row) {
    return `<tr class="out"><th class="row">⋮</th><td colspan="${width}">${row.left_out} rows</td></tr>`;
  }
  const number = `<th class="row">${row.row}</th>`;
  const [first, second] = row.cells;
  if (
    first !== undefined &&
    second === undefined &&
    ["title", "note", "other", "section"].includes(row.part)
  ) {
    const lead = columns.indexOf(first.letter);
    const blank = lead > 0 ? `<td colspan="${lead}"></td>` : "";
    return `<tr>${number}${blank}<td class="wide ${first.part}" colspan="${width - lead}">${escaped(first.text)}</td></tr>`;
  }
  const cells = columns.map((letter) => {
    const cell = row.cells.find((one) => one.letter === letter);
    return cell === undefined
      ? `<td class="${row.part}"></td>`
      : `<td class="${cell.part}">${escaped(cell.text)}</td>`;
  });
  return `<tr>${number}${cells.join("")}</tr>`;
}

const SIGNS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML; control characters, which no page may hold, as a sign. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? "")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "\ufffd");
}
