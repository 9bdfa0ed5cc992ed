import { Command } from "commander";
import { checkStorage, showStorage } from "../../pipeline/upkeep/storage.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { type Column, renderTable } from "../table.ts";

export function storageCommand(context: Context): Command {
  const storage = new Command("storage").description("where artifacts, exports and logs are kept");
  const outside = (command: Command) => ({
    ...context,
    flags: { ...command.optsWithGlobals<GlobalOptions>() },
  });
  const print = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], json = false): void =>
    context.terminal.data(json ? JSON.stringify(rows, null, 2) : renderTable(rows, columns));
  storage
    .command("show")
    .description("print where each role is kept, and which line of the configuration says so")
    .option("--json", "print it as JSON")
    .action(async (flags: { json?: boolean }, command: Command) => {
      const columns = [
        { title: "role", value: (one: { role: string }) => one.role },
        { title: "kept", value: (one: { backend: string }) => one.backend },
        { title: "place", value: (one: { place: string }) => one.place },
        { title: "from", value: (one: { from: string }) => one.from, shrinks: true },
      ];
      print(await showStorage(outside(command)), columns, flags.json);
    });
  storage
    .command("check")
    .description("write, read, list, move and remove an object in each role; exits 7 if one fails")
    .option("--json", "print it as JSON")
    .action(async (flags: { json?: boolean }, command: Command) => {
      const checked = await checkStorage(outside(command));
      const columns = [
        { title: "role", value: (one: { role: string }) => one.role },
        { title: "place", value: (one: { place: string }) => one.place },
        { title: "result", value: (one: { result: string }) => one.result },
        { title: "what was found", value: (one: { detail: string }) => one.detail, shrinks: true },
      ];
      print(checked, columns, flags.json);
      const wrong = checked.filter((one) => one.result === "wrong");
      for (const { role, detail } of wrong) context.terminal.note(`${role}: ${detail}`);
      if (wrong.length > 0) context.exit(7);
    });
  return storage;
}
