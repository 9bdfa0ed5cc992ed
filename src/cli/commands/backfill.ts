import { Command, Option } from "commander";
import { GENERATION_MODES, type GenerationMode } from "../../model/manifest/generation.ts";
import type { BackfillReport } from "../../model/report.ts";
import { backfill } from "../../pipeline/backfill.ts";
import type { BackfillOptions } from "../../pipeline/release/backfill-options.ts";
import type { World } from "../../pipeline/world.ts";
import { type Context, inWorld } from "../context.ts";
import { progressSink } from "../progress.ts";
import { renderBackfill } from "../render-backfill.ts";
import { amount, positiveInteger, type Selection, withSelection } from "./options.ts";

interface BackfillFlags extends Selection {
  readonly reprocess: BackfillOptions["reprocess"];
  readonly mode?: GenerationMode;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly concurrency?: number;
  readonly json?: boolean;
}

export function backfillCommand(context: Context): Command {
  return withSelection(new Command("backfill"))
    .description("find, fetch, see, match and load what is new; then write exports and state")
    .addOption(
      new Option("--reprocess <what>", "look again at releases that are done")
        .choices(["none", "failed", "changed", "all"])
        .default("none"),
    )
    .addOption(
      new Option(
        "--mode <mode>",
        "how drafts get their meaning: llm (a model, or rules) or copy (of the last canonical manifest; default if there is one)",
      ).choices([...GENERATION_MODES]),
    )
    .option("-n, --dry-run", "fetch and draft, but load nothing")
    .option("--force", "fetch again what is outside its recheck window")
    .option("--concurrency <n>", "releases that are fetched and drafted at once", positiveInteger)
    .option(
      "--max-cost <amount>",
      "most that a model may cost, in the currency of its prices",
      amount,
    )
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Examples:
  canonry backfill                             everything that is new
  canonry backfill -p adhd --from 2025-01      one publication, from a period on
  canonry backfill -n                          what would be done, and why`,
    )
    .action(async (flags: BackfillFlags, command: Command) => {
      await inWorld(context, command, (world) => runBackfill(context, world, flags));
    });
}

/** Runs and prints. */
async function runBackfill(
  context: Context,
  world: World,
  flags: BackfillFlags,
): Promise<BackfillReport> {
  const report = await backfill(world, {
    publications: flags.pub ?? [],
    periods: flags.period ?? [],
    from: flags.from ?? null,
    to: flags.to ?? null,
    reprocess: flags.reprocess,
    mode: flags.mode ?? null,
    dryRun: flags.dryRun === true,
    force: flags.force === true,
    offline: false,
    concurrency: flags.concurrency ?? world.config.settings.run.concurrency,
    watch: progressSink(context.terminal),
  });
  context.terminal.progress("");
  context.terminal.data(
    flags.json === true
      ? JSON.stringify(report, null, 2)
      : renderBackfill(report, world, context.cwd),
  );
  context.exit(report.exit);
  return report;
}
