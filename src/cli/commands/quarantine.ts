import { Command } from "commander";
import { listQuarantine, showQuarantined } from "../../inquiry/quarantine.ts";
import { type Retried, retryQuarantine } from "../../pipeline/review/retry.ts";
import type { World } from "../../pipeline/world.ts";
import { type Context, inWorld } from "../context.ts";
import { progressSink } from "../progress.ts";
import { renderBackfill } from "../render-backfill.ts";
import { renderQuarantine, renderQuarantined } from "../render-quarantine.ts";
import { type Selection, withPublications } from "./options.ts";

type Flags = Pick<Selection, "pub" | "period"> & {
  readonly all?: boolean;
  readonly json?: boolean;
};

export function quarantineCommand(context: Context): Command {
  return new Command("quarantine")
    .description("what was not loaded, and why: rows, tables, files, and sources that were refused")
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(retryCommand(context));
}

function listCommand(context: Context): Command {
  return withPublications(new Command("list"))
    .description("everything that is in quarantine")
    .option("--all", "what is resolved too")
    .option("--json", "print it as JSON")
    .action(async (flags: Flags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const { pub: publications = [], period: periods = [], all = false } = flags;
        const items = await listQuarantine(world.database, { publications, periods, all });
        if (flags.json === true) context.terminal.data(JSON.stringify(items, null, 2));
        else if (items.length === 0) context.terminal.note("Nothing is in quarantine.");
        else context.terminal.data(renderQuarantine(items));
      });
    });
}

function showCommand(context: Context): Command {
  return new Command("show")
    .description("one item: its file, sheet and cell, the row as published, and what to do")
    .argument("<id>", "as `canonry quarantine list` prints it")
    .option("--json", "print it as JSON")
    .action(async (id: string, flags: Flags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const item = await showQuarantined(world.database, id);
        const shown = flags.json === true ? JSON.stringify(item, null, 2) : renderQuarantined(item);
        context.terminal.data(shown);
      });
    });
}

function retryCommand(context: Context): Command {
  return withPublications(new Command("retry"))
    .description("look again at what is in quarantine, after a manifest or a rule was corrected")
    .argument("[id...]", "only the releases of these")
    .option("--json", "print what came of it as JSON")
    .action(async (ids: string[], flags: Flags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const { pub: publications = [], period: periods = [] } = flags;
        const { concurrency } = world.config.settings.run;
        const options = { concurrency, watch: progressSink(context.terminal) };
        const retried = await retryQuarantine(world, { publications, periods, ids }, options);
        context.terminal.progress("");
        if (flags.json === true) context.terminal.data(JSON.stringify(retried, null, 2));
        else print(context, world, retried);
        if (retried.backfill !== null) context.exit(retried.backfill.exit);
      });
    });
}

function print(context: Context, world: World, { items, backfill }: Retried): void {
  if (backfill === null) {
    context.terminal.note("Nothing is in quarantine.");
    return;
  }
  const resolved = items.filter((one) => !one.open).length;
  context.terminal.data(`${resolved} of ${items.length} are resolved.`);
  context.terminal.data(`\n${renderBackfill(backfill, world, context.cwd)}`);
}
