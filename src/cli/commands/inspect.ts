import { Command } from "commander";
import {
  type FileView,
  inspectFile,
  inspectPage,
  inspectRows,
  inspectSheets,
} from "../../inquiry/inspect/index.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Context } from "../context.ts";
import { painted, plain, renderHeading, renderSheet } from "../render-inspection.ts";
import { positiveInteger } from "./options.ts";

interface InspectFlags {
  readonly json?: boolean;
  readonly rows?: boolean;
  readonly html?: string;
  readonly sheet?: string;
  readonly table?: number;
}

export function inspectCommand(context: Context): Command {
  return new Command("inspect")
    .description("show what the program sees in any file, without a database")
    .argument("<file...>", "workbooks, CSV files, ZIPs of these")
    .option("--json", "one JSON document a line, one line a file")
    .option("--html <file>", "write one page of all sheets, in colours, with the evidence")
    .option("--rows", "one table as CSV: header, then rows, values as published")
    .option("--sheet <name>", "with --rows: the sheet")
    .option("--table <n>", "with --rows: the number of the table on its sheet", positiveInteger)
    .addHelpText(
      "after",
      `
Examples:
  canonry inspect november.xlsx
  canonry inspect november.xlsx --html november.html`,
    )
    .action(async (files: string[], flags: InspectFlags) => {
      checkFlags(flags, files);
      for (const file of files) {
        if (flags.rows === true) {
          await inspectRows(file, context.cwd, flags, (text) => context.terminal.raw(text));
        } else await inspectOne(context, file, flags);
      }
    });
}

/** Throws USAGE for flags of which one would go unheard. */
function checkFlags(flags: InspectFlags, files: readonly string[]): void {
  const answers = (["json", "html", "rows"] as const).filter((name) => flags[name] !== undefined);
  if (answers.length > 1) {
    const asked = answers.map((name) => `--${name}`).join(" and ");
    throw new CanonryError("USAGE", `${asked} are different answers: ask for one at a time`);
  }
  if (flags.html !== undefined && files.length > 1) {
    throw new CanonryError("USAGE", "--html takes one file at a time");
  }
  if (flags.rows === undefined && (flags.sheet ?? flags.table) !== undefined) {
    throw new CanonryError("USAGE", "--sheet and --table choose what --rows prints");
  }
}

async function inspectOne(context: Context, file: string, flags: InspectFlags): Promise<void> {
  const { terminal, cwd } = context;
  const seen = await inspectFile(file, cwd);
  if (seen.error !== undefined) context.exit(6);
  if (flags.json === true) terminal.data(JSON.stringify(seen));
  else if (seen.error !== undefined) {
    terminal.data(`${seen.file}: ${seen.error.code}: ${seen.error.message}`);
  } else if (flags.html !== undefined) {
    await inspectPage(seen, cwd, flags.html);
    terminal.note(`${flags.html}: ${seen.sheets.length} sheets`);
  } else await showSheets(context, seen);
}

/** Rows of a sheet that a terminal shows. */
const MOST_ROWS = 120;

async function showSheets({ terminal, cwd }: Context, seen: FileView): Promise<void> {
  terminal.data(renderHeading(seen));
  const size = { columns: 40, rows: MOST_ROWS };
  for await (const grid of inspectSheets(seen, cwd, size)) {
    terminal.data(`\n${renderSheet(grid, terminal.colour ? painted : plain, terminal.width)}`);
  }
}
