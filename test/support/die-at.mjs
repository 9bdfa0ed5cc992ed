// Runs a backfill of the home in CANONRY_HOME, applies a plan to it, or approves a decision (approve:ID), and
// kills its own process (SIGKILL) at one moment: the Nth event of the run, or inside a load before, during
// or after COPY, or right before or after the commit. A moment that never comes ends it with 9.
import process from "node:process";
import { backfill } from "../../dist/pipeline/backfill.js";
import { applyPlan, readPlan } from "../../dist/pipeline/plan/apply.js";
import { EVERYTHING } from "../../dist/pipeline/release/backfill-options.js";
import { answer } from "../../dist/pipeline/review/review.js";
import { openWorld } from "../../dist/pipeline/world.js";

const [, , moment = "", count = "1", what = ""] = process.argv;
const die = () => process.kill(process.pid, "SIGKILL");
let left = Number(count);
const at = (name) => {
  if (name === moment && --left === 0) die();
};

const world = await openWorld({
  env: process.env,
  cwd: process.cwd(),
  signal: new AbortController().signal,
  flags: {},
});
const { database } = world;
const transaction = database.transaction.bind(database);
database.transaction = async (work) => {
  const result = await transaction(async (open) => {
    const done = await work({
      rows: (sql, values) => open.rows(sql, values),
      copyIn: async (table, columns, lines) => {
        at("before-copy");
        const cut = async function* () {
          for await (const line of lines) {
            yield line;
            at("in-copy");
          }
        };
        const rows = await open.copyIn(table, columns, cut());
        at("after-copy");
        return rows;
      },
    });
    at("before-commit");
    return done;
  });
  at("after-commit");
  return result;
};
const run = {
  concurrency: 2,
  watch: {
    emit: (event) => at(`${event.event}${event.stage === undefined ? "" : `:${event.stage}`}`),
    flush: async () => {},
  },
};
if (what.startsWith("approve:")) {
  const verdict = { verdict: "approved", by: "Ada", note: null };
  await answer(world, [what.slice("approve:".length)], verdict, run);
} else if (what !== "") await applyPlan(world, await readPlan(world, what), run);
else await backfill(world, { ...EVERYTHING, ...run });
await world.close();
process.exit(9); // the moment never came
