// Tries the laws of every random test with other inputs than `npm test` does: the hermetic tests that use fast-check,
// round after round, each with the next seed. `npm run torture:laws -- --rounds 20 --seed 7`; a round alone again:
// `CANONRY_SEED=7 npx vitest run FILE`. Prints each failing seed; exits 1 if there is one.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    seed: { type: "string", default: process.env.CANONRY_SEED ?? String(Date.now() % 1e9) },
  },
});
const files = readdirSync("test", { recursive: true })
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("machine"))
  .map((name) => `test/${name}`)
  .filter((file) => /support\/layout|from "fast-check"/.test(readFileSync(file, "utf8")));
const first = Number(values.seed);
const failed = [];
for (let seed = first; seed < first + Number(values.rounds); seed++) {
  console.log(`seed ${seed}: ${files.length} files`);
  const { status } = spawnSync("npx", ["vitest", "run", "--reporter=dot", ...files], {
    stdio: "inherit",
    env: { ...process.env, CANONRY_SEED: String(seed) },
  });
  if (status !== 0) failed.push(seed);
}
console.log(`${values.rounds} rounds, failed: ${failed.join(", ") || "none"}`);
process.exitCode = failed.length > 0 ? 1 : 0;
