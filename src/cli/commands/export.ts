import { Command } from "commander";
import { exportSources } from "../../pipeline/projections/exports.ts";
import { type Context, inWorld } from "../context.ts";
import { count, renderTable } from "../table.ts";

export function exportCommand(context: Context): Command {
  return new Command("export")
    .description("write data/exports from the database: Parquet, a page a source, the catalogue")
    .argument("[source...]", "only these sources")
    .option("--deep", "check the bytes of every file, not only its size")
    .option("--json", "print the report as JSON")
    .action(
      async (sources: string[], flags: { deep?: boolean; json?: boolean }, command: Command) => {
        await inWorld(context, command, async (world) => {
          const report = await exportSources(world, { sources, deep: flags.deep === true });
          context.terminal.data(
            flags.json === true
              ? JSON.stringify(report, null, 2)
              : renderTable(report, [
                  { title: "source", value: (one) => one.source },
                  { title: "status", value: (one) => one.status },
                  { title: "rows", value: (one) => count(one.rows), align: "right" },
                  { title: "why", value: (one) => one.reason, shrinks: true },
                ]),
          );
          if (report.some((one) => one.status === "failed")) context.exit(7);
        });
      },
    );
}
