import { Command } from "commander";
import { type Verification, verify } from "../../inquiry/verify/index.ts";
import { rereadLoad } from "../../pipeline/vintages/reread.ts";
import { type Context, inWorld } from "../context.ts";
import { count } from "../table.ts";
import { withPublications } from "./options.ts";

interface VerifyFlags {
  readonly pub?: string[];
  readonly period?: string[];
  readonly deep?: boolean;
  readonly json?: boolean;
}

export function verifyCommand(context: Context): Command {
  return withPublications(new Command("verify"))
    .description(
      "compare the ledger with the tables, the files and the exports; exits 6 if they differ",
    )
    .option(
      "--deep",
      "hash every row, artifact and export again, and read each load again from its files",
    )
    .option("--json", "print it as JSON")
    .action(async (flags: VerifyFlags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const found = await verify(world, {
          publications: flags.pub ?? [],
          periods: flags.period ?? [],
          deep: flags.deep === true,
          reread: (loadId) => rereadLoad(world, loadId),
        });
        context.terminal.data(flags.json === true ? JSON.stringify(found, null, 2) : render(found));
        if (found.differences.length > 0) context.exit(6);
      });
    });
}

function render({ deep, checked, differences, notes }: Verification): string {
  const seen = [
    `${count(checked.loads)} loads of ${count(checked.sources)} sources`,
    `${count(checked.rows)} rows`,
    `${count(checked.artifacts)} artifacts`,
    `${count(checked.exports)} exports`,
    ...(deep ? [`${count(checked.reread)} loads read again from their files`] : []),
  ].join(", ");
  const how = deep ? "Counted and hashed" : "Counted";
  const lines = [...differences, ...notes].map(({ kind, source, period, load_id, detail }) => {
    const place = [source, period, load_id === null ? null : `load ${load_id}`];
    return `${kind}: ${[place.filter((one) => one !== null).join(" "), detail].filter((one) => one !== "").join(": ")}`;
  });
  const end =
    differences.length === 0
      ? "they agree."
      : `${count(differences.length)} ${differences.length === 1 ? "difference" : "differences"}.`;
  return [...lines, `${how} ${seen}: ${end}`].join("\n");
}
