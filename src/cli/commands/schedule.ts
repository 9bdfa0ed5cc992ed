import { userInfo } from "node:os";
import { Command } from "commander";
import { schedule } from "../../inquiry/schedule.ts";
import type { World } from "../../pipeline/world.ts";
import { logSink, runNow, tick, type Watch } from "../../service/index.ts";
import { type Context, inWorld } from "../context.ts";
import { renderSchedule } from "../render-schedule.ts";

export function scheduleCommand(context: Context): Command {
  const root = new Command("schedule").description("the jobs of `canonry serve`");
  root
    .command("list")
    .description("each job: when next, when last, with what result")
    .option("--json", "print it as JSON")
    .action(async (flags: { readonly json?: boolean }, command: Command) => {
      await inWorld(context, command, async (world) => {
        const lines = await schedule(world, await world.databaseNow());
        context.terminal.data(
          flags.json === true
            ? JSON.stringify(lines, null, 2)
            : renderSchedule(lines, context.terminal.width),
        );
      });
    });
  root
    .command("run")
    .argument("[job]", "as `schedule list` names it (default: whatever is due)")
    .description("run a job now and record it; exits as the job does. Without one: what is due")
    .action(async (job: string | undefined, _flags: object, command: Command) => {
      await inWorld(context, command, async (world) => {
        const watch = watchOf(context, world, job === undefined ? "cron" : userInfo().username);
        const exits =
          job === undefined ? await tick(world, watch) : [await runNow(world, job, watch)];
        await watch.events.flush();
        for (const exit of exits) context.exit(exit);
      });
    });
  return root;
}

function watchOf({ terminal }: Context, world: World, by: string): Watch {
  const log = {
    write: (line: string) => terminal.note(line),
    now: () => world.now(),
    plain: terminal.live,
  };
  return {
    by,
    events: world.eventsOf(world.newId(), logSink(log)),
    within: (job, jobRun) => logSink(log, { job, job_run: jobRun }),
  };
}
