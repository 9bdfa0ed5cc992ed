import { Command } from "commander";
import { initialiseHome } from "../../pipeline/home/initialise.ts";
import type { Context } from "../context.ts";

export function initCommand(context: Context): Command {
  return new Command("init")
    .description("write a commented config/publications.yaml and config/settings.yaml")
    .argument("[folder]", "the new home", ".")
    .action(async (folder: string) => {
      const written = await initialiseHome(folder, context.cwd);
      for (const path of written) context.terminal.note(`wrote ${path}`);
      context.terminal.note(
        "Next: name a publication in config/publications.yaml, then `canonry backfill`.",
      );
    });
}
