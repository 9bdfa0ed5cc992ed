import { Command } from "commander";
import { catalog } from "../../inquiry/catalog.ts";
import { type Context, inWorld } from "../context.ts";
import { count, renderTable } from "../table.ts";

export function catalogCommand(context: Context): Command {
  return new Command("catalog")
    .description("list the sources: what each holds, over which periods, and where its export is")
    .option("--json", "print it as JSON")
    .action(async (flags: { json?: boolean }, command: Command) => {
      await inWorld(context, command, async (world) => {
        const entries = await catalog(world.database);
        context.terminal.data(
          flags.json === true
            ? JSON.stringify(entries, null, 2)
            : renderTable(entries, [
                { title: "source", value: (one) => one.source_code },
                { title: "rows", value: (one) => count(one.row_count), align: "right" },
                { title: "columns", value: (one) => String(one.column_count), align: "right" },
                { title: "from", value: (one) => one.first_period ?? "" },
                { title: "to", value: (one) => one.last_period ?? "" },
                { title: "description", value: (one) => one.description, shrinks: true },
              ]),
        );
      });
    });
}
