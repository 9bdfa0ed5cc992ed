import pg from "pg";
import type { BackfillReport, SourceReport } from "../../src/model/report.ts";
import { type GridCell, gridXlsx } from "./grid.ts";
import { Home, makeHome, type Ran } from "./home.ts";

/** A table as a publisher keeps it: headers, and a row for each organisation. */
export interface SeriesTable {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly GridCell[])[];
}

export interface Question {
  readonly id: string;
  readonly source: string;
  readonly period: string;
  readonly waiting: readonly string[];
  readonly drift: {
    readonly kind: string;
    readonly column?: string;
    readonly before?: string;
    readonly after?: string;
    readonly evidence: string;
  };
}

/** Organisations with figures that grow a little from month to month, each measure of its own size. */
export function monthOf(month: number, organisations = 20): SeriesTable {
  const rows = Array.from({ length: organisations }, (_none, at): GridCell[] => [
    `R${String(at + 1).padStart(2, "0")}`,
    `Trust of ${"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at] ?? at}`,
    at % 3 === 0 ? "Acute" : at % 3 === 1 ? "Community" : "Mental health",
    1_000 + at * 37 + month * 3,
    200 + at * 11 + month,
    15 + ((at * 7) % 13) + month,
  ]);
  return {
    headers: ["Org code", "Org name", "Type", "Referrals", "First contacts", "Over 18 weeks"],
    rows,
  };
}

/** The table with one cell changed, by 0-based row and column. */
export function changed(
  table: SeriesTable,
  row: number,
  column: number,
  cell: GridCell,
): SeriesTable {
  const rows = table.rows.map((cells, at) =>
    at === row ? cells.map((one, index) => (index === column ? cell : one)) : cells,
  );
  return { ...table, rows };
}

/** Takes a table apart and puts it together again, column by column. */
export function columnsOf(
  table: SeriesTable,
  make: (
    columns: readonly { header: string; cells: readonly GridCell[] }[],
  ) => readonly { header: string; cells: readonly GridCell[] }[],
): SeriesTable {
  const columns = make(
    table.headers.map((header, at) => ({
      header,
      cells: table.rows.map((row) => row[at] ?? null),
    })),
  );
  return {
    headers: columns.map((one) => one.header),
    rows: table.rows.map((_row, at) => columns.map((one) => one.cells[at] ?? null)),
  };
}

export function sheetOf(name: string, table: SeriesTable) {
  return { name, rows: [[`${name}: activity by organisation`], [], table.headers, ...table.rows] };
}

/** One server for the tests of a file; each series gets a database of its own on it. */
export class SeriesServer {
  private readonly home: Home;
  private readonly address: string;
  private made = 0;
  /** A database with the tables of the ledger and nothing in them: to copy it costs less than to make them. */
  private empty: string | null = null;

  private constructor(home: Home, address: string) {
    this.home = home;
    this.address = address;
  }

  static async start(): Promise<SeriesServer> {
    const home = await makeHome("publications: {}\n");
    const server = new SeriesServer(home, await home.address());
    const empty = await server.database();
    const { code, stderr } = await new Home(home.path, empty).run("status");
    if (code !== 0) throw new Error(stderr);
    server.empty = empty;
    return server;
  }

  /** An empty one, or a copy of one that nobody is connected to. */
  async database(copyOf: string | null = this.empty): Promise<string> {
    const name = `series_${++this.made}`;
    const client = new pg.Client({ connectionString: this.address });
    await client.connect();
    const template = copyOf === null ? "" : `template ${new URL(copyOf).pathname.slice(1)}`;
    await client.query(`create database ${name} ${template}`);
    await client.end();
    const url = new URL(this.address);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** A home with a database of its own. */
  async makeHome(config: string): Promise<Home> {
    return makeHome(config, await this.database());
  }

  close(): Promise<void> {
    return this.home.close();
  }
}

/** The file of `Series.issue`. */
export const JANUARY = "inbox/trusts-2025-01.csv";

/** A home with one publication whose releases are workbooks in a folder. */
export class Series {
  readonly home: Home;
  private client: pg.Client | null = null;

  private constructor(home: Home) {
    this.home = home;
  }

  static async make(server: SeriesServer, more = ""): Promise<Series> {
    const config = `publications:\n  trusts:\n    name: Trusts\n    folder: inbox\n${more}`;
    return new Series(await server.makeHome(config));
  }

  /** One workbook, from the tables of its sheets by name. */
  publish(period: string, sheets: Readonly<Record<string, SeriesTable>>): Promise<void> {
    const grids = Object.entries(sheets).map(([name, table]) => sheetOf(name, table));
    return this.home.write(`inbox/trusts-${period}.xlsx`, gridXlsx(grids));
  }

  /** Publishes the tables of each period, by sheet, and loads all of it. */
  async publishAll(
    releases: Readonly<Record<string, Readonly<Record<string, SeriesTable>>>>,
  ): Promise<BackfillReport> {
    for (const [period, sheets] of Object.entries(releases)) await this.publish(period, sheets);
    return this.backfill();
  }

  /** Loads each content in turn as an issue of January. Throws unless each ends well. */
  async issue(...contents: readonly string[]): Promise<void> {
    for (const content of contents) {
      await this.home.write(JANUARY, content);
      const { exit, releases } = await this.backfill();
      if (exit !== 0) throw new Error(`exit ${exit}: ${JSON.stringify(releases)}`);
    }
  }

  backfill(...args: readonly string[]): Promise<BackfillReport> {
    return this.home.json<BackfillReport>("backfill", ...args);
  }

  /** Runs a backfill and gives the sources of one release. */
  async load(period: string): Promise<readonly SourceReport[]> {
    const report = await this.backfill("--period", period);
    return report.releases[0]?.sources ?? [];
  }

  questions(): Promise<readonly Question[]> {
    return this.home.json<readonly Question[]>("review");
  }

  answer(verdict: "approve" | "reject", ...ids: readonly string[]): Promise<Ran> {
    return this.home.run(verdict, ...ids, "--by", "Ada", "--json");
  }

  manifest(): Promise<string> {
    return this.home.read("manifests/canonical/trusts/trusts_canonical.yaml");
  }

  async rows<Row extends object>(sql: string): Promise<Row[]> {
    if (this.client === null) {
      this.client = new pg.Client({ connectionString: this.home.database ?? "" });
      await this.client.connect();
    }
    return (await this.client.query<Row>(sql)).rows;
  }

  /** Kinds of drift of a release, in the order in which they were found. */
  async drift(period: string): Promise<readonly string[]> {
    const rows = await this.rows<{ kind: string }>(
      `select kind from ops.drift where period = '${period}' order by drift_id`,
    );
    return rows.map((row) => row.kind);
  }

  async close(): Promise<void> {
    await this.client?.end();
    await this.home.close();
  }
}
