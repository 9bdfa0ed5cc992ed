import type { LoadCommit } from "../../model/load-commit.ts";
import type { Generation } from "../../model/manifest/generation.ts";
import type { CanonicalManifest, SourceContract } from "../../model/manifest/manifest.ts";
import type { Transaction } from "../database.ts";
import { keepGeneration } from "./generations.ts";

interface Kept {
  readonly version: number;
  /** The canonical generation that came of it; null if there was one of this manifest. */
  readonly generation: Generation | null;
}

/**
 * The contract's next version, and the manifest's with it, as a canonical generation; the version in force
 * if nothing changed.
 */
export async function keepContract(
  transaction: Transaction,
  load: LoadCommit,
  contract: SourceContract,
  loadId: number,
): Promise<Kept> {
  if (!load.changed) {
    return { version: load.base_version, generation: await confirm(transaction, load, contract) };
  }
  const version = load.base_version + 1;
  await transaction.rows(
    `insert into ops.source (code, publication, position, version)
     select $1, $2, count(*), $3 from ops.source where publication = $2
     on conflict (code) do update set version = excluded.version`,
    [load.source, load.publication, version],
  );
  await transaction.rows(
    "insert into ops.contract (source, version, document, load_id) values ($1, $2, $3, $4)",
    [load.source, version, JSON.stringify(contract), loadId],
  );
  const [current] = await transaction.rows<{ text: string; document: CanonicalManifest }>(
    "select text, document from ops.manifest where publication = $1 order by version desc limit 1",
    [load.publication],
  );
  const next = load.manifest(current ?? null, contract);
  await transaction.rows(
    `insert into ops.manifest (publication, version, text, document, digest, by, run_id)
     values ($1, $2, $3, $4, $5, 'backfill', $6)`,
    [
      load.publication,
      next.document.version,
      next.text,
      JSON.stringify(next.document),
      next.document.digest,
      load.run_id,
    ],
  );
  await transaction.rows(
    "update ops.publication set manifest_version = $2, updated_at = now() where code = $1",
    [load.publication, next.document.version],
  );
  const generation = load.generation(next, contract);
  await keepGeneration(transaction, generation);
  return { version, generation };
}

/** A manifest that no generation stands for (a clone brought it, or an older program) gets one from a load that agrees with it. */
async function confirm(
  transaction: Transaction,
  load: LoadCommit,
  contract: SourceContract,
): Promise<Generation | null> {
  const [manifest] = await transaction.rows<{ text: string; document: CanonicalManifest }>(
    `select m.text, m.document from ops.manifest m
       join ops.publication p on p.code = m.publication and p.manifest_version = m.version
      where m.publication = $1 and not exists (
        select 1 from ops.generation g where g.publication = m.publication and g.stage = 'canonical'
           and (g.metadata->>'manifest_version')::int = m.version)`,
    [load.publication],
  );
  if (manifest === undefined) return null;
  const generation = load.generation(manifest, contract);
  await keepGeneration(transaction, generation);
  return generation;
}
