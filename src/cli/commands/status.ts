import { Command } from "commander";
import { status } from "../../inquiry/status.ts";
import { type Context, inWorld } from "../context.ts";
import { count, renderTable } from "../table.ts";

export function statusCommand(context: Context): Command {
  return new Command("status")
    .description("what is loaded: each release with its status, vintage and rows")
    .option("-p, --pub <code...>", "only these publications")
    .option("--json", "print it as JSON")
    .action(async (flags: { pub?: string[]; json?: boolean }, command: Command) => {
      await inWorld(context, command, async (world) => {
        const lines = await status(world.database, flags.pub ?? []);
        if (flags.json === true) context.terminal.data(JSON.stringify(lines, null, 2));
        else if (lines.length === 0)
          context.terminal.note("Nothing is loaded yet: `canonry backfill`.");
        else {
          context.terminal.data(
            renderTable(lines, [
              { title: "publication", value: (one) => one.publication },
              { title: "period", value: (one) => one.period },
              { title: "status", value: (one) => one.status.replace("_", " ") },
              { title: "sources", value: (one) => String(one.sources), align: "right" },
              {
                title: "rows",
                value: (one) => count(one.rows_data + one.rows_total),
                align: "right",
              },
              { title: "vintages", value: (one) => String(one.vintages), align: "right" },
              { title: "detail", value: (one) => one.detail, shrinks: true },
            ]),
          );
        }
      });
    });
}
