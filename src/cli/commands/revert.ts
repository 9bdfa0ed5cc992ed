import { Command } from "commander";
import { type RevertReport, revert } from "../../pipeline/vintages/revert.ts";
import { type Context, inWorld } from "../context.ts";
import { progressSink } from "../progress.ts";
import { positiveInteger } from "./options.ts";
import { choiceOf, type VintageFlags, withVintage } from "./vintage-options.ts";

export function revertCommand(context: Context): Command {
  return withVintage(new Command("revert"))
    .description("make an earlier vintage current again; what is left stays out of later backfills")
    .option("--to <vintage>", "the vintage (default: the one before the current)", positiveInteger)
    .option("--json", "print what was done as JSON")
    .action(
      async (
        source: string | undefined,
        flags: VintageFlags & { readonly to?: number },
        command: Command,
      ) => {
        const choice = choiceOf(source, flags);
        await inWorld(context, command, async (world) => {
          const { reason, by = null, to = null } = flags;
          const watch = progressSink(context.terminal);
          const report = await revert(world, { choice, to, by, reason, watch });
          context.terminal.progress("");
          context.terminal.data(
            flags.json === true ? JSON.stringify(report, null, 2) : rendered(report),
          );
          if (report.exports.some((one) => one.status === "failed")) context.exit(7);
        });
      },
    );
}

function rendered({ sources, period, exports, by }: RevertReport): string {
  if (sources.length === 0) return "Nothing to do: no source has another vintage.";
  const lines = sources.map(({ source, from, to, nothing }) => {
    if (nothing !== "") return `${source} ${period}: nothing to do: ${nothing}`;
    const left = from === null ? "" : ` in place of vintage ${from}`;
    return `${source} ${period}: vintage ${to} is current again${left}, by ${by}`;
  });
  const written = exports.filter((one) => one.status === "written").length;
  return [...lines, `Exports: ${written} written`].join("\n");
}
