import type { CanonicalManifest } from "../model/manifest.ts";
import { type MarkMeaning, markKind, meaningOfMark } from "../model/mark-meaning.ts";
import type { Executor } from "./database.ts";

/** Who counts before whom; what is only unknown counts for nothing. */
const rank = (said: string, meaning: string): string =>
  `case ${said} when 'person' then 3 when 'publisher' then 2 else case ${meaning} when 'unknown' then 0 else 1 end end`;

/**
 * Keeps what the marks of a load mean. Who counts more stays; of two that count alike the one of the later
 * period, and nothing is written where nothing changed.
 */
export async function keepMarks(
  executor: Executor,
  source: string,
  loadId: number,
  marks: readonly MarkMeaning[],
): Promise<void> {
  if (marks.length === 0) return;
  const list = (pick: (one: MarkMeaning) => string | null): (string | null)[] => marks.map(pick);
  await executor.rows(
    `insert into ops.marker as m (source, token, meaning, kind, said_by, said_in, load_id)
     select $1, t.*, $2 from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
            as t (token, meaning, kind, said_by, said_in)
     on conflict (source, token) do update
       set meaning = excluded.meaning, kind = excluded.kind, said_by = excluded.said_by,
           said_in = excluded.said_in, load_id = excluded.load_id, updated_at = now()
     where (m.meaning, m.kind, m.said_by) is distinct from (excluded.meaning, excluded.kind, excluded.said_by)
       and (${rank("excluded.said_by", "excluded.meaning")} > ${rank("m.said_by", "m.meaning")}
         or ${rank("excluded.said_by", "excluded.meaning")} = ${rank("m.said_by", "m.meaning")}
        and coalesce((select a.period_end <= b.period_end from ops.load x
                        join ops.period a on a.period = x.period,
                      ops.load y join ops.period b on b.period = y.period
                       where x.load_id = m.load_id and y.load_id = excluded.load_id), true))`,
    [
      source,
      loadId,
      list((one) => one.token),
      list((one) => one.meaning),
      list((one) => one.kind),
      list((one) => one.said_by),
      list((one) => one.said_in),
    ],
  );
}

/**
 * Brings what people say in a manifest into force at once. A meaning that a person took back is the
 * convention's again, until a load brings the publisher's.
 */
export async function adoptMeanings(
  executor: Executor,
  { code, marker_meanings: said = {} }: CanonicalManifest["sources"][number],
): Promise<void> {
  for (const [token, meaning] of Object.entries(said)) {
    await executor.rows(
      `insert into ops.marker as m (source, token, meaning, kind, said_by) values ($1, $2, $3, $4, 'person')
       on conflict (source, token) do update
         set meaning = excluded.meaning, kind = excluded.kind, said_by = 'person', said_in = null,
             load_id = null, updated_at = now()
       where (m.meaning, m.said_by) is distinct from (excluded.meaning, 'person')`,
      [code, token, meaning, markKind(meaning)],
    );
  }
  const withdrawn = await executor.rows<{ token: string }>(
    "select token from ops.marker where source = $1 and said_by = 'person' and token <> all($2)",
    [code, Object.keys(said)],
  );
  for (const { token } of withdrawn) {
    const { meaning, kind } = meaningOfMark(token, { person: {}, publisher: {}, place: {} });
    await executor.rows(
      `update ops.marker set meaning = $3, kind = $4, said_by = 'rule', said_in = null, load_id = null,
              updated_at = now() where source = $1 and token = $2`,
      [code, token, meaning, kind],
    );
  }
}
