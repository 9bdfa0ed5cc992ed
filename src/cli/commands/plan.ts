import { Command } from "commander";
import { type Context, inWorld } from "../context.ts";
import { runBackfill } from "./backfill.ts";
import { type Selection, withSelection } from "./options.ts";

export function planCommand(context: Context): Command {
  return withSelection(new Command("plan"))
    .description("show what a backfill would do and why; loads nothing")
    .option("--json", "print the plan as JSON")
    .action(async (flags: Selection & { json?: boolean }, command: Command) => {
      await inWorld(context, command, (world) =>
        runBackfill(context, world, { ...flags, reprocess: "none", dryRun: true }),
      );
    });
}
