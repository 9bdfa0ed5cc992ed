// Kills loads at every point that test/faults knows, each with our process, its backend and the postmaster; then
// lets every operation on files fail once. `npm run torture:load -- --kills 500 --operations 200 --seed 7` does
// some of them, `--skip 500` begins behind so many cases of each kind; `--only "self killed, load: before sql
// commit #1"` does one again, alone; `--points` lists them. Prints the seed and every failure; exits 1 if there is one.
import process from "node:process";
import { parseArgs } from "node:util";
import "../test/torture/register.mjs";

const { differences, runCase, runFailing, setUp, tearDown } = await import(
  "../test/faults/crash-case.ts"
);
const { caseName, casesOf, failingCasesOf, nameOf } = await import("../test/faults/points.ts");

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "Infinity" },
    operations: { type: "string", default: "Infinity" },
    skip: { type: "string", default: "0" },
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

const seed = Number(values.seed);
const chosen = (name) => values.only === undefined || name === values.only;
const failingName = ({ at, nth, fail }) => `${fail}: ${at} #${nth}`;
const kinds = [
  {
    what: "kills",
    most: Number(values.kills),
    cases: casesOf(bench.points, seed).filter((one) => chosen(caseName(one))),
    nameOf: caseName,
    run: (one) => runCase(bench, one),
    count: (result) => result.kills,
  },
  {
    what: "failed operations",
    most: Number(values.operations),
    cases: failingCasesOf(bench.recorded, seed).filter((one) => chosen(failingName(one))),
    nameOf: failingName,
    run: (one) => runFailing(bench, one),
    count: () => 1,
  },
];

let failures = 0;
for (const { what, most, cases, nameOf: named, run, count } of values.points ? [] : kinds) {
  const left = cases.slice(Number(values.skip));
  let counted = 0;
  const work = async () => {
    while (counted < most && left.length > 0) {
      const one = left.shift();
      try {
        const result = await run(one);
        counted += count(result);
        const wrong = differences(result.end, bench.expected);
        if (wrong.length > 0) throw new Error(wrong.join("\n  "));
      } catch (error) {
        failures++;
        console.log(`FAILURE --seed ${seed} --only ${JSON.stringify(named(one))}\n  ${error}`);
      }
      const done = cases.length - left.length;
      if (done % 50 === 0) console.log(`${done} of ${cases.length} cases, ${minutes()} min`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
  console.log(`${counted} ${what} in ${cases.length - left.length} of ${cases.length} cases`);
}
await tearDown(bench);
console.log(`${failures} failures, ${minutes()} minutes`);
process.exitCode = failures > 0 ? 1 : 0;
