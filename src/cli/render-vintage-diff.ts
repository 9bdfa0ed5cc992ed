import type { DiffVisitor, VintagePair } from "../inquiry/vintage-diff.ts";
import type { CellChange, RowChange, VintageDifference } from "../model/vintage-diff.ts";
import { count, renderTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** Rows of a source that a person is shown; --json has all. */
const SHOWN = 50;

/** For a person: the first rows of each source, then the counts. */
export function printDiff(terminal: Terminal): DiffVisitor {
  let lines: string[] = [];
  let rows = 0;
  return {
    begin({ source, period, from, to }: VintagePair) {
      lines = [`${source} ${period}: vintage ${from} -> ${to}`];
      rows = 0;
    },
    row(change) {
      if (++rows <= SHOWN) lines.push(...rowLines(change));
    },
    end(counts) {
      if (rows > SHOWN) lines.push(`  and ${count(rows - SHOWN)} more rows: --json has them all`);
      terminal.data([...lines, ...countLines(counts), ""].join("\n"));
    },
  };
}

/** One JSON document, written piece by piece. */
export function writeDiff(
  terminal: Terminal,
  { publication, period }: { readonly publication: string; readonly period: string },
): DiffVisitor & { close(): void } {
  let between = `${JSON.stringify({ publication, period }).slice(0, -1)},"sources":[`;
  let rows = "";
  return {
    begin({ source, from, to }) {
      terminal.raw(`${between}\n${JSON.stringify({ source, from, to }).slice(0, -1)},"rows":[`);
      between = ",";
      rows = "";
    },
    row(change) {
      terminal.raw(`${rows}\n${JSON.stringify(change)}`);
      rows = ",";
    },
    end({ meanings, ...counts }) {
      const told = JSON.stringify({ counts, meanings }).slice(1);
      terminal.raw(`\n],${told}`);
    },
    close() {
      terminal.raw(`${between === "," ? "" : between}\n]}\n`);
    },
  };
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;

function rowLines(change: RowChange): readonly string[] {
  const key = Object.entries(change.key).map(([name, value]) => `${name} ${value ?? ""}`.trim());
  const own = change.kind === "total" ? ["total", ...key] : key;
  const head = `  ${SIGNS[change.change]} ${[...(change.period === null ? [] : [change.period]), ...own].join(", ")}`;
  if (change.change !== "changed") {
    const side = change.change === "added" ? "to" : "from";
    const cells = change.cells.map((cell) => `${cell.column} ${shown(cell, side)}`);
    return [`${head}${own.length === 0 ? "" : ": "}${cells.join(", ")}`];
  }
  return [head, ...change.cells.map((cell) => `      ${cellLine(cell)}`)];
}

function cellLine(cell: CellChange): string {
  const by = cell.by === null ? "" : ` (${cell.by.startsWith("-") ? "" : "+"}${cell.by})`;
  return `${cell.column}: ${shown(cell, "from")} -> ${shown(cell, "to")}${by}`;
}

const shown = (cell: CellChange, side: "from" | "to"): string =>
  [cell[side], cell[`${side}_marker`]].filter((part) => part !== null).join(" ") || "empty";

function countLines(difference: VintageDifference): readonly string[] {
  const { added, removed, changed, columns, meanings } = difference;
  const rows = [
    `${count(changed)} rows changed, ${count(added)} added, ${count(removed)} removed`,
    ...meanings.map(({ token, from, to }) => `${token} means: ${from} -> ${to}`),
  ];
  if (columns.length === 0) return rows;
  const table = renderTable(columns, [
    { title: "column", value: (one) => one.column },
    { title: "cells", value: (one) => count(one.changed), align: "right" },
    { title: "now a number", value: (one) => count(one.number_came), align: "right" },
    { title: "now none", value: (one) => count(one.number_went), align: "right" },
  ]);
  return [...rows, table];
}
