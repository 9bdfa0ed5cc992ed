import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { PartPlace } from "../../model/part-place.ts";
import type { Executor } from "../database.ts";
import type { LoadDigest } from "../tables/load-digests.ts";

/** A load with all that is needed to read its rows again. */
export interface LoadToReread {
  readonly publication: string;
  readonly period: string;
  readonly run_id: string;
  /** Of the reader that last saw its release, and left this load current; null where another may have read it. */
  readonly reader_version: number | null;
  /** Null: not taken. */
  readonly digest: LoadDigest | null;
  /** As the load wrote it; null if the ledger has lost it. */
  readonly contract: SourceContract | null;
  readonly parts: readonly {
    readonly artifact: string;
    readonly file_name: string;
    readonly member: string | null;
    readonly sheet: string | null;
    readonly fingerprint: string;
    /** Null for a load that was made before cells were kept. */
    readonly place: PartPlace | null;
  }[];
}

/** Null if there is none. */
export async function loadToReread(
  executor: Executor,
  loadId: number | string,
): Promise<LoadToReread | null> {
  const [row] = await executor.rows<LoadToReread>(
    `select l.publication, l.period, l.run_id, l.digest, c.document as contract,
            (select r.reader_version from ops.release r
              where l.is_current and r.publication = l.publication and r.period = l.period) as reader_version,
            (select jsonb_agg(jsonb_build_object('artifact', p.artifact, 'file_name', p.file_name,
                      'member', p.member, 'sheet', p.sheet, 'fingerprint', p.fingerprint,
                      'place', l.conservation->'parts'->(p.part - 1)->'place') order by p.part)
               from ops.part p where p.load_id = l.load_id) as parts
       from ops.load l left join ops.contract c on c.source = l.source and c.version = l.contract_version
      where l.load_id = $1`,
    [loadId],
  );
  return row ?? null;
}

/** The drafts of a release that name an artifact, the newest first, with the run that made each. */
export function draftsOf(
  executor: Executor,
  { publication, period }: { readonly publication: string; readonly period: string },
  artifact: string,
): Promise<{ readonly run_id: string; readonly text: string }[]> {
  return executor.rows(
    `select run_id, parsed as text from ops.generation
      where stage = 'draft' and publication = $1 and period = $2 and position($3 in parsed) > 0
      order by created_at desc, generation_id`,
    [publication, period, artifact],
  );
}

/** Every draft of a release; null for one that was too long to be kept. */
export async function draftTexts(
  executor: Executor,
  publication: string,
  period: string,
): Promise<readonly (string | null)[]> {
  const rows = await executor.rows<{ text: string | null }>(
    `select parsed as text from ops.generation
      where stage = 'draft' and publication = $1 and period = $2 order by created_at, generation_id`,
    [publication, period],
  );
  return rows.map((row) => row.text);
}
