import pg from "pg";

/** Tables, rows, views, comments, indexes and keys of a database, in words. */
export async function contentOf(url: string): Promise<Readonly<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const of = async (sql: string): Promise<string[]> =>
    (await client.query<{ one: string }>(sql)).rows.map((row) => row.one);
  const ours = "('ops', 'bronze', 'silver')";
  try {
    const names = await of(
      `select format('%I.%I', table_schema, table_name) as one from information_schema.tables where table_schema in ${ours} order by 1`,
    );
    const rows: Record<string, string[]> = {};
    for (const name of names) {
      rows[name] = await of(`select to_jsonb(t)::text as one from ${name} t order by 1`);
    }
    return {
      rows,
      columns: await of(
        `select concat_ws(' ', table_schema, table_name, ordinal_position, column_name, data_type, is_nullable, column_default, is_identity) as one from information_schema.columns where table_schema in ${ours} order by 1`,
      ),
      comments: await of(
        `select concat_ws(' ', objoid::regclass::text, objsubid, description) as one from pg_description d join pg_class c on c.oid = d.objoid where relnamespace::regnamespace::text in ${ours} order by 1`,
      ),
      views: await of(
        `select concat(schemaname, viewname, definition) as one from pg_views where schemaname in ${ours} order by 1`,
      ),
      indexes: await of(
        `select indexdef as one from pg_indexes where schemaname in ${ours} order by 1`,
      ),
      checks: await of(
        `select concat(conrelid::regclass, conname, pg_get_constraintdef(oid)) as one from pg_constraint where connamespace::regnamespace::text in ${ours} order by 1`,
      ),
    };
  } finally {
    await client.end();
  }
}
