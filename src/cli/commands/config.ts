import { Command } from "commander";
import { describeConfig } from "../../config/describe.ts";
import { loadConfigOf } from "../../pipeline/world.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { renderTable } from "../table.ts";

export function configCommand(context: Context): Command {
  return new Command("config")
    .description("print what is in force, and where each value comes from; secrets are hidden")
    .option("--json", "print it as JSON")
    .action(async (flags: { json?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const config = await loadConfigOf({ ...context, flags: { ...options } });
      const lines = describeConfig(config);
      if (flags.json === true) {
        context.terminal.data(JSON.stringify(lines, null, 2));
        return;
      }
      context.terminal.data(
        renderTable(lines, [
          { title: "key", value: (line) => line.key },
          { title: "value", value: (line) => line.value, shrinks: true },
          { title: "from", value: (line) => line.origin },
        ]),
      );
    });
}
