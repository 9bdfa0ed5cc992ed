import type { Transaction } from "../../src/database/database.ts";
import {
  type BackfillOptions,
  EVERYTHING as WHOLE,
} from "../../src/pipeline/release/backfill-options.ts";
import { openWorld, type World } from "../../src/pipeline/world.ts";
import type { Home } from "./home.ts";

/** A backfill of everything, that nobody watches. */
export const EVERYTHING: BackfillOptions = {
  ...WHOLE,
  concurrency: 2,
  watch: { emit: () => undefined, flush: () => Promise.resolve() },
};

/** The world of a home, in this process. Close it, whatever happens. */
export function worldOf({ path, database }: Home): Promise<World> {
  const { signal } = new AbortController();
  const env = database === null ? {} : { DATABASE_URL: database };
  return openWorld({ env, cwd: path, signal, flags: { home: path } });
}

/** What goes wrong between the loader and the check before the commit. */
export interface Fault {
  /** A line of COPY, without its end, as it arrives; null: it does not. */
  readonly line?: (line: string) => string | null;
  /** What happens to the table behind the COPY, in the same transaction. */
  readonly sql?: (table: string) => string;
}

/** Plants a fault into every load of a world. */
export function plant(world: World, fault: Fault): void {
  const { database } = world;
  const transaction = database.transaction.bind(database);
  database.transaction = (work) => transaction((real) => work(faulty(real, fault)));
}

function faulty(real: Transaction, { line, sql }: Fault): Transaction {
  return {
    rows: (...statement) => real.rows(...statement),
    async copyIn(table, columns, lines) {
      const copied = await real.copyIn(
        table,
        columns,
        line === undefined ? lines : bent(lines, line),
      );
      if (sql !== undefined) await real.rows(sql(table));
      return copied;
    },
  };
}

async function* bent(
  pieces: AsyncIterable<string | Uint8Array>,
  bend: (line: string) => string | null,
): AsyncGenerator<string> {
  let text = "";
  for await (const piece of pieces) text += Buffer.from(piece).toString();
  for (const line of text.split("\n").slice(0, -1)) {
    const arrived = bend(line);
    if (arrived !== null) yield `${arrived}\n`;
  }
}
