import { MANAGED_SCHEMAS, type PartColumn } from "../../model/storage/backup.ts";
import type { Executor } from "../database.ts";
import { identifier } from "../identifier.ts";

/** Statements that read what stands in the managed schemas. All run with an empty search path. */

export interface ManagedColumn extends PartColumn {
  readonly not_null: boolean;
  readonly default: string | null;
  /** "a" always, "d" by default, "" none; as pg_attribute has it. */
  readonly identity: string;
  readonly generated: string;
  /** Of another collation than its type's; null: the usual. */
  readonly collation: string | null;
}

export interface ManagedTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ManagedColumn[];
  /** Columns of its primary key, in order. */
  readonly key: readonly string[];
  /** The file of the table: another once it was written anew. */
  readonly filenode: number;
}

export const tableName = (table: { readonly schema: string; readonly name: string }): string =>
  `${identifier(table.schema)}.${identifier(table.name)}`;

/** Ordinary tables by schema and name, without those that have a column of a type of someone else. */
export function managedTables(executor: Executor): Promise<ManagedTable[]> {
  return executor.rows<ManagedTable>(
    `select c.oid::int8 as oid, n.nspname as schema, c.relname as name, c.relfilenode::int8 as filenode,
            (select coalesce(jsonb_agg(jsonb_build_object(
                      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                      'not_null', a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid),
                      'identity', a.attidentity, 'generated', a.attgenerated,
                      'collation', case when a.attcollation <> t.typcollation
                        then a.attcollation::regcollation::text end) order by a.attnum), '[]')
               from pg_attribute a
               join pg_type t on t.oid = a.atttypid
               left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
            (select coalesce(jsonb_agg(a.attname order by k.place), '[]')
               from pg_index i
               cross join unnest(i.indkey::int2[]) with ordinality k (attnum, place)
               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
              where i.indrelid = c.oid and i.indisprimary) as key
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1::text[]) and ${OURS}
      order by n.nspname, c.relname`,
    [MANAGED_SCHEMAS],
  );
}

/** A plain table whose columns have types of Postgres itself. */
const OURS = `c.relkind = 'r' and c.relpersistence = 'p' and not c.relispartition and c.reloftype = 0
        and not exists (select 1 from pg_inherits h where h.inhrelid = c.oid or h.inhparent = c.oid)
        and not exists (
          select 1 from pg_attribute a join pg_type t on t.oid = a.atttypid
            join pg_namespace m on m.oid = t.typnamespace
           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and m.nspname <> 'pg_catalog')`;

export interface ManagedSequence {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly table_schema: string;
  readonly column: string;
  /** Of an identity column: the column's definition makes it. */
  readonly is_identity: boolean;
  /** Null: it has given none. */
  readonly last_value: string | null;
}

/** Sequences that belong to columns. What they gave last is no older than the snapshot. */
export function managedSequences(executor: Executor): Promise<ManagedSequence[]> {
  return executor.rows<ManagedSequence>(
    `select n.nspname as schema, s.relname as name, tn.nspname as table_schema, t.relname as "table",
            a.attname as "column", d.deptype = 'i' as is_identity,
            pg_sequence_last_value(s.oid)::text as last_value
       from pg_class s
       join pg_namespace n on n.oid = s.relnamespace
       join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.oid and d.deptype in ('a', 'i')
        and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
       join pg_class t on t.oid = d.refobjid
       join pg_namespace tn on tn.oid = t.relnamespace
       join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
      where s.relkind = 'S' and n.nspname = any($1::text[])
      order by 1, 2`,
    [MANAGED_SCHEMAS],
  );
}

/** Constraints and indexes of the tables, as statements; keys first, foreign ones last. */
export async function keySql(executor: Executor, tables: readonly number[]): Promise<string[]> {
  const rows = await executor.rows<{ sql: string }>(
    `select sql from (
       select case k.contype when 'f' then 3 else 1 end as turn, c.oid::regclass::text as "table", k.conname as name,
              format('alter table %s add constraint %I %s', c.oid::regclass, k.conname, pg_get_constraintdef(k.oid)) as sql
         from pg_constraint k join pg_class c on c.oid = k.conrelid
        where c.oid = any($1::oid[]) and k.contype in ('p', 'u', 'c', 'x', 'f') and k.conislocal
       union all
       select 2, i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
         from pg_index i
        where i.indrelid = any($1::oid[]) and i.indisvalid
          and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
     ) keys order by turn, "table" collate "C", name collate "C"`,
    [tables],
  );
  return rows.map((row) => row.sql);
}

export interface ManagedView {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly definition: string;
  /** Tables and views that it reads. */
  readonly reads: readonly number[];
  /** It uses a function or a type that Postgres itself does not have. */
  readonly is_foreign: boolean;
}

export function managedViews(executor: Executor): Promise<ManagedView[]> {
  return executor.rows<ManagedView>(
    `select c.oid::int8 as oid, n.nspname as schema, c.relname as name,
            (select jsonb_agg(a.attname order by a.attnum) from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0) as columns,
            pg_get_viewdef(c.oid) as definition,
            (select coalesce(jsonb_agg(distinct d.refobjid::int8), '[]')
               from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
               join pg_class o on o.oid = d.refobjid and o.relkind <> 'S' and o.relnamespace <> 'pg_catalog'::regnamespace
              where r.ev_class = c.oid) as reads,
            exists (select 1 from pg_rewrite r
                      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                     where r.ev_class = c.oid and d.refobjid >= 16384
                       and d.refclassid in ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass)) as is_foreign
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1::text[]) and c.relkind = 'v'
      order by n.nspname, c.relname`,
    [MANAGED_SCHEMAS],
  );
}

export interface ManagedComment {
  readonly kind: "table" | "view";
  readonly schema: string;
  readonly name: string;
  /** Null: of the table itself. */
  readonly column: string | null;
  readonly text: string;
}

export function managedComments(
  executor: Executor,
  relations: readonly number[],
): Promise<ManagedComment[]> {
  return executor.rows<ManagedComment>(
    `select case c.relkind when 'v' then 'view' else 'table' end as kind, n.nspname as schema, c.relname as name,
            a.attname as "column", d.description as text
       from pg_description d
       join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid
       join pg_namespace n on n.oid = c.relnamespace
       left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
      where c.oid = any($1::oid[])
      order by n.nspname, c.relname, d.objsubid`,
    [relations],
  );
}

/** What stands in the managed schemas beside plain tables, their sequences and indexes, and views; in words. */
export async function strangeObjects(executor: Executor): Promise<string[]> {
  const rows = await executor.rows<{ name: string }>(
    `select what || ' ' || name as name from (
       select case c.relkind when 'm' then 'materialized view' when 'f' then 'foreign table'
                when 'p' then 'partitioned table' when 'S' then 'sequence' when 'c' then 'type' else 'table' end as what,
              n.nspname || '.' || c.relname as name
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1::text[]) and (c.relkind in ('m', 'f', 'p', 'c')
           or (c.relkind = 'r' and not (${OURS}))
           or (c.relkind = 'S' and not exists (select 1 from pg_depend d
                 where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i'))))
       union all
       select 'function', n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = any($1::text[])
       union all
       select 'trigger', c.oid::regclass::text || '.' || t.tgname
         from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1::text[]) and not t.tgisinternal
       union all
       select 'policy', c.oid::regclass::text || '.' || p.polname
         from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1::text[])
       union all
       select 'type', n.nspname || '.' || t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
        where n.nspname = any($1::text[]) and t.typtype in ('e', 'd', 'r')
     ) strange order by 1`,
    [MANAGED_SCHEMAS],
  );
  return rows.map((row) => row.name);
}

/** Changes with every change of the shape of what stands in the managed schemas. */
export async function shapeStamp(executor: Executor): Promise<string> {
  const [row] = await executor.rows<{ stamp: string }>(
    `with ours as (select c.oid, c.xmin, c.relfilenode from pg_catalog.pg_class c
                     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = any($1::text[]))
     select md5(coalesce(string_agg(one, ',' order by one collate "C"), '')) as stamp from (
       select concat('c', oid, ' ', xmin, ' ', relfilenode) as one from ours
       union all select concat('a', a.attrelid, ' ', a.attnum, ' ', a.xmin) from pg_catalog.pg_attribute a join ours on ours.oid = a.attrelid
       union all select concat('r', r.oid, ' ', r.xmin) from pg_catalog.pg_rewrite r join ours on ours.oid = r.ev_class
       union all select concat('k', k.oid, ' ', k.xmin) from pg_catalog.pg_constraint k join ours on ours.oid = k.conrelid
       union all select concat('i', i.indexrelid, ' ', i.xmin) from pg_catalog.pg_index i join ours on ours.oid = i.indrelid
     ) shape`,
    [MANAGED_SCHEMAS],
  );
  return row?.stamp ?? "";
}
