import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { CanonryError } from "../model/errors.ts";
import { databaseFailure, translated } from "./failure.ts";
import { migrate } from "./migrate.ts";

/** Anything that runs statements: the pool, or the one client of a transaction. */
export interface Executor {
  /** Rows of a statement. bigint comes as a number (our counts stay below 2^53), numeric as text. */
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** One client inside `begin … commit`. */
export interface Transaction extends Executor {
  /**
   * COPY … FROM STDIN in text format, with back-pressure. Gives the rows that the server counted.
   * A rejected row ends it promptly with VALUE_INVALID, a cut connection with DATABASE_LOST.
   */
  copyIn(
    table: string,
    columns: readonly string[],
    lines: AsyncIterable<string | Uint8Array>,
  ): Promise<number>;
}

/** One connection outside a transaction. */
export interface Session extends Transaction {
  /** As that of the database, within the transaction of the session; `counted` is told the rows at the end. */
  copyOut(sql: string, counted: (rows: number) => void): AsyncIterable<Buffer>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Folder of the generated migrations. */
  readonly migrations: string;
  readonly poolSize?: number;
  /** Called when the database is closed, after the last connection ended. */
  readonly onClose?: () => Promise<void>;
}

pg.types.setTypeParser(20, Number);

/** Seconds after which the server gives up a runner whose machine is gone, and with it the runner's locks. */
const KEEPALIVE =
  "set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3";

/** A connection with the number of its process on the server; its declared type lacks that. */
type Backend = pg.PoolClient & { readonly processID: number };

/** A pool on one Postgres. Nothing is connected before the first statement. */
export class Database implements Executor {
  readonly url: string;
  private readonly pool: pg.Pool;
  private readonly options: DatabaseOptions;
  private readonly holders = new Map<string, number>();
  /** Connections that are lent out. */
  private readonly busy = new Set<Backend>();
  private migrated: Promise<boolean> | null = null;

  constructor(options: DatabaseOptions) {
    this.options = options;
    this.url = options.url;
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize ?? 8,
      application_name: "canonry",
      connectionTimeoutMillis: 10_000,
      // A promise that the pool waits for; its declared type says nothing of it.
      onConnect: (client) => client.query(KEEPALIVE) as unknown as undefined,
    });
    // An idle client whose server went away reports it here; the next statement meets it again.
    this.pool.on("error", () => undefined);
    this.pool.on("acquire", (client) => this.busy.add(client as Backend));
    this.pool.on("release", (_error, client) => this.busy.delete(client as Backend));
  }

  /**
   * The ledger exists in its newest shape; true if this brought an older one to it. Two that migrate at once: the
   * second waits. `again`: something else stands there now.
   */
  ready(again = false): Promise<boolean> {
    if (again) this.migrated = null;
    this.migrated ??= translated(() =>
      this.withClient((client) => migrate(client, this.options.migrations)),
    );
    return this.migrated;
  }

  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return translated(async () => (await this.pool.query<Row>(sql, [...values])).rows);
  }

  /** Commits what `work` did, or nothing of it. */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.withClient(async (client) => {
      await client.query("begin");
      try {
        const result = await work(transactionOn(client));
        await client.query("commit");
        return result;
      } catch (error) {
        await client.query("rollback").catch(() => undefined);
        throw error;
      }
    });
  }

  /** Runs `work` on one connection, outside a transaction; its temporary tables are gone at the end. */
  session<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.withClient(async (client, spoil) => {
      const open = transactionOn(client);
      try {
        return await work({
          rows: <Row extends object>(sql: string, values?: readonly unknown[]) =>
            translated(() => open.rows<Row>(sql, values)),
          copyIn: (...copy) => translated(() => open.copyIn(...copy)),
          copyOut: (sql, counted) => copied(client, sql, spoil, counted),
        });
      } finally {
        await client.query("discard temporary").catch(() => undefined);
      }
    });
  }

  /**
   * Runs `work` while the session lock `name` is held; `held` gives what to do if another has it. The
   * lock is the connection's: a crash frees it.
   */
  async withLock<Result>(
    name: string,
    work: () => Promise<Result>,
    held: () => Result,
  ): Promise<Result> {
    return this.withClient(async (client) => {
      const { rows } = await client.query<{ got: boolean; pid: number }>(
        "select pg_try_advisory_lock(hashtextextended($1, 0)) as got, pg_backend_pid() as pid",
        [name],
      );
      const [lock] = rows;
      if (lock?.got !== true) return held();
      this.holders.set(name, lock.pid);
      try {
        return await work();
      } finally {
        this.holders.delete(name);
        await client
          .query("select pg_advisory_unlock(hashtextextended($1, 0))", [name])
          .catch(() => undefined);
      }
    });
  }

  /** The server's process that holds our lock `name`, as far as we know: its connection may have died since. */
  holderOf(name: string): number | null {
    return this.holders.get(name) ?? null;
  }

  /**
   * Runs `work` while the session lock `name` is held; waits for whoever has it. `shared`: beside others that
   * share it.
   */
  async inTurn<Result>(name: string, work: () => Promise<Result>, shared = false): Promise<Result> {
    const suffix = shared ? "_shared" : "";
    return this.withClient(async (client) => {
      await client.query(`select pg_advisory_lock${suffix}(hashtextextended($1, 0))`, [name]);
      try {
        return await work();
      } finally {
        await client
          .query(`select pg_advisory_unlock${suffix}(hashtextextended($1, 0))`, [name])
          .catch(() => undefined);
      }
    });
  }

  /** The bytes of `COPY (sql) TO STDOUT` in text format, under settings of its own. */
  async *copyOut(sql: string, settings: readonly string[]): AsyncIterable<Buffer> {
    const client = await translated(() => this.pool.connect());
    let broken: Error | undefined = new Error("the copy was not read to its end");
    // A server that is killed tells the client too, beside its statement: unheard, that would end the process.
    const onError = (): void => undefined;
    client.on("error", onError);
    try {
      await client.query("begin read only");
      for (const setting of settings) await client.query(`set local ${setting}`);
      const ignore = (): void => undefined;
      yield* copied(client, sql, ignore, ignore);
      await client.query("commit");
      broken = undefined;
    } catch (error) {
      throw databaseFailure(error);
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  }

  /**
   * Ends what our connections are at: their transactions are rolled back and their locks free at once, and
   * whoever waits for them meets DATABASE_LOST. What is asked afterwards is answered as ever.
   */
  async cutShort(): Promise<void> {
    const pids = [...this.busy].map((client) => client.processID);
    await this.rows("select pg_terminate_backend(pid, 5000) from unnest($1::int[]) pid", [pids]);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.options.onClose?.();
  }

  /** `spoil` says that the connection cannot be used again. */
  private async withClient<Result>(
    work: (client: pg.PoolClient, spoil: (why: Error | undefined) => void) => Promise<Result>,
  ): Promise<Result> {
    const client = await translated(() => this.pool.connect());
    let lost: Error | undefined;
    const onError = (error: Error): void => {
      lost = error;
    };
    let spoilt: Error | undefined;
    client.on("error", onError);
    try {
      return await work(client, (why) => {
        spoilt = why;
      });
    } catch (error) {
      throw databaseFailure(error instanceof CanonryError ? error : (lost ?? error));
    } finally {
      client.off("error", onError);
      client.release(lost ?? spoilt);
    }
  }
}

/** A reader that leaves early leaves the connection in the middle of COPY: it cannot be used again. */
async function* copied(
  client: pg.PoolClient,
  sql: string,
  spoil: (why: Error | undefined) => void,
  counted: (rows: number) => void,
): AsyncGenerator<Buffer> {
  spoil(new Error("the copy was not read to its end"));
  try {
    const stream = client.query(copyTo(`copy (${sql}) to stdout`));
    for await (const chunk of stream) yield chunk as Buffer;
    spoil(undefined);
    counted(stream.rowCount);
  } catch (error) {
    throw databaseFailure(error);
  }
}

function transactionOn(client: pg.PoolClient): Transaction {
  return {
    async rows<Row extends object>(sql: string, values: readonly unknown[] = []) {
      return (await client.query<Row>(sql, [...values])).rows;
    },
    async copyIn(table, columns, lines) {
      const stream = client.query(copyFrom(`copy ${table} (${columns.join(", ")}) from stdin`));
      await pour(lines, stream);
      return stream.rowCount;
    },
  };
}

/** Writes every line and waits for the server's word. An error of either side ends both. */
async function pour(
  lines: AsyncIterable<string | Uint8Array>,
  stream: NodeJS.WritableStream & { destroy(error?: Error): unknown },
): Promise<void> {
  const state: { failure: Error | null } = { failure: null };
  const finished = new Promise<void>((resolve, reject) => {
    stream.once("finish", resolve);
    stream.once("error", (error: Error) => {
      state.failure = error;
      reject(error);
    });
  });
  finished.catch(() => undefined);
  const drained = (): Promise<void> => new Promise((resolve) => stream.once("drain", resolve));
  try {
    for await (const piece of lines) {
      if (state.failure !== null) break;
      if (!stream.write(piece)) await Promise.race([drained(), finished]);
    }
  } catch (error) {
    // After a word of the server, or none because it is gone, there is nobody to be told.
    if (state.failure === null) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
      await finished.catch(() => undefined);
    }
    throw error;
  }
  if (state.failure === null) stream.end();
  await finished;
}
