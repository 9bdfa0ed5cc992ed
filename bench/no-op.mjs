// The backfill that has nothing to do: the program's own time (its report's duration) and the whole with start-up
// of process and database. Prints one JSON line a number of releases; `ms_a_release` is the program's own.
// The releases are of single days.
//   node bench/no-op.mjs [releases ...]
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { withHome } from "./support/home.mjs";
import { print, timed } from "./support/measure.mjs";

for (const releases of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [500]) {
  await withHome("counts", async (home) => {
    for (let at = 0; at < releases; at++) {
      const day = new Date(Date.UTC(2005, 0, 1 + at)).toISOString().slice(0, 10);
      writeFileSync(
        join(home.inbox, `counts-${day}.csv`),
        `Code,Name,Number\n001,North,${at}\n002,South,${at * 2}\n`,
      );
    }
    const first = JSON.parse(home.run("backfill", "--json"));
    const whole = await timed(process.execPath, home.command("backfill", "--json"));
    const second = JSON.parse(whole.stdout);
    if (second.releases.length !== releases) throw new Error(`${second.releases.length} releases`);
    if (second.releases.some((one) => one.status !== "unchanged"))
      throw new Error("something was done");
    print({
      releases,
      first_seconds: first.duration_ms / 1000,
      no_op_seconds: second.duration_ms / 1000,
      ms_a_release: second.duration_ms / releases,
      whole_seconds: whole.seconds,
      peak_mb: whole.peakMb,
    });
  });
}
