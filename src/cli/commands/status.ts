import { Command, InvalidArgumentError } from "commander";
import { lastProvenRestore, provenInWords } from "../../inquiry/backups.ts";
import { coverage, type PublicationCoverage } from "../../inquiry/coverage.ts";
import { type JobLine, schedule } from "../../inquiry/schedule.ts";
import { type StatusLine, status } from "../../inquiry/status.ts";
import { CALENDAR_STATUSES } from "../../model/period/calendar.ts";
import { type Context, inWorld } from "../context.ts";
import { complaint, renderCoverage, type Shown } from "../render-coverage.ts";
import { complaints } from "../render-schedule.ts";
import { count, renderTable } from "../table.ts";

interface StatusFlags {
  readonly pub?: string[];
  readonly list?: boolean;
  readonly json?: boolean;
  readonly failOn?: readonly Shown[];
}

export function statusCommand(context: Context): Command {
  return new Command("status")
    .description("the grid of publications and periods: what is loaded, late, held or to come")
    .option("-p, --pub <code...>", "only these publications")
    .option("--list", "each release with its status, rows, vintages and detail")
    .option(
      "--fail-on <statuses>",
      "exit 3 if a period is one of these: overdue,failed …",
      statuses,
    )
    .option("--json", "print grid and list as JSON")
    .addHelpText(
      "after",
      `
Statuses: ${[...CALENDAR_STATUSES, "early"].join(", ")}.
Examples:
  canonry status
  canonry status --fail-on overdue,failed   in a nightly job: a line for each, exit 3`,
    )
    .action(async (flags: StatusFlags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const today = world.now().toISOString().slice(0, 10);
        const chosen = flags.pub ?? [];
        const { publications } = world.config;
        const calendars = await coverage(world.database, publications, chosen, today);
        const releases = await status(world.database, chosen);
        const jobs = await schedule(world, await world.databaseNow());
        const proof = await lastProvenRestore(world);
        show(context, flags, { calendars, releases, jobs, last_proven_restore: proof.last });
        if (flags.json !== true) context.terminal.note(provenInWords(proof));
        failOn(context, flags.failOn ?? [], calendars);
      });
    });
}

interface Seen {
  readonly calendars: readonly PublicationCoverage[];
  readonly releases: readonly StatusLine[];
  readonly jobs: readonly JobLine[];
  readonly last_proven_restore: Awaited<ReturnType<typeof lastProvenRestore>>["last"];
}

function show({ terminal }: Context, flags: StatusFlags, seen: Seen): void {
  const { calendars, releases, jobs } = seen;
  if (flags.json === true) terminal.data(JSON.stringify(seen, null, 2));
  else if (flags.list === true && releases.length > 0) terminal.data(listOf(releases));
  else if (flags.list !== true && calendars.some((one) => one.cells.length > 0))
    terminal.data(renderCoverage(calendars, terminal));
  else terminal.note("Nothing is loaded yet: `canonry backfill`.");
  if (flags.json !== true) for (const line of complaints(jobs)) terminal.note(line);
}

function listOf(lines: readonly StatusLine[]): string {
  return renderTable(lines, [
    { title: "publication", value: (one) => one.publication },
    { title: "period", value: (one) => one.period },
    { title: "status", value: (one) => one.status.replace("_", " ") },
    { title: "sources", value: (one) => String(one.sources), align: "right" },
    { title: "rows", value: (one) => count(one.rows_data + one.rows_total), align: "right" },
    ...(lines.some((one) => one.rows_quarantined > 0)
      ? [
          {
            title: "set aside",
            value: (one: StatusLine) => count(one.rows_quarantined),
            align: "right" as const,
          },
        ]
      : []),
    { title: "vintages", value: (one) => String(one.vintages), align: "right" },
    { title: "detail", value: (one) => one.detail, shrinks: true },
  ]);
}

function failOn(
  context: Context,
  wanted: readonly Shown[],
  calendars: readonly PublicationCoverage[],
): void {
  for (const one of calendars) {
    for (const cell of one.cells) {
      if (!wanted.includes(cell.status) && !(cell.early && wanted.includes("early"))) continue;
      context.terminal.note(complaint(one, cell));
      context.exit(3);
    }
  }
}

function statuses(text: string): readonly Shown[] {
  const known: readonly Shown[] = [...CALENDAR_STATUSES, "early"];
  return text.split(",").map((word) => {
    const found = known.find((one) => one === word.trim());
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Statuses are ${known.join(", ")}.`);
  });
}
