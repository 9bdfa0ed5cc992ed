import type { LoadProfile } from "../../model/load-commit.ts";
import { ISSUES_TOLD, type SeriesIssue, UNEVEN_DAYS } from "../../model/period/series-lag.ts";
import type { Executor } from "../database.ts";
import { identifier } from "../identifier.ts";
import { bronzeTable } from "../tables/source-table.ts";

/** Fingerprints of the parts of the load `l`, ascending. */
const CONTENT =
  'array(select fingerprint from ops.part where load_id = l.load_id order by fingerprint collate "C")';

interface LastLoad {
  readonly load_id: string;
  readonly period: string;
  readonly profile: LoadProfile;
  readonly content: readonly string[];
}

/**
 * What of a publication is loaded: its releases, the periods of each source, of each source the nearest
 * load that ends before the period does, or else the nearest after it, and of each that repeats its history
 * the last issues that end before the period does.
 */
export async function seenOf(
  executor: Executor,
  publication: string,
  period: { readonly text: string; readonly end: string },
): Promise<{
  readonly releases: readonly string[];
  readonly periods: ReadonlyMap<string, readonly string[]>;
  readonly last: ReadonlyMap<string, LastLoad>;
  readonly issues: ReadonlyMap<string, readonly SeriesIssue[]>;
}> {
  const rows = await executor.rows<{ source: string; period: string }>(
    `select l.source, l.period from ops.load l join ops.period p on p.period = l.period
      where l.publication = $1 and l.is_current order by p.period_end, p.period_start, l.period`,
    [publication],
  );
  const periods = new Map<string, string[]>();
  for (const row of rows) periods.set(row.source, [...(periods.get(row.source) ?? []), row.period]);
  const last = await executor.rows<LastLoad & { source: string }>(
    `select distinct on (l.source) l.source, l.load_id::text, l.period, l.profile, ${CONTENT} as content
       from ops.load l join ops.period p on p.period = l.period
      where l.publication = $1 and l.is_current and l.period <> $2
      order by l.source, p.period_end >= $3::date, abs(p.period_end - $3::date), l.load_id desc`,
    [publication, period.text, period.end],
  );
  return {
    releases: [...new Set(rows.map((row) => row.period))],
    periods,
    last: new Map(last.map(({ source, ...load }) => [source, load])),
    issues: await issuesOf(executor, publication, period.end),
  };
}

/** Parts of a source by their fingerprints, ascending, in another period than one. */
export interface HeldContent {
  readonly source: string;
  readonly content: readonly string[];
  readonly but: string;
}

/** The periods whose current load of a source has exactly these parts, the newest first. */
export async function periodsHolding(
  executor: Executor,
  { source, content, but }: HeldContent,
): Promise<readonly string[]> {
  const rows = await executor.rows<{ period: string }>(
    `select l.period from ops.load l join ops.period p on p.period = l.period
      where l.source = $1 and l.is_current and l.period <> $2 and ${CONTENT} = $3::text[]
      order by p.period_end desc, p.period_start desc`,
    [source, but, content],
  );
  return rows.map((row) => row.period);
}

/** By source, nearest first; only loads that were read as a series, with their newest data period. */
async function issuesOf(
  executor: Executor,
  publication: string,
  end: string,
): Promise<ReadonlyMap<string, readonly SeriesIssue[]>> {
  const rows = await executor.rows<SeriesIssue & { source: string }>(
    `select l.source, l.period, n.period as newest,
            ${CONTENT} as content
       from (select l.*, p.period_start, p.period_end,
                    row_number() over (partition by l.source order by p.period_end desc, l.load_id desc) as nth
               from ops.load l
               join ops.period p on p.period = l.period
               join ops.contract c on c.source = l.source and c.version = l.contract_version
              where l.publication = $1 and l.is_current and p.period_end < $2::date
                and c.document->>'coverage' = 'cumulative') l
       cross join lateral (
         select h.period from ops.load_period h join ops.period q on q.period = h.period
          where h.load_id = l.load_id
            and q.period_end - q.period_start <= l.period_end - l.period_start + ${UNEVEN_DAYS}
          order by q.period_start desc, q.period_end limit 1) n
      where l.nth <= ${ISSUES_TOLD}
      order by l.source, l.nth`,
    [publication, end],
  );
  const found = new Map<string, SeriesIssue[]>();
  for (const { source, ...issue } of rows) found.set(source, [...(found.get(source) ?? []), issue]);
  return found;
}

/**
 * Rows of a load with the lowest md5 of their keys (values of the key columns, joined), one a key. `table`
 * is where they are, if not in the source's own.
 */
export async function sampleOf(
  executor: Executor,
  request: {
    readonly source: string;
    readonly load_id: string;
    readonly columns: readonly string[];
    readonly keys: readonly string[];
    readonly separator: string;
    readonly rows: number;
  },
  table = bronzeTable(request.source),
): Promise<(readonly [hash: string, values: readonly (string | null)[]])[]> {
  const text = (name: string): string => `btrim(${identifier(name)}::text)`;
  const used = request.keys.length > 0 ? request.keys : request.columns;
  const key = used.map((name) => `coalesce(${text(name)}, '')`).join(", ");
  const rows = await executor.rows<{ hash: string; values: (string | null)[] }>(
    `select distinct on (hash) hash, values from (
       select md5(concat_ws($2::text, ${key})) as hash, array[${request.columns.map(text).join(", ")}] as values, _row
         from ${table} where _load_id = $1 and _kind = 'data') rows
      order by hash, _row limit ${request.rows}`,
    [request.load_id, request.separator],
  );
  return rows.map((row) => [row.hash, row.values] as const);
}
