import type { PurgedArtifact, PurgedLoad, PurgeScope, Tombstone } from "../../model/purge.ts";
import type { VintageChoice } from "../../model/vintage.ts";
import type { Executor } from "../database.ts";

/** The tombstones of one vintage of a source, or of all sources of a publication. */
export function tombstonesOf(
  executor: Executor,
  choice: VintageChoice,
  vintage: number,
): Promise<Tombstone[]> {
  const [column, value] =
    "source" in choice ? ["source", choice.source] : ["publication", choice.publication];
  return executor.rows<Tombstone>(
    `select load_id::text, publication, source, period, vintage, rows, reason, by, purged_at::date::text as on
       from ops.tombstone where ${column} = $1 and period = $2 and vintage = $3 order by source`,
    [value, choice.period, vintage],
  );
}

/** What stands and falls with these loads. Reads only. */
export async function purgeScope(
  executor: Executor,
  loads: readonly { readonly load_id: string }[],
): Promise<PurgeScope> {
  const ids = loads.map((one) => one.load_id);
  const artifacts = await artifactsOf(executor, ids);
  const all = artifacts.map((one) => one.sha256);
  const gone = artifacts.filter((one) => one.used_by.length === 0).map((one) => one.sha256);
  const [counted] = await executor.rows<{ rows: number }>(
    `select count(*) as rows from ops.quarantine q where ${QUARANTINED_WITH}`,
    [ids, gone, all],
  );
  return {
    loads: await executor.rows<PurgedLoad>(
      `select load_id::text, publication, source, period, vintage, rows_data + rows_total as rows
         from ops.load where load_id = any($1::bigint[]) order by source`,
      [ids],
    ),
    artifacts,
    generations: await generationsOf(executor, ids, all, gone),
    quarantined: counted?.rows ?? 0,
    links: (
      await executor.rows<{ url: string }>(
        "select distinct url from ops.link where sha256 = any($1::text[]) order by url",
        [all],
      )
    ).map((one) => one.url),
  };
}

const SAME_RELEASE = "select 1 from ops.load l where l.load_id = any($1::bigint[])";

/**
 * What of the quarantine `q` goes with the loads $1, the files $2 that go, and all their files $3. Rows that a load
 * of another source set aside stand in another table of the file: they stay with it.
 */
export const QUARANTINED_WITH = `(q.load_id = any($1::bigint[]) or q.artifact = any($2::text[])
         or exists (${SAME_RELEASE} and l.publication = q.publication and l.period = q.period
                       and (q.load_id is null or q.source = l.source)
                       and q.artifact = any($3::text[])))`;

function artifactsOf(executor: Executor, ids: readonly string[]): Promise<PurgedArtifact[]> {
  return executor.rows<PurgedArtifact>(
    `select p.artifact as sha256, min(p.file_name) as file_name,
            array(select distinct l.source || ' ' || l.period || ' vintage ' || l.vintage
                    from ops.part o join ops.load l on l.load_id = o.load_id
                   where o.artifact = p.artifact and not (o.load_id = any($1::bigint[]))
                  union select g.url from ops.page g where g.sha256 = p.artifact
                   order by 1) as used_by
       from (select artifact, file_name from ops.part where load_id = any($1::bigint[])
             union all select s.artifact, a.file_name from ops.same_issue s join ops.artifact a on a.sha256 = s.artifact
              where s.load_id = any($1::bigint[])) p
      group by p.artifact order by 2, 1`,
    [ids],
  );
}

/** Texts of their own release that name one of the files, and of any release that name one that goes. */
async function generationsOf(
  executor: Executor,
  ids: readonly string[],
  all: readonly string[],
  gone: readonly string[],
): Promise<readonly string[]> {
  const rows = await executor.rows<{ id: string }>(
    `with drafts as (
       select g.generation_id as id from ops.generation g
        where g.stage = 'draft' and exists (
          select 1 from unnest($2::text[]) sha
           where position(sha in concat(g.prompt, g.raw, g.parsed)) > 0
             and (sha = any($3::text[]) or exists (
               ${SAME_RELEASE} and l.publication = g.publication and l.period = g.period))))
     select id from drafts
     union
     select g.generation_id from ops.generation g join drafts d
         on g.stage = 'enriched' and (g.parent_id = d.id or g.metadata->>'draft_gen_id' = d.id)
      order by 1`,
    [ids, all, gone],
  );
  return rows.map((row) => row.id);
}

/** Why the bytes of an artifact are not kept; null for any other. */
export async function purgeOf(executor: Executor, sha256: string): Promise<string | null> {
  const [row] = await executor.rows<{ reason: string }>(
    `select 'purged by ' || t.by || ' on ' || t.purged_at::date || ': ' || t.reason as reason
       from ops.artifact a join ops.tombstone t on a.sha256 = any(t.artifacts)
      where a.sha256 = $1 and a.purged_at is not null order by t.purged_at desc limit 1`,
    [sha256],
  );
  return row?.reason ?? null;
}

/** What must not be among the files any more: artifacts, and folders of runs that saw them. */
export async function purgedFiles(
  executor: Executor,
): Promise<{ readonly artifacts: readonly string[]; readonly runs: readonly string[] }> {
  const artifacts = await executor.rows<{ sha256: string }>(
    "select sha256 from ops.artifact where purged_at is not null order by 1",
  );
  const runs = await executor.rows<{ run_id: string }>(
    `select distinct r.run_id from ops.run r join ops.tombstone t
         on t.publication = r.publication and t.period = r.period and r.started_at <= t.purged_at
      order by 1`,
  );
  return {
    artifacts: artifacts.map((one) => one.sha256),
    runs: runs.map((one) => one.run_id),
  };
}
