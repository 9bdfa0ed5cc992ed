import { Command } from "commander";
import { explain } from "../../inquiry/explain.ts";
import { type Context, inWorld } from "../context.ts";
import { renderExplanation } from "../render-explanation.ts";
import { type Selection, withSelection } from "./options.ts";

export function explainCommand(context: Context): Command {
  return withSelection(new Command("explain"))
    .description("where the rows of a source came from: every load, its files, ranges and reasons")
    .argument("<source>", "a source, as `canonry catalog` lists them")
    .option("--json", "print it as JSON")
    .action(async (source: string, flags: Selection & { json?: boolean }, command: Command) => {
      await inWorld(context, command, async (world) => {
        const trail = await explain(world.database, source, flags.period ?? []);
        context.terminal.data(
          flags.json === true ? JSON.stringify(trail, null, 2) : renderExplanation(trail),
        );
      });
    });
}
