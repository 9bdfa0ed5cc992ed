import { Command } from "commander";
import { diffVersions } from "../../inquiry/versions.ts";
import { diffVintages } from "../../inquiry/vintage-diff.ts";
import { CanonryError } from "../../model/errors.ts";
import { type Context, inWorld } from "../context.ts";
import { renderDiff } from "../render-versions.ts";
import { printDiff, writeDiff } from "../render-vintage-diff.ts";
import { period, positiveInteger } from "./options.ts";

interface DiffFlags {
  readonly pub: string;
  readonly period?: string;
  readonly source?: string;
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

const FORMS = `
Without --period two versions of the manifest are compared: sources, columns, fields.
With --period two vintages of a release are: rows that came or went, and each cell that changed, by how much.`;

export function diffCommand(context: Context): Command {
  return new Command("diff")
    .description("what differs between two versions of a manifest, or two vintages of a release")
    .requiredOption("-p, --pub <code>", "the publication")
    .option("--period <period>", "the release: compare its vintages", period)
    .option("--source <source>", "with --period: only this source")
    .option(
      "--from <number>",
      "the earlier version (default: the one before) or vintage (default: the last superseded)",
      positiveInteger,
    )
    .option(
      "--to <number>",
      "the later version (default: the last) or vintage (default: the current)",
      positiveInteger,
    )
    .option("--json", "print it as JSON; of vintages every row")
    .addHelpText("after", FORMS)
    .action(async (flags: DiffFlags, command: Command) => {
      if (flags.period === undefined) await ofManifest(context, flags, command);
      else await ofRelease(context, { ...flags, period: flags.period }, command);
    });
}

async function ofManifest(context: Context, flags: DiffFlags, command: Command): Promise<void> {
  if (flags.source !== undefined)
    throw new CanonryError("USAGE", "--source goes with --period: versions are of a publication");
  await inWorld(context, command, async ({ database }) => {
    const diff = await diffVersions(database, flags.pub, flags);
    context.terminal.data(flags.json === true ? JSON.stringify(diff, null, 2) : renderDiff(diff));
  });
}

async function ofRelease(
  context: Context,
  flags: DiffFlags & { readonly period: string },
  command: Command,
): Promise<void> {
  const { terminal } = context;
  const { pub: publication, period: release, source = null, from = null, to = null } = flags;
  const request = { publication, period: release, source, from, to };
  await inWorld(context, command, async ({ database }) => {
    if (flags.json === true) {
      const visitor = writeDiff(terminal, request);
      await diffVintages(database, request, visitor);
      visitor.close();
    } else if (!(await diffVintages(database, request, printDiff(terminal)))) {
      terminal.data(
        `Nothing to compare: no source of ${publication} ${release} has both vintages.`,
      );
    }
  });
}
