import pg from "pg";
import { localServerFiles } from "../../src/data-layer/home/server-files.ts";
import { type EmbeddedServer, ensureServer } from "../../src/database/server/embedded-server.ts";
import type { Home } from "../support/home.ts";

const CLOCK = `
  create schema simulated;
  create table simulated.clock (shift interval not null);
  insert into simulated.clock values ('0');
  create function simulated.now() returns timestamptz language sql stable
    as 'select pg_catalog.now() + shift from simulated.clock';
  create function simulated.transaction_timestamp() returns timestamptz language sql stable
    as 'select simulated.now()';
  create function simulated.clock_timestamp() returns timestamptz language sql volatile
    as 'select pg_catalog.clock_timestamp() + shift from simulated.clock'`;

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/**
 * A clock that is set from outside and goes on from there, for the program and for its database alike: functions
 * of the schema `simulated` stand before those of Postgres on the search path, so that what the migrations and
 * statements call `now()` is this clock, columns' defaults included.
 */
export class SimulatedClock {
  private shiftMs = 0;
  private readonly client: pg.Client;
  private readonly server: EmbeddedServer;

  private constructor(client: pg.Client, server: EmbeddedServer) {
    this.client = client;
    this.server = server;
  }

  /** Makes the home's database before the program does, and holds its server. */
  static async over(home: Home): Promise<SimulatedClock> {
    const server = await ensureServer({
      folder: `${home.path}/data/database`,
      files: localServerFiles,
      newSecret: () => "simulated",
      port: null,
      durable: false,
    });
    const client = await connected(server.url);
    await client.query(CLOCK);
    // The template too, which nobody may connect to: a backup is proven in a database that is made from it.
    await client.query("alter database template0 allow_connections true");
    const template = await connected(server.url.replace(/\/[^/]+$/, "/template0"));
    await template.query(CLOCK);
    await template.end();
    await client.query("alter database template0 allow_connections false");
    await client.query("alter role canonry set search_path = simulated, pg_catalog, public");
    return new SimulatedClock(client, server);
  }

  readonly now = (): Date => new Date(Date.now() + this.shiftMs);

  async set(instant: Date): Promise<void> {
    this.shiftMs = instant.getTime() - Date.now();
    const shift = `${this.shiftMs} milliseconds`;
    await this.client.query("update simulated.clock set shift = $1::interval", [shift]);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.server.release();
  }
}
