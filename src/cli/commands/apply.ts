import { relative, resolve } from "node:path";
import { Command } from "commander";
import { applyPlan, readPlan } from "../../pipeline/plan/apply.ts";
import { type Context, inWorld } from "../context.ts";
import { progressSink } from "../progress.ts";
import { renderBackfill } from "../render-backfill.ts";

export function applyCommand(context: Context): Command {
  return new Command("apply")
    .description("do exactly what a plan says, or nothing if anything it stands on moved")
    .argument("<plan>", "a file that `canonry plan --out` wrote")
    .option("--json", "print what was done as JSON")
    .addHelpText(
      "after",
      `
Examples:
  canonry plan --out plan.json && canonry apply plan.json

Exit 4 with PLAN_STALE: a file, a manifest, the configuration or the database moved; nothing was done.`,
    )
    .action(async (path: string, flags: { json?: boolean }, command: Command) => {
      await inWorld(context, command, async (world) => {
        const plan = await readPlan(world, resolve(context.cwd, path));
        const report = await applyPlan(world, plan, {
          concurrency: world.config.settings.run.concurrency,
          watch: progressSink(context.terminal),
        });
        context.terminal.progress("");
        const name = relative(context.cwd, resolve(context.cwd, path));
        if (flags.json === true) context.terminal.data(JSON.stringify(report, null, 2));
        else {
          const { loads, done_before: done } = report;
          context.terminal.data(
            done === loads
              ? `All of ${name} is done already: ${loads} of ${loads} loads.`
              : renderBackfill(report.backfill, world, context.cwd),
          );
          if (done > 0 && done < loads)
            context.terminal.note(`${done} of ${loads} loads of ${name} were done before.`);
        }
        context.exit(report.backfill.exit);
      });
    });
}
