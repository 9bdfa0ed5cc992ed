// Kills commands of upkeep at every point that test/faults knows, and runs each again: nothing is lost, nothing is
// half-done, and what was begun is finished. `npm run torture:backup -- --command "backup restore" --kills 50
// --seed 7` does some of them; `--only "backup create: other: before sql commit #1"` one again, alone. Prints the
// seed and every failure; exits 1 if there is one.
import process from "node:process";
import { parseArgs } from "node:util";
import "../test/torture/register.mjs";

const { killUpkeep, upkeepCases, upkeepName, upkeepPoints } = await import(
  "../test/faults/upkeep-case.ts"
);
const { upkeepTemplate } = await import("../test/faults/upkeep-commands.ts");

const { values } = parseArgs({
  options: {
    command: { type: "string" },
    kills: { type: "string", default: "Infinity" },
    workers: { type: "string", default: "2" },
    seed: { type: "string", default: process.env.CANONRY_SEED ?? String(Date.now() % 1e9) },
    only: { type: "string" },
  },
});
const started = performance.now();
const { template, commands, close } = await upkeepTemplate();
const chosen = Object.entries(commands).filter(
  ([name]) => values.command === undefined || name === values.command,
);
if (chosen.length === 0) throw new Error(`the commands are ${Object.keys(commands).join(", ")}`);
const points = {};
for (const [name, command] of chosen) points[name] = await upkeepPoints(template, command);
const cases = upkeepCases(points, Number(values.seed)).filter(
  (one) => values.only === undefined || upkeepName(one) === values.only,
);
console.log(`seed ${values.seed}, ${cases.length} cases of ${Object.keys(points).join(", ")}`);

let [kills, failures] = [0, 0];
const work = async () => {
  while (kills < Number(values.kills)) {
    const one = cases.shift();
    if (one === undefined) return;
    const wrong = await killUpkeep(template, commands[one.command], one.point).then(
      (result) => {
        if (result.killed) kills++;
        return result.wrong;
      },
      (error) => [String(error)],
    );
    if (wrong.length === 0) continue;
    failures++;
    const name = JSON.stringify(upkeepName(one));
    console.log(`FAILURE --seed ${values.seed} --only ${name}\n  ${wrong.join("\n  ")}`);
  }
};
await Promise.all(Array.from({ length: Number(values.workers) }, work));
await close();
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
console.log(`${kills} kills, ${failures} failures, ${minutes} minutes`);
process.exitCode = failures > 0 ? 1 : 0;
