import type { CanonicalManifest } from "../../model/manifest/manifest.ts";
import { type MarkMeaning, markKind, meaningOfMark } from "../../model/marks/mark-meaning.ts";
import type { Executor } from "../database.ts";

/** A meaning of `ops.marker` (m) is another than that of `b`. */
const OTHER = "(m.meaning, m.kind, m.said_by)";

/** Keeps what the notes of a load say of its marks, and what these mean in its source. */
export async function keepMarks(
  executor: Executor,
  source: string,
  loadId: number,
  {
    marks,
    noted,
  }: { readonly marks: readonly MarkMeaning[]; readonly noted: readonly MarkMeaning[] },
): Promise<void> {
  if (marks.length === 0) return;
  await executor.rows(
    `insert into ops.load_marker (load_id, token, meaning, kind, said_in)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[])`,
    [
      loadId,
      noted.map((one) => one.token),
      noted.map((one) => one.meaning),
      noted.map((one) => one.kind),
      noted.map((one) => one.said_in),
    ],
  );
  await executor.rows(
    `insert into ops.marker as m (source, token, meaning, kind, said_by, said_in, load_id)
     select $1, t.*, $2 from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
            as t (token, meaning, kind, said_by, said_in)
     on conflict (source, token) do update
       set meaning = excluded.meaning, kind = excluded.kind, said_by = excluded.said_by,
           said_in = excluded.said_in, load_id = excluded.load_id, updated_at = now()
     where ${OTHER} is distinct from (excluded.meaning, excluded.kind, excluded.said_by)
       and (excluded.said_by = 'person' or (excluded.said_by = 'rule' and m.said_by = 'rule'))`,
    [
      source,
      loadId,
      marks.map((one) => one.token),
      marks.map((one) => one.meaning),
      marks.map((one) => one.kind),
      marks.map((one) => one.said_by),
      marks.map((one) => one.said_in),
    ],
  );
  await settleMarks(executor, source);
}

/**
 * Gives the marks of a source that no person explains the meaning that the notes of its latest load have, a
 * current one first; where no notes have any, that of the convention. What means the same stays as it is.
 */
export async function settleMarks(executor: Executor, source: string): Promise<void> {
  await executor.rows(
    `update ops.marker m
        set meaning = b.meaning, kind = b.kind, said_by = 'publisher', said_in = b.said_in,
            load_id = b.load_id, updated_at = now()
       from (select distinct on (n.token) n.*
               from ops.load_marker n
               join ops.load l on l.load_id = n.load_id
               left join ops.period p on p.period = l.period
              where l.source = $1
              order by n.token, l.is_current desc, p.period_end desc nulls last, l.load_id desc) b
      where m.source = $1 and m.token = b.token and m.said_by <> 'person'
        and (${OTHER} is distinct from (b.meaning, b.kind, 'publisher')
          or not exists (select 1 from ops.load_marker n where n.load_id = m.load_id and n.token = m.token))`,
    [source],
  );
  const unsaid = await executor.rows<{ token: string }>(
    `select token from ops.marker m where source = $1 and said_by = 'publisher' and not exists (
       select 1 from ops.load_marker n join ops.load l on l.load_id = n.load_id
        where l.source = $1 and n.token = m.token)`,
    [source],
  );
  for (const { token } of unsaid) await conventional(executor, source, token);
}

async function conventional(executor: Executor, source: string, token: string): Promise<void> {
  const { meaning, kind } = meaningOfMark(token, { person: {}, publisher: {}, place: {} });
  await executor.rows(
    `update ops.marker set meaning = $3, kind = $4, said_by = 'rule', said_in = null, load_id = null,
            updated_at = now() where source = $1 and token = $2`,
    [source, token, meaning, kind],
  );
}

/**
 * Brings what people say in a manifest into force at once. A meaning that a person took back is the
 * publisher's again, or the convention's.
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
  for (const { token } of withdrawn) await conventional(executor, code, token);
  await settleMarks(executor, code);
}

/** What a mark means in a load. */
export interface MarkOfLoad extends MarkMeaning {
  readonly load_id: string;
}

/** What marks mean in loads of a source: as a person says, else their own notes, else as in the source. */
export function marksOfLoads(
  executor: Executor,
  source: string,
  loads: readonly string[],
): Promise<MarkOfLoad[]> {
  return executor.rows<MarkOfLoad>(
    `select l.load_id::text, m.token, coalesce(n.meaning, m.meaning) as meaning, coalesce(n.kind, m.kind) as kind,
            case when n.token is null then m.said_by else 'publisher' end as said_by,
            case when n.token is not null then n.said_in
                 when s.period is distinct from l.period then m.said_in || ', release ' || s.period
                 else m.said_in end as said_in
       from ops.load l
       join ops.marker m on m.source = l.source
       left join ops.load_marker n on n.load_id = l.load_id and n.token = m.token and m.said_by <> 'person'
       left join ops.load s on s.load_id = m.load_id
      where l.source = $1 and l.load_id = any($2::bigint[])
      order by l.load_id, m.token`,
    [source, loads],
  );
}
