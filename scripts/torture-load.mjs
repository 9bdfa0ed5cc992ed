// Kills loads at every point that test/faults knows, or at some: `npm run torture:load -- --kills 500 --seed 7`;
// one case again, alone: `--only "self killed, load: before sql commit #1"`. Prints the seed, the points and
// every failure; exits 1 if there is one.
import process from "node:process";
import { parseArgs } from "node:util";
import "../test/torture/register.mjs";

const { runCase, setUp, tearDown, differences } = await import("../test/faults/crash-case.ts");
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
const started = performance.now();
const minutes = () => ((performance.now() - started) / 60_000).toFixed(1);
const bench = await setUp();
console.log(`seed ${values.seed}, ${bench.points.length} points`);
if (values.points) for (const point of bench.points) console.log(`  ${nameOf(point)}`);

const cases = casesOf(bench.points, Number(values.seed)).filter(
  (one) => values.only === undefined || caseName(one) === values.only,
);
const total = cases.length;
let [kills, failures] = [0, 0];
const most = values.points ? 0 : Number(values.kills);

async function work() {
  while (kills < most) {
    const one = cases.shift();
    if (one === undefined) return;
    try {
      const result = await runCase(bench, one);
      kills += result.kills;
      const wrong = differences(result.end, bench.expected);
      if (wrong.length > 0) throw new Error(wrong.join("\n  "));
    } catch (error) {
      failures++;
      console.log(`FAILURE --seed ${values.seed} --only "${caseName(one)}"\n  ${error}`);
    }
    const done = total - cases.length;
    if (done % 50 === 0) console.log(`${done} of ${total} cases, ${kills} kills, ${minutes()} min`);
  }
}
await Promise.all(Array.from({ length: Number(values.workers) }, work));
await tearDown(bench);
console.log(
  `${total - cases.length} cases, ${kills} kills, ${failures} failures, ${minutes()} minutes`,
);
process.exitCode = failures > 0 ? 1 : 0;
