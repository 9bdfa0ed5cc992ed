import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { PlanOptions } from "../../model/manifest/release-plan.ts";
import { makePlan, writePlan } from "../../pipeline/plan/plan.ts";
import { type Context, inWorld } from "../context.ts";
import { progressSink } from "../progress.ts";
import { renderPlan } from "../render-plan.ts";
import { type Selection, withSelection } from "./options.ts";

interface PlanFlags extends Selection {
  readonly reprocess: PlanOptions["reprocess"];
  readonly json?: boolean;
  readonly out?: string;
}

export function planCommand(context: Context): Command {
  return withSelection(new Command("plan"))
    .description("show what a backfill would do and why: tables, rows, drift, DDL; loads nothing")
    .addOption(
      new Option("--reprocess <what>", "look again at releases that are done")
        .choices(["none", "failed", "changed", "all"])
        .default("none"),
    )
    .option("--json", "print the plan as JSON")
    .option("--out <file>", "write the plan as JSON, for `canonry apply`")
    .action(async (flags: PlanFlags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const plan = await makePlan(world, {
          publications: flags.pub ?? [],
          periods: flags.period ?? [],
          from: flags.from ?? null,
          to: flags.to ?? null,
          reprocess: flags.reprocess,
          concurrency: world.config.settings.run.concurrency,
          watch: progressSink(context.terminal),
        });
        context.terminal.progress("");
        if (flags.out !== undefined) await writePlan(plan, resolve(context.cwd, flags.out));
        context.terminal.data(
          flags.json === true ? JSON.stringify(plan, null, 2) : renderPlan(plan, flags.out ?? null),
        );
        context.exit(plan.exit);
      });
    });
}
