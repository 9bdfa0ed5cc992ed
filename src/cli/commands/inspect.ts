import { Command } from "commander";
import { inspectFile, inspectRows } from "../../inquiry/inspect/index.ts";
import { worstExit } from "../../model/errors.ts";
import type { Context } from "../context.ts";
import { renderInspection } from "../render-inspection.ts";
import { positiveInteger } from "./options.ts";

interface InspectFlags {
  readonly json?: boolean;
  readonly rows?: boolean;
  readonly sheet?: string;
  readonly table?: number;
}

export function inspectCommand(context: Context): Command {
  return new Command("inspect")
    .description("show what the program sees in any file, without a database")
    .argument("<file...>", "workbooks, CSV files, ZIPs of these")
    .option("--json", "one JSON document a line, one line a file")
    .option("--rows", "one table as CSV: header, then rows, values as published")
    .option("--sheet <name>", "with --rows: the sheet")
    .option("--table <n>", "with --rows: the number of the table on its sheet", positiveInteger)
    .addHelpText("after", "\nExample:\n  canonry inspect november.xlsx")
    .action(async (files: string[], flags: InspectFlags) => {
      for (const file of files) {
        if (flags.rows === true) {
          await inspectRows(file, context.cwd, flags, (text) => context.terminal.raw(text));
          continue;
        }
        const seen = await inspectFile(file, context.cwd);
        context.terminal.data(flags.json === true ? JSON.stringify(seen) : renderInspection(seen));
        context.exit(worstExit([seen.error === undefined ? 0 : 6]));
      }
    });
}
