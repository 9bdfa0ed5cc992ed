// Kills a command of upkeep at every point that test/faults/upkeep-<command>.ts finds, runs it again, and compares
// with an undisturbed run: `npm run torture:upkeep -- cleanup --kills 100 --seed 7` does some of them; `--only
// "self killed, load: before sql commit #1"` one again, alone; `--points` lists them. Without a command: all that
// there are. Prints the seed and every failure; exits 1 if there is one.
import { readdirSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import "../test/torture/register.mjs";

const { caseName, casesOf, nameOf } = await import("../test/faults/points.ts");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: "string", default: "Infinity" },
    workers: { type: "string", default: "2" },
    seed: { type: "string", default: process.env.CANONRY_SEED ?? String(Date.now() % 1e9) },
    only: { type: "string" },
    points: { type: "boolean", default: false },
  },
});
const faults = new URL("../test/faults/", import.meta.url);
const commands = readdirSync(faults).flatMap((name) => /^upkeep-(\w+)\.ts$/.exec(name)?.[1] ?? []);
const chosen = positionals.length > 0 ? positionals : commands;
const seed = Number(values.seed);
const started = performance.now();
let failures = 0;

for (const command of chosen) {
  const { setUp } = await import(new URL(`upkeep-${command}.ts`, faults).href);
  const bench = await setUp();
  console.log(`${command}: seed ${seed}, ${bench.points.length} points`);
  if (values.points) for (const point of bench.points) console.log(`  ${nameOf(point)}`);
  const cases = casesOf(bench.points, seed).filter(
    (one) => one.victim === "self" && [undefined, caseName(one)].includes(values.only),
  );
  const left = values.points ? [] : [...cases];
  let kills = 0;
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
      console.log(`FAILURE ${command} --seed ${seed} --only ${only}\n  ${done.wrong.join("\n  ")}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
  console.log(
    `${command}: ${kills} kills in ${cases.length - left.length} of ${cases.length} cases`,
  );
  await bench.close();
}
console.log(`${failures} failures, ${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
process.exitCode = failures > 0 ? 1 : 0;
