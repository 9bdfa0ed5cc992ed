import process from "node:process";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "../../src/database/database.ts";
import { MIGRATIONS } from "../../src/pipeline/world.ts";
import { type Home, makeHome } from "../support/home.ts";
import { SEED } from "../support/seed.ts";
import { randomOf } from "./points.ts";

const PLACES = Number(process.env["CANONRY_CUTS"] ?? 200);
const ROWS = 8_000;

describe(`the connection is cut at ${PLACES} places of a COPY (seed ${SEED})`, () => {
  let home: Home;
  let database: Database;
  let other: pg.Client;

  beforeAll(async () => {
    home = await makeHome("publications: {}\n");
    const url = await home.address();
    database = new Database({ url, migrations: MIGRATIONS });
    other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("create table public.rows (n bigint, text text)");
  });
  afterAll(async () => {
    await other.end();
    await database.close();
    await home.close();
  });

  const load = (cutAt: number | null): Promise<number> =>
    database.transaction(async (transaction) => {
      const [own] = await transaction.rows<{ pid: number }>("select pg_backend_pid() as pid");
      const lines = async function* (): AsyncGenerator<string> {
        for (let row = 0; row < ROWS; row++) {
          if (row === cutAt) await other.query("select pg_terminate_backend($1)", [own?.pid]);
          yield `${row}\tRow ${"x".repeat(row % 50)}\n`;
        }
        if (cutAt === ROWS) await other.query("select pg_terminate_backend($1)", [own?.pid]);
      };
      return transaction.copyIn("public.rows", ["n", "text"], lines());
    });

  test("each ends with DATABASE_LOST, leaves no row and no connection; the next COPY is whole", async () => {
    const random = randomOf(SEED);
    const places = [0, 1, ROWS - 1, ROWS];
    while (places.length < PLACES) places.push(Math.floor(random() * ROWS));
    for (const place of places) {
      await expect(load(place), `row ${place}`).rejects.toMatchObject({ code: "DATABASE_LOST" });
    }
    const left = await other.query(
      `select (select count(*)::int from public.rows) as rows,
              (select count(*)::int from pg_stat_activity
                where application_name = 'canonry' and state <> 'idle') as at_work`,
    );
    expect(left.rows).toEqual([{ rows: 0, at_work: 0 }]);
    expect(await load(null)).toBe(ROWS);
    expect((await other.query("select count(*)::int as n from public.rows")).rows).toEqual([
      { n: ROWS },
    ]);
  }, 300_000);
});
