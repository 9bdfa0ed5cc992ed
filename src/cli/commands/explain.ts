import { Command } from "commander";
import { type Cited, type CiteOptions, cite } from "../../inquiry/cite/index.ts";
import { explain } from "../../inquiry/explain.ts";
import { CanonryError } from "../../model/errors.ts";
import { type Context, inWorld } from "../context.ts";
import { renderCitations, renderShort } from "../render-citation.ts";
import { renderExplanation } from "../render-explanation.ts";
import { positiveInteger, type Selection, withPeriods } from "./options.ts";

interface ExplainFlags extends Pick<Selection, "period"> {
  readonly where?: string;
  readonly load?: number;
  readonly row?: number;
  readonly column?: string[];
  readonly short?: boolean;
  readonly json?: boolean;
}

export function explainCommand(context: Context): Command {
  return withPeriods(new Command("explain"))
    .description(
      "where the rows of a source came from: every load, or single values with their cells",
    )
    .argument("<source>", "a source, as `canonry catalog` lists them")
    .option("--where <filter>", "cite the values of current rows: column=value, joined by `and`")
    .option("--load <id>", "cite a row of this load", positiveInteger)
    .option("--row <n>", "its row of the sheet, or record of the CSV", positiveInteger)
    .option(
      "--column <name...>",
      "only these columns (default: all measures, or all columns where there are none)",
    )
    .option("--short", "a line a value")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `
Each cited cell is read again from the stored file; exit 6 if it holds something else.
Examples:
  canonry explain beds --period 2025-04 --where "org_code=RX1"
  canonry explain beds --where "region=London and admissions=*" --column admissions --short
  canonry explain beds --load 12 --row 47`,
    )
    .action(async (source: string, flags: ExplainFlags, command: Command) => {
      const asked = askedOf(flags);
      await inWorld(context, command, async (world) => {
        const print = (value: object, render: () => string): void =>
          context.terminal.data(flags.json === true ? JSON.stringify(value, null, 2) : render());
        if (asked === null) {
          const trail = await explain(world.database, source, flags.period ?? []);
          print(trail, () => renderExplanation(trail));
          return;
        }
        const needs = { ...world, limits: world.config.settings.limits };
        const cited = await cite(needs, { source, ...asked });
        print(cited, () => (flags.short === true ? renderShort(cited) : renderCitations(cited)));
        complain(cited);
      });
    });
}

/** The rows that are to be cited; null for the trail of all loads. */
function askedOf(flags: ExplainFlags): Omit<CiteOptions, "source"> | null {
  const { load, row, where, short, period: periods = [], column: columns = [] } = flags;
  if (load === undefined && row === undefined) {
    if (where !== undefined) return { periods, columns, where };
    if (columns.length === 0 && short !== true) return null;
    const given = short === true ? "--short" : "--column";
    throw new CanonryError(
      "USAGE",
      `${given} is about cited rows: give --where, or --load and --row`,
    );
  }
  if (load === undefined || row === undefined || where !== undefined)
    throw new CanonryError("USAGE", "give --where, or --load together with --row");
  return { periods, columns, load: { id: String(load), row } };
}

/** What the table holds is not what was published: after it was shown, that is an error. */
function complain({ citations, source }: Cited): void {
  const wrong = citations.find((one) => one.check.status === "differs");
  if (wrong === undefined) return;
  const what = `${source}.${wrong.column}: ${wrong.cell ?? ""}: ${wrong.check.says}`;
  throw new CanonryError("CITATION_BROKEN", what, { file: wrong.file_name });
}
