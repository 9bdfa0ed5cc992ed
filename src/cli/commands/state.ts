import { Command } from "commander";
import { readState, rebuildState, verifyState } from "../../pipeline/projections/state.ts";
import { type Context, inWorld } from "../context.ts";

export function stateCommand(context: Context): Command {
  const state = new Command("state").description("the projection data/state/state.json");
  state
    .command("show")
    .description("print the state as the database has it")
    .action(async (_flags: object, command: Command) => {
      await inWorld(context, command, async (world) => {
        context.terminal.data(JSON.stringify(await readState(world), null, 2));
      });
    });
  state
    .command("rebuild")
    .description("write it again from the database")
    .action(async (_flags: object, command: Command) => {
      await inWorld(context, command, async (world) => {
        const repaired = await rebuildState(world);
        context.terminal.note(
          repaired === null ? "state.json was right" : `state.json: ${repaired}`,
        );
      });
    });
  state
    .command("verify")
    .description("compare it with the database; exits 7 if they differ")
    .action(async (_flags: object, command: Command) => {
      await inWorld(context, command, async (world) => {
        const difference = await verifyState(world);
        context.terminal.note(difference ?? "state.json agrees with the database");
        if (difference !== null) context.exit(7);
      });
    });
  return state;
}
