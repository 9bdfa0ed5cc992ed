import { Command, Option } from "commander";
import {
  type GenerationLine,
  generations,
  type ShownGeneration,
  showGeneration,
  textOf,
} from "../../inquiry/generations.ts";
import { GENERATION_STAGES, type Unplaced } from "../../model/manifest/generation.ts";
import { removeGeneration } from "../../pipeline/vintages/delete-generation.ts";
import { type Context, inWorld } from "../context.ts";
import { renderTable } from "../table.ts";
import { type Selection, withPublications } from "./options.ts";

export function generationsCommand(context: Context): Command {
  return new Command("generations")
    .description(
      "what each stage of a run was given and answered: drafts, enriched, canonical ones",
    )
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(deleteCommand(context));
}

type ListFlags = Pick<Selection, "pub" | "period"> & { stage?: string[]; json?: boolean };

function listCommand(context: Context): Command {
  return withPublications(new Command("list"))
    .description("every generation that the database keeps, oldest first")
    .addOption(
      new Option("--stage <stage...>", "only these stages").choices([...GENERATION_STAGES]),
    )
    .option("--json", "print it as JSON")
    .action(async (flags: ListFlags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const lines = await generations(world.database, {
          publications: flags.pub ?? [],
          periods: flags.period ?? [],
          stages: flags.stage ?? [],
        });
        if (flags.json === true) context.terminal.data(JSON.stringify(lines, null, 2));
        else if (lines.length === 0) context.terminal.note("There is none: `canonry backfill`.");
        else context.terminal.data(renderLines(lines));
      });
    });
}

function renderLines(lines: readonly GenerationLine[]): string {
  return renderTable(lines, [
    { title: "generation", value: (one) => one.id },
    { title: "stage", value: (one) => one.stage },
    { title: "mode", value: (one) => one.metadata.mode },
    { title: "publication", value: (one) => one.metadata.publication, shrinks: true },
    { title: "period", value: (one) => one.metadata.period },
    { title: "parent", value: (one) => one.metadata.parent_gen_id ?? "" },
  ]);
}

interface ShowFlags {
  readonly prompt?: boolean;
  readonly raw?: boolean;
  readonly parsed?: boolean;
  readonly metadata?: boolean;
  readonly json?: boolean;
}

function showCommand(context: Context): Command {
  const only = (name: string, what: string): Option =>
    new Option(`--${name}`, what).conflicts(
      ["prompt", "raw", "parsed", "metadata", "json"].filter((one) => one !== name),
    );
  return new Command("show")
    .description("one generation: its metadata, what it could not place, what was made of it")
    .argument("<id>", "24 hex digits, as `canonry generations list` prints them")
    .addOption(only("prompt", "print the text that it was given"))
    .addOption(only("raw", "print its answer as it came"))
    .addOption(only("parsed", "print what was parsed from the answer"))
    .addOption(only("metadata", "print its main metadata, as JSON"))
    .option("--json", "print all of it as JSON")
    .action(async (id: string, flags: ShowFlags, command: Command) => {
      await inWorld(context, command, async (world) => {
        context.terminal.data(shown(await showGeneration(world.database, world.data, id), flags));
      });
    });
}

function shown(generation: ShownGeneration, flags: ShowFlags): string {
  if (flags.json === true) return JSON.stringify(generation, null, 2);
  if (flags.metadata === true) return JSON.stringify(generation.metadata, null, 2);
  const name = (["prompt", "raw", "parsed"] as const).find((one) => flags[one] === true);
  return name === undefined ? summary(generation) : textOf(generation, name).trimEnd();
}

function summary(generation: ShownGeneration): string {
  const { id, stage, metadata, made } = generation;
  const { unplaced } = generation.parsed_metadata as { unplaced?: Unplaced };
  const lines = [
    `${stage} ${id}`,
    ...Object.entries(metadata)
      .filter(([, value]) => value !== null && value !== "")
      .map(([key, value]) => `  ${key}: ${value}`),
    ...(metadata.mode === "llm" && metadata.model === null ? ["  model: none"] : []),
    ...(["prompt", "raw", "parsed"] as const).map(
      (name) =>
        `  ${name}: ${generation[name] === null ? "not kept" : `${Buffer.byteLength(generation[name])} bytes`}`,
    ),
  ];
  const part = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [title, ...items.map((item) => `  ${item}`)];
  return [
    ...lines,
    ...part("Made of it:", made),
    ...part("Tables that its parent does not know:", unplaced?.regions ?? []),
    ...part("Columns that its parent does not know:", unplaced?.columns ?? []),
    ...part("Known to its parent, and not in the draft:", unplaced?.sources ?? []),
  ].join("\n");
}

function deleteCommand(context: Context): Command {
  return new Command("delete")
    .description("forget a generation of which nothing was made; a rerun makes it again")
    .argument("<id>", "24 hex digits")
    .option("-n, --dry-run", "say what would go, and delete nothing")
    .action(async (id: string, flags: { dryRun?: boolean }, command: Command) => {
      const dryRun = flags.dryRun === true;
      await inWorld(context, command, async (world) => {
        const { generation, files } = await removeGeneration(world, id, { dryRun });
        const { publication, period } = generation.metadata;
        const what = `${generation.stage} ${id} (${publication} ${period})`;
        context.terminal.data(
          [`${dryRun ? "would delete" : "deleted"} ${what}`, ...files].join("\n"),
        );
      });
    });
}
