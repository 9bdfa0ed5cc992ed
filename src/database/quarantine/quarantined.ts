import type { QuarantinedItem } from "../../model/quarantine.ts";
import type { Executor } from "../database.ts";
import { iso } from "../iso.ts";

/**
 * What is in quarantine: rows that current loads set aside, rows and tables of sources that are held or refused,
 * tables and files that releases left out, and sources whose last load was refused. Those that are resolved too,
 * if `all`.
 */
export function quarantined(
  executor: Executor,
  wanted: {
    readonly publications: readonly string[];
    readonly periods: readonly string[];
    readonly ids: readonly string[];
    readonly all: boolean;
  },
): Promise<QuarantinedItem[]> {
  return executor.rows<QuarantinedItem>(
    `with item as (
       select q.quarantine_id::text as id, q.what, q.publication, q.period, q.source, q.artifact,
              q.file_name as file, q.member, q.sheet, q.range, q.row, q.cell, q.raw, q.reason,
              q.load_id::text, coalesce(o.questions, '{}') as questions,
              ${iso("q.created_at")} as created_at, ${iso("q.resolved_at")} as resolved_at,
              case when q.load_id is null then q.resolved_at is null
                   else coalesce(l.is_current, false) end as open, q.quarantine_id as position
         from ops.quarantine q left join ops.load l on l.load_id = q.load_id
         left join ops.outcome o on q.load_id is null and q.resolved_at is null and o.status = 'held'
               and o.publication = q.publication and o.period = q.period and o.source = q.source
       union all
       select o.source || '@' || o.period, 'source', o.publication, o.period, o.source, null, null,
              null, null, null, null, null, null, o.reason, null, '{}', ${iso("o.updated_at")}, null, true, 0
         from ops.outcome o where o.status = 'quarantined')
     select id, what, publication, period, source, artifact, file, member, sheet, range, row, cell, raw,
            reason, load_id, questions, created_at, resolved_at, open
       from item
      where (cardinality($1::text[]) = 0 or publication = any($1))
        and (cardinality($2::text[]) = 0 or period = any($2))
        and (cardinality($3::text[]) = 0 or id = any($3))
        and (open or $4)
      order by publication, period, source nulls first, position, id`,
    [wanted.publications, wanted.periods, wanted.ids, wanted.all],
  );
}
