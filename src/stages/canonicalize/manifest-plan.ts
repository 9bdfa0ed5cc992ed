import type { CanonicalManifest } from "../../model/manifest/manifest.ts";
import { differences, digestOf } from "./manifest-document.ts";

/** The two copies of a canonical manifest: the file that people edit and the one in the database. */
export interface ManifestFacts {
  readonly publication: string;
  readonly file: { readonly text: string; readonly document: CanonicalManifest } | null;
  readonly database: { readonly text: string; readonly document: CanonicalManifest } | null;
}

export type ManifestAction =
  | { readonly kind: "write"; readonly text: string }
  /** The file's text becomes the database's: only comments or order differ. */
  | { readonly kind: "adopt"; readonly text: string; readonly document: CanonicalManifest }
  /** A person changed what the document says: a proposal, validated, a new version. */
  | {
      readonly kind: "edit";
      readonly document: CanonicalManifest;
      readonly changes: readonly string[];
    }
  /** The database knows less than the file: a clone is rebuilt from its manifests. */
  | { readonly kind: "import"; readonly text: string; readonly document: CanonicalManifest }
  | { readonly kind: "conflict"; readonly changes: readonly string[] };

export interface ManifestDecision {
  readonly action: ManifestAction | null;
  readonly reason: string;
}

/** Decides which copy counts. Pure. */
export function planManifest(facts: ManifestFacts): ManifestDecision {
  const { file, database } = facts;
  if (file === null) {
    return database === null
      ? { action: null, reason: "no source yet" }
      : { action: { kind: "write", text: database.text }, reason: "the file is missing" };
  }
  const edited = digestOf(file.document) !== file.document.digest;
  if (database === null) {
    const { text, document } = file;
    return edited
      ? {
          action: { kind: "edit", document, changes: ["written by a person"] },
          reason: "the database does not know the publication, and a person wrote its manifest",
        }
      : {
          action: { kind: "import", text, document },
          reason: "the database does not know the publication",
        };
  }
  if (file.text === database.text) return { action: null, reason: "file and database agree" };
  return edited ? planEdited(file, database) : planUntouched(file, database);
}

type Copy = NonNullable<ManifestFacts["file"]>;

function planEdited(file: Copy, database: Copy): ManifestDecision {
  const changes = differences(database.document, file.document);
  if (file.document.version === database.document.version) {
    return {
      action: { kind: "edit", document: file.document, changes },
      reason: `a person changed version ${database.document.version}`,
    };
  }
  return {
    action: { kind: "conflict", changes },
    reason: `a person changed version ${file.document.version}, and the database is at ${database.document.version}`,
  };
}

function planUntouched(file: Copy, database: Copy): ManifestDecision {
  if (file.document.version > database.document.version) {
    return {
      action: { kind: "import", text: file.text, document: file.document },
      reason: `the file is at version ${file.document.version}, the database at ${database.document.version}`,
    };
  }
  if (file.document.version < database.document.version) {
    return {
      action: { kind: "write", text: database.text },
      reason: `the file is at version ${file.document.version}, the database at ${database.document.version}`,
    };
  }
  return file.document.digest === database.document.digest
    ? {
        action: { kind: "adopt", text: file.text, document: file.document },
        reason: "only comments or order differ",
      }
    : {
        action: { kind: "conflict", changes: differences(database.document, file.document) },
        reason: "two documents of one version",
      };
}
