import { stableJson } from "../../model/hash.ts";
import type { CanonicalManifest } from "../../model/manifest/manifest.ts";
import type { Database, Transaction } from "../database.ts";
import { keepAdopted } from "../ledger/generations.ts";
import { reshapeView } from "../tables/shape-source.ts";
import { adoptMeanings } from "./marks.ts";

/** The file's text takes the place of the database's: they say the same. */
export async function adoptManifestText(
  database: Database,
  publication: string,
  version: number,
  text: string,
): Promise<void> {
  await database.rows("update ops.manifest set text = $3 where publication = $1 and version = $2", [
    publication,
    version,
    text,
  ]);
}

/**
 * A manifest that a person wrote, or that a clone brought, becomes the one in force: its contracts get
 * new versions where they differ, and releases that were decided before are decided again.
 */
export function adoptManifest(
  database: Database,
  manifest: { readonly text: string; readonly document: CanonicalManifest },
  by: "person" | "import",
): Promise<void> {
  return database.transaction(async (transaction) => {
    await adoptInTransaction(transaction, manifest, by);
    await transaction.rows(
      "update ops.publication set edit_epoch = edit_epoch + 1 where code = $1",
      [manifest.document.publication],
    );
  });
}

/** The manifest and its contracts; which releases are decided again is the caller's matter. */
export async function adoptInTransaction(
  transaction: Transaction,
  { document, text }: { readonly text: string; readonly document: CanonicalManifest },
  by: "person" | "import",
): Promise<void> {
  await transaction.rows(
    `insert into ops.publication (code, name, manifest_version, edit_epoch) values ($1, $2, $3, 0)
     on conflict (code) do update set manifest_version = excluded.manifest_version, updated_at = now()`,
    [document.publication, document.name, document.version],
  );
  await transaction.rows(
    `insert into ops.manifest (publication, version, text, document, digest, by)
     values ($1, $2, $3, $4, $5, $6)`,
    [document.publication, document.version, text, JSON.stringify(document), document.digest, by],
  );
  await adoptContracts(transaction, document);
  await keepAdopted(transaction, { document, text }, by);
}

async function adoptContracts(
  transaction: Transaction,
  document: CanonicalManifest,
): Promise<void> {
  for (const [position, source] of document.sources.entries()) {
    const [known] = await transaction.rows<{ version: number; contract: object }>(
      `select s.version, c.document as contract from ops.source s
         join ops.contract c on c.source = s.code and c.version = s.version where s.code = $1`,
      [source.code],
    );
    if (known !== undefined && stableJson(known.contract) === stableJson(source)) continue;
    const version = (known?.version ?? 0) + 1;
    await transaction.rows(
      `insert into ops.source (code, publication, position, version) values ($1, $2, $3, $4)
       on conflict (code) do update set version = excluded.version`,
      [source.code, document.publication, position, version],
    );
    await transaction.rows(
      "insert into ops.contract (source, version, document) values ($1, $2, $3)",
      [source.code, version, JSON.stringify(source)],
    );
    await reshapeView(transaction, source);
    await adoptMeanings(transaction, source);
  }
}
