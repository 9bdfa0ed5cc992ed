import { CanonryError } from "../../model/errors.ts";
import {
  type Generation,
  type GenerationMetadata,
  type GenerationStage,
  generationId,
  textFacts,
} from "../../model/manifest/generation.ts";
import type { CanonicalManifest } from "../../model/manifest/manifest.ts";
import type { Database, Executor, Transaction } from "../database.ts";
import { iso } from "../iso.ts";

/** A generation as the ledger lists it. */
export interface GenerationLine {
  readonly id: string;
  readonly stage: GenerationStage;
  readonly metadata: GenerationMetadata;
  /** ISO instant. */
  readonly created_at: string;
}

/** A text is kept once: where raw is what was parsed it is null, and a copy has its parent's. */
const SELECT = `
  select g.generation_id as id, g.stage, g.metadata, g.raw_metadata, g.parsed_metadata,
         coalesce(g.prompt, p.parsed) as prompt, coalesce(g.raw, g.parsed, p.parsed) as raw,
         coalesce(g.parsed, p.parsed) as parsed
    from ops.generation g
    left join ops.generation p on g.mode = 'copy' and p.generation_id = g.parent_id`;

/** Longer texts are not kept where the artifacts give them again. */
export const KEPT_BYTES = 1 << 20;

/** Keeps a generation; one that is there already stays as it is, its texts filled in where they were missing. */
export async function keepGeneration(executor: Executor, generation: Generation): Promise<void> {
  const { id, stage, metadata, prompt } = generation;
  const isCopy = metadata.mode === "copy";
  const again = stage !== "canonical";
  const parsed = isCopy ? null : kept(generation.parsed, again);
  const answered = metadata.model !== null;
  const raw =
    isCopy || generation.raw === generation.parsed
      ? null
      : kept(generation.raw, again && !answered);
  await executor.rows(
    `insert into ops.generation (generation_id, stage, mode, parent_id, publication, period, prompt, raw, parsed,
                                 metadata, raw_metadata, parsed_metadata, run_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (generation_id) do update
       set raw = coalesce(ops.generation.raw, excluded.raw), parsed = coalesce(ops.generation.parsed, excluded.parsed),
           parsed_metadata = excluded.parsed_metadata
       where ops.generation.parsed is null and ops.generation.mode = 'llm'`,
    [
      id,
      stage,
      metadata.mode,
      metadata.parent_gen_id,
      metadata.publication,
      metadata.period,
      isCopy ? null : prompt,
      raw,
      parsed,
      JSON.stringify(metadata),
      JSON.stringify(generation.raw_metadata),
      JSON.stringify(generation.parsed_metadata),
      metadata.run_id,
    ],
  );
}

function kept(text: string | null, madeAgain: boolean): string | null {
  return text === null || (madeAgain && Buffer.byteLength(text) > KEPT_BYTES) ? null : text;
}

/** Null if there is none. */
export async function findGeneration(executor: Executor, id: string): Promise<Generation | null> {
  const [row] = await executor.rows<Generation>(`${SELECT} where g.generation_id = $1`, [id]);
  return row ?? null;
}

/**
 * The last canonical generation of a publication, by version; null if it has none. For a release that is not
 * loaded whole those that its own attempts made do not count, so that another attempt copies what the first
 * copied, or asks what the first asked.
 */
export async function lastCanonical(
  executor: Executor,
  publication: string,
  release: string | null = null,
): Promise<Generation | null> {
  const [row] = await executor.rows<Generation>(
    `${SELECT} where g.stage = 'canonical' and g.publication = $1
        and (g.period is distinct from $2 or g.metadata ? 'by' or exists (
          select 1 from ops.release r
           where r.publication = $1 and r.period = $2 and r.status = 'loaded'))
      order by (g.metadata->>'manifest_version')::int desc, g.created_at desc limit 1`,
    [publication, release],
  );
  return row ?? null;
}

/** Oldest first. Empty lists: all. */
export function listGenerations(
  executor: Executor,
  wanted: {
    readonly publications: readonly string[];
    readonly periods: readonly string[];
    readonly stages: readonly string[];
  },
): Promise<GenerationLine[]> {
  return executor.rows(
    `select generation_id as id, stage, metadata,
            ${iso("created_at")} as created_at
       from ops.generation
      where (cardinality($1::text[]) = 0 or publication = any($1))
        and (cardinality($2::text[]) = 0 or period = any($2))
        and (cardinality($3::text[]) = 0 or stage = any($3))
      order by ops.generation.created_at, generation_id`,
    [wanted.publications, wanted.periods, wanted.stages],
  );
}

/** Ids of the generations that were made of one: its children, and copies that name it as their draft. */
export async function madeOf(executor: Executor, id: string): Promise<string[]> {
  const rows = await executor.rows<{ id: string }>(
    `select generation_id as id from ops.generation
      where parent_id = $1 or metadata->>'draft_gen_id' = $1 order by created_at, generation_id`,
    [id],
  );
  return rows.map((row) => row.id);
}

/**
 * Forgets a generation. Throws GENERATION_MISSING, and GENERATION_NEEDED if others were made of it or it is
 * the last canonical one of its publication. With `dryRun` it only says whether it would.
 */
export function deleteGeneration(
  database: Database,
  id: string,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Generation> {
  return database.transaction(async (transaction) => {
    await transaction.rows("lock table ops.generation in share row exclusive mode");
    const found = await findGeneration(transaction, id);
    if (found === null)
      throw new CanonryError("GENERATION_MISSING", `no generation is called ${id}`);
    const children = await madeOf(transaction, id);
    if (children.length > 0) {
      const some = children.slice(0, 3).join(", ");
      throw new CanonryError(
        "GENERATION_NEEDED",
        `${id}: ${children.length} were made of it: ${some}`,
      );
    }
    const last = await lastCanonical(transaction, found.metadata.publication);
    if (last?.id === id) {
      const what = `the last canonical one of ${found.metadata.publication}`;
      throw new CanonryError("GENERATION_NEEDED", `${id} is ${what}: the next copy needs it`);
    }
    if (!dryRun) {
      await transaction.rows("delete from ops.generation where generation_id = $1", [id]);
    }
    return found;
  });
}

/**
 * The canonical generation of a manifest that a person wrote or a file brought: of the enriched one that the
 * last was made of. Without a last one there is none; the next load makes it.
 */
export async function keepAdopted(
  transaction: Transaction,
  manifest: { readonly text: string; readonly document: CanonicalManifest },
  by: "person" | "import",
): Promise<void> {
  const { text, document } = manifest;
  const last = await lastCanonical(transaction, document.publication);
  const parent = last?.metadata.parent_gen_id ?? null;
  if (last === null || parent === null) return;
  const inputs = { digest: document.digest, by };
  await keepGeneration(transaction, {
    id: generationId({
      stage: "canonical",
      mode: "llm",
      parent,
      template: "",
      model: null,
      inputs,
    }),
    stage: "canonical",
    prompt: (document.history.at(-1)?.changes ?? []).join("\n"),
    raw: text,
    parsed: text,
    raw_metadata: textFacts(text),
    parsed_metadata: textFacts(text),
    metadata: {
      ...last.metadata,
      template_id: "",
      period: document.history.at(-1)?.period ?? last.metadata.period,
      manifest_version: document.version,
      by,
    },
  });
}
