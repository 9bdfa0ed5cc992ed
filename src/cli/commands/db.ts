import { Command } from "commander";
import { databaseUrl, startDatabase, stopDatabase } from "../../pipeline/home/server.ts";
import type { Context, GlobalOptions } from "../context.ts";

export function databaseCommand(context: Context): Command {
  const db = new Command("db").description("the embedded Postgres of this home");
  const add = (
    name: string,
    description: string,
    run: (options: GlobalOptions) => Promise<void>,
  ): void => {
    db.command(name)
      .description(description)
      .action((_flags: object, command: Command) => run(command.optsWithGlobals<GlobalOptions>()));
  };
  const outside = (flags: GlobalOptions) => ({ ...context, flags: { ...flags } });
  add("start", "start it and keep it running; prints its URL", async (flags) => {
    context.terminal.data(await startDatabase(outside(flags)));
  });
  add("stop", "stop it", async (flags) => {
    const stopped = await stopDatabase(outside(flags));
    context.terminal.note(stopped ? "stopped" : "it was not running");
  });
  add("url", "print its URL, for psql or any client", async (flags) => {
    context.terminal.data(await databaseUrl(outside(flags)));
  });
  return db;
}
