import { Command } from "commander";
import { examine } from "../../pipeline/doctor.ts";
import { type Context, inWorld } from "../context.ts";
import { renderTable } from "../table.ts";

export function doctorCommand(context: Context): Command {
  return new Command("doctor")
    .description("look for what stands where it should not; changes nothing")
    .option("--json", "print it as JSON")
    .action(async (flags: { json?: boolean }, command: Command) => {
      await inWorld(context, command, async (world) => {
        const findings = await examine(world);
        context.terminal.data(
          flags.json === true
            ? JSON.stringify(findings, null, 2)
            : renderTable(findings, [
                { title: "check", value: (one) => one.check },
                { title: "result", value: (one) => one.result },
                { title: "what was found", value: (one) => one.detail, shrinks: true },
              ]),
        );
        if (findings.some((one) => one.result === "wrong")) context.exit(7);
      });
    });
}
