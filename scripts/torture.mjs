// Fuzzed CSV files and broken workbooks through the reader: each must end as tables that keep the laws or
// as an error with a code. `npm run torture -- --csv 200000 --containers 5000 --seed 7`; one input again, alone:
// `npm run torture -- --kind xlsx --only 4711 --seed 7`, with `--save FILE` to keep it. Then loads, cleanups, backups and
// restores are killed (torture-load.mjs, torture-cleanup.mjs, torture-backup.mjs); `--kills 0` for none.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "../test/torture/register.mjs";

const { newReport, torture } = await import("../test/torture/run.ts");
const { CONTAINERS } = await import("../test/torture/containers.ts");

const { values } = parseArgs({
  options: {
    csv: { type: "string", default: process.env.CANONRY_TORTURE_CSV ?? "200000" },
    containers: { type: "string", default: process.env.CANONRY_TORTURE_CONTAINERS ?? "5000" },
    children: { type: "string", default: "20" },
    seed: { type: "string", default: process.env.CANONRY_SEED ?? String(Date.now() % 1e9) },
    kind: { type: "string" },
    only: { type: "string" },
    save: { type: "string" },
    kills: { type: "string", default: process.env.CANONRY_TORTURE_KILLS ?? "Infinity" },
  },
});
const seed = Number(values.seed);
const started = performance.now();
const report = newReport();
const options = {
  seed,
  deadlineMs: 5_000,
  found: ({ kind, number, what }) =>
    console.log(
      `FINDING --kind ${kind} --only ${number} --seed ${seed}\n  ${what.replaceAll("\n", "\n  ")}`,
    ),
};

const some = (kind, count, way = "here") => ({ kind, first: 1, last: Number(count), way });
const LEGACY = ["xls", "xlsb", "ods"];
const loads =
  values.only === undefined
    ? [
        some("csv", values.csv),
        ...CONTAINERS.map((kind) => some(kind, values.containers)),
        ...LEGACY.map((kind) => some(kind, values.children, "whole")),
      ].filter((load) => values.kind === undefined || load.kind === values.kind)
    : [
        {
          kind: values.kind ?? "csv",
          first: Number(values.only),
          last: Number(values.only),
          way: "here",
        },
      ];

console.log(`seed ${seed}`);
if (values.save !== undefined) {
  const { inputOf } = await import("../test/torture/worker.ts");
  const input = inputOf(seed, values.kind ?? "csv", Number(values.only));
  writeFileSync(values.save, input.content);
  console.log(`saved ${input.name} (${input.content.length} bytes)`);
}
for (const load of loads) {
  const from = performance.now();
  const before = report.inputs;
  await torture(load, report, options);
  const seconds = (performance.now() - from) / 1000;
  const what = load.way === "whole" ? `${load.kind} through the child` : load.kind;
  console.log(`${what}: ${report.inputs - before} inputs in ${seconds.toFixed(1)} s`);
}
for (const [kind, results] of report.results) {
  const sorted = [...results].sort((a, b) => b[1] - a[1]);
  console.log(`${kind}: ${sorted.map(([result, count]) => `${result} ${count}`).join(", ")}`);
}
console.log(
  `${report.inputs} inputs, ${report.tables} tables, ${report.findings.length} findings, ${((performance.now() - started) / 1000).toFixed(0)} s, peak ${Math.round(report.peakKib / 1024)} MiB`,
);
process.exitCode = report.findings.length > 0 ? 1 : 0;
if (values.kind === undefined && values.only === undefined) {
  for (const [name, ...most] of [
    ["torture-load.mjs", "--kills", values.kills, "--operations", values.kills],
    ["torture-cleanup.mjs", "--kills", values.kills],
    ["torture-backup.mjs", "--kills", values.kills],
  ]) {
    const script = fileURLToPath(new URL(name, import.meta.url));
    const args = [script, "--seed", String(seed), ...most];
    const killed = spawnSync(process.execPath, args, { stdio: "inherit" });
    if (killed.status !== 0) process.exitCode = 1;
  }
}
