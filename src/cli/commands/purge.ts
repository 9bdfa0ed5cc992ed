import { Command } from "commander";
import { CanonryError } from "../../model/errors.ts";
import { purge } from "../../pipeline/vintages/purge.ts";
import { type Context, inWorld } from "../context.ts";
import { progressSink } from "../progress.ts";
import { renderPurge } from "../render-purge.ts";
import { positiveInteger } from "./options.ts";
import { choiceOf, type VintageFlags, withVintage } from "./vintage-options.ts";

interface PurgeFlags extends VintageFlags {
  readonly vintage: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function purgeCommand(context: Context): Command {
  return withVintage(new Command("purge"))
    .description("remove a vintage for good: rows, files, exports; a tombstone keeps who and why")
    .requiredOption("--vintage <vintage>", "the vintage", positiveInteger)
    .option("-n, --dry-run", "say what would go and what would stay, and remove nothing")
    .option("-y, --yes", "do it: nothing brings it back, and nobody is asked")
    .option("--json", "print it as JSON")
    .action(async (source: string | undefined, flags: PurgeFlags, command: Command) => {
      const choice = choiceOf(source, flags);
      const dryRun = flags.dryRun === true;
      if (!dryRun && flags.yes !== true) {
        throw new CanonryError(
          "USAGE",
          "nothing brings back what is purged: look with --dry-run, then say --yes",
        );
      }
      await inWorld(context, command, async (world) => {
        const { vintage, reason, by = null } = flags;
        const watch = progressSink(context.terminal);
        const report = await purge(world, { choice, vintage, by, reason, dryRun, watch });
        context.terminal.progress("");
        context.terminal.data(
          flags.json === true ? JSON.stringify(report, null, 2) : renderPurge(report),
        );
        if (report.exports.some((one) => one.status === "failed")) context.exit(7);
      });
    });
}
