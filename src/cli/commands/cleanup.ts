import { Command } from "commander";
import { cleanup } from "../../pipeline/upkeep/cleanup.ts";
import { type Context, inWorld } from "../context.ts";
import { progressSink } from "../progress.ts";
import { renderCleanup } from "../render-cleanup.ts";

export function cleanupCommand(context: Context): Command {
  return new Command("cleanup")
    .description("archive, expire and remove what the retention settings let go")
    .option("-n, --dry-run", "say what would go, what stays, and why; change nothing")
    .option("--json", "print every item as JSON")
    .action(async (flags: { dryRun?: boolean; json?: boolean }, command: Command) => {
      await inWorld(context, command, async (world) => {
        const watch = progressSink(context.terminal);
        const report = await cleanup(world, { dryRun: flags.dryRun === true, watch });
        context.terminal.data(
          flags.json === true ? JSON.stringify(report, null, 2) : renderCleanup(report),
        );
        if (report.failed.length > 0) context.exit(7);
      });
    });
}
