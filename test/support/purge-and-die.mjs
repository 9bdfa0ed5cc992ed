// Purges vintage 2 of trusts 2025-01 in the home in CANONRY_HOME, and kills its own process (SIGKILL): before or
// after the commit, or before the first or second file is removed. A moment that never comes ends it with 9.
import process from "node:process";
import { purge } from "../../dist/pipeline/vintages/purge.js";
import { openWorld } from "../../dist/pipeline/world.js";

const [, , moment = ""] = process.argv;
const at = (name) => {
  if (name === moment) process.kill(process.pid, "SIGKILL");
};

const world = await openWorld({
  env: process.env,
  cwd: process.cwd(),
  signal: new AbortController().signal,
  flags: {},
});
const transaction = world.database.transaction.bind(world.database);
world.database.transaction = async (work) => {
  const result = await transaction(async (open) => {
    const done = await work(open);
    at("before-commit");
    return done;
  });
  at("after-commit");
  return result;
};
const remove = world.data.removeArtifact.bind(world.data);
world.data.removeArtifact = async (sha256) => {
  at("before-files");
  const removed = await remove(sha256);
  at("after-files");
  return removed;
};
await purge(world, {
  choice: { source: "trusts", period: "2025-01" },
  vintage: 2,
  by: "Ada",
  reason: "small numbers",
  dryRun: false,
  watch: { emit: () => {}, flush: async () => {} },
});
await world.close();
process.exit(9); // the moment never came
