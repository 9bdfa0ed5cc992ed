// Kills a cleanup at every point that test/faults knows, runs it again, and compares with an undisturbed one: no line
// of a log is lost or doubled. `npm run torture:upkeep -- --kills 100 --seed 7` does some of them; `--only "self
// killed, load: before sql commit #1"` one again, alone; `--points` lists them. Prints the seed and every failure;
// exits 1 if there is one.
import process from "node:process";
import { parseArgs } from "node:util";
import "../test/torture/register.mjs";

const { setUp } = await import("../test/faults/cleanup-case.ts");
const { caseName, casesOf, nameOf } = await import("../test/faults/points.ts");

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "Infinity" },
    workers: { type: "string", default: "2" },
    seed: { type: "string", default: process.env.CANONRY_SEED ?? String(Date.now() % 1e9) },
    only: { type: "string" },
    points: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const started = performance.now();
const bench = await setUp();
console.log(`seed ${seed}, ${bench.points.length} points`);
if (values.points) for (const point of bench.points) console.log(`  ${nameOf(point)}`);
const cases = casesOf(bench.points, seed).filter(
  (one) => one.victim === "self" && [undefined, caseName(one)].includes(values.only),
);
const left = values.points ? [] : [...cases];
let [kills, failures] = [0, 0];
const work = async () => {
  while (kills < Number(values.kills) && left.length > 0) {
    const one = left.shift();
    const done = await bench.run(one).catch((error) => ({ kills: 0, wrong: [String(error)] }));
    kills += done.kills;
    const tried = cases.length - left.length;
    if (tried % 20 === 0) console.log(`${tried} of ${cases.length} cases`);
    if (done.wrong.length === 0) continue;
    failures++;
    const only = JSON.stringify(caseName(one));
    console.log(`FAILURE --seed ${seed} --only ${only}\n  ${done.wrong.join("\n  ")}`);
  }
};
await Promise.all(Array.from({ length: Number(values.workers) }, work));
await bench.close();
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
console.log(`${kills} kills, ${failures} failures, ${minutes} minutes`);
process.exitCode = failures > 0 ? 1 : 0;
