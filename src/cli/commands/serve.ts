import { Command } from "commander";
import { now } from "../../pipeline/world.ts";
import { serve } from "../../service/index.ts";
import { type Context, outsideOf } from "../context.ts";

export function serveCommand(context: Context): Command {
  return new Command("serve")
    .description("run the schedule until stopped: look for new releases, verify")
    .addHelpText(
      "after",
      `
One line of JSON a thing on standard error; SIGTERM or SIGINT ends it, exit 0.
Several services on one database do each job once. \`canonry schedule list\` shows the jobs.`,
    )
    .action(async (_flags: object, command: Command) => {
      const { terminal } = context;
      context.endsByInterrupt();
      await serve(outsideOf(context, command), {
        write: (line) => terminal.note(line),
        now,
        plain: terminal.live,
      });
    });
}
