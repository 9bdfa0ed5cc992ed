// A backup and its restore, start of the program included, beside `pg_dump -Fc` and `pg_restore` of the same
// database on a server from Debian's packages, whose own programs these are. One JSON line; ratios are our time
// over the peer's, `unchanged_ratio` is that of a first backup over one of a database that did not change.
//   node bench/backup.mjs [million rows] [releases] [rounds, of which the fastest counts]
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { writeCsv } from "./support/csv.mjs";
import { withDebianPostgres } from "./support/debian-postgres.mjs";
import { withHome } from "./support/home.mjs";
import { print, timed } from "./support/measure.mjs";

const rows = Math.round(Number(process.argv[2] ?? 1) * 1e6);
const releases = Number(process.argv[3] ?? 3);
const rounds = Number(process.argv[4] ?? 2);

const megabytesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0) / 1e6;

/** What else the machine does slows one of them. */
const faster = (a, b) => (a === null || b.seconds < a.seconds ? b : a);

await withDebianPostgres(async ({ url, urlOf, bin }) => {
  const peer = (program) => join(bin, program);
  await withHome(
    "big",
    async (home) => {
      for (let month = 1; month <= releases; month++) {
        const name = `big-2025-${String(month).padStart(2, "0")}.csv`;
        await writeCsv(join(home.inbox, name), Math.round(rows / releases));
      }
      home.run("backfill");
      const backups = join(home.path, "data/backups");
      const dump = join(home.path, "pg.dump");
      let [ours, theirs, again] = [null, null, null];
      for (let round = 0; round < rounds; round++) {
        rmSync(backups, { recursive: true, force: true });
        ours = faster(
          ours,
          await timed(process.execPath, home.command("backup", "create", "--json")),
        );
        theirs = faster(theirs, await timed(peer("pg_dump"), ["-Fc", "-f", dump, url]));
        again = faster(
          again,
          await timed(process.execPath, home.command("backup", "create", "--json")),
        );
      }
      if (JSON.parse(again.stdout).new_parts !== 0) throw new Error(again.stdout);
      const last = JSON.parse(home.run("backup", "list", "--json")).at(-1).id;
      for (const name of ["ours", "theirs"]) {
        execFileSync(peer("psql"), [url, "-qc", `create database ${name}`]);
      }
      const into = ["--into-home", join(home.path, "restored"), "--json"];
      const restored = await timed(process.execPath, [
        ...home.command("backup", "restore", last, ...into),
        ...["--database-url", urlOf("ours")],
      ]);
      if (JSON.parse(restored.stdout).rows < rows - releases) throw new Error(restored.stdout);
      const pgRestored = await timed(peer("pg_restore"), ["-d", urlOf("theirs"), dump]);
      print({
        rows,
        releases,
        create_seconds: ours.seconds,
        create_peak_mb: ours.peakMb,
        pg_dump_seconds: theirs.seconds,
        create_ratio: ours.seconds / theirs.seconds,
        unchanged_seconds: again.seconds,
        unchanged_ratio: ours.seconds / again.seconds,
        restore_seconds: restored.seconds,
        restore_peak_mb: restored.peakMb,
        pg_restore_seconds: pgRestored.seconds,
        restore_ratio: restored.seconds / pgRestored.seconds,
        backup_mb: megabytesBelow(backups),
        pg_dump_mb: statSync(dump).size / 1e6,
      });
    },
    url,
  );
});
