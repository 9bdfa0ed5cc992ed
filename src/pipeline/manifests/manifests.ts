import { Ajv, type ValidateFunction } from "ajv";
import { manifestInForce } from "../../database/ledger/ledger.ts";
import { adoptManifest, adoptManifestText } from "../../database/load/adopt-manifest.ts";
import { mergeYaml, readYaml } from "../../formats/yaml.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import { checkProblems } from "../../model/manifest/check-problems.ts";
import type { CanonicalManifest } from "../../model/manifest/manifest.ts";
import { MANIFEST_ID, MANIFEST_SCHEMA } from "../../model/manifest/manifest-schema.ts";
import { clashingName } from "../../model/marks/marked-columns.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import {
  type ManifestAction,
  type ManifestDecision,
  type ManifestFacts,
  nextVersion,
  planManifest,
} from "../../stages/canonicalize/index.ts";
import type { World } from "../world.ts";
import { projectHistory } from "./history-file.ts";

/** Stands above every manifest; people may change it. */
export const MANIFEST_HEADING = `# Canonical manifest: what the tables of this publication are, over all periods.
# Written by canonry after each load. Edit it freely: comments stay, and a change is taken up at the next
# backfill as a new version.
`;

export interface SyncedManifest {
  /** Relative to the home. */
  readonly path: string;
  readonly reason: string;
  /** A person's edit, or a file that the database did not know. */
  readonly edited: boolean;
}

/**
 * Brings file and database of every canonical manifest together. Throws MANIFEST_UNSAFE, MANIFEST_INVALID,
 * and MANIFEST_CONFLICT where both changed: then neither is touched.
 */
export async function syncManifests(world: World): Promise<readonly SyncedManifest[]> {
  const synced: SyncedManifest[] = [];
  for (const publication of world.config.publications) {
    const one = await syncManifest(world, publication);
    if (one !== null) synced.push(one);
    const history = await projectHistory(world, publication);
    if (history !== null) synced.push({ ...history, edited: false });
  }
  return synced;
}

async function syncManifest(
  world: World,
  publication: PublicationConfig,
): Promise<SyncedManifest | null> {
  const { file, database } = await readCopies(world, publication);
  if (file !== null && file.text === database?.text) return null;
  const decision = planManifest({ publication: publication.code, file, database });
  const edited = await applyDecision(world, publication, decision, file);
  const path = publication.canonical_manifest;
  return edited === null ? null : { path, reason: decision.reason, edited };
}

type Copies = Pick<ManifestFacts, "file" | "database">;

async function readCopies(world: World, publication: PublicationConfig): Promise<Copies> {
  const text = await world.data.readText(publication.canonical_manifest);
  const database = await manifestInForce(world.database, publication.code);
  if (text === null) return { file: null, database };
  if (text === database?.text) return { file: database, database };
  const { limits } = world.config.settings;
  const from = { file: publication.canonical_manifest, limits, publication: publication.code };
  return { file: { text, document: readCanonical(text, from) }, database };
}

export interface ManifestCopies extends Copies {
  /** What the next backfill takes up before anything else: an edit, or a file that the database lacks. */
  readonly takenUp: Copies["file"];
}

/** Both copies of a manifest as they stand; reads only, and throws as `syncManifests` does. */
export async function manifestCopies(
  world: World,
  publication: PublicationConfig,
): Promise<ManifestCopies> {
  const copies = await readCopies(world, publication);
  const { action, reason } = planManifest({ publication: publication.code, ...copies });
  if (action?.kind === "conflict") throw conflict(publication, reason, action.changes);
  if (action?.kind === "import") return { ...copies, takenUp: action };
  return { ...copies, takenUp: action?.kind === "edit" ? edition(action, copies.file) : null };
}

/** The version that a person's edit becomes. */
function edition(
  { document, changes }: Extract<ManifestAction, { readonly kind: "edit" }>,
  file: { readonly text: string } | null,
): NonNullable<Copies["file"]> {
  const last = document.history.at(-1)?.period ?? "";
  const next = nextVersion(document, "person", last, changes);
  return { text: mergeYaml(file?.text ?? "", next), document: next };
}

/** What the next backfill would do about the two copies of a manifest, and why; reads only. */
export async function manifestStanding(
  world: World,
  publication: PublicationConfig,
): Promise<{ readonly kind: ManifestAction["kind"]; readonly reason: string } | null> {
  const copies = await readCopies(world, publication);
  const { action, reason } = planManifest({ publication: publication.code, ...copies });
  if (action === null || copies.file?.text === copies.database?.text) return null;
  return { kind: action.kind, reason };
}

function conflict(
  publication: PublicationConfig,
  reason: string,
  changes: readonly string[],
): CanonryError {
  return new CanonryError("MANIFEST_CONFLICT", `${reason}: ${changes.join("; ")}`, {
    file: publication.canonical_manifest,
  });
}

/** Null if nothing was to be done; else whether a person's change was taken up. */
async function applyDecision(
  world: World,
  publication: PublicationConfig,
  { action, reason }: ManifestDecision,
  file: { readonly text: string } | null,
): Promise<boolean | null> {
  const path = publication.canonical_manifest;
  switch (action?.kind) {
    case undefined:
      return null;
    case "write":
      await world.data.writeText(path, action.text);
      return false;
    case "adopt":
      await adoptManifestText(
        world.database,
        publication.code,
        action.document.version,
        action.text,
      );
      return true;
    case "import":
      await adoptManifest(world.database, action, "import");
      return true;
    case "edit": {
      const next = edition(action, file);
      await adoptManifest(world.database, next, "person");
      await world.data.writeText(path, next.text);
      return true;
    }
    case "conflict":
      throw conflict(publication, reason, action.changes);
  }
}

let compiled: ValidateFunction | null = null;

/** Compiled when the first manifest is read: it takes a tenth of a second. */
function validator(): ValidateFunction {
  compiled ??= new Ajv({ strict: true, strictRequired: false, allErrors: false })
    .addSchema(MANIFEST_SCHEMA)
    .compile({ $ref: `${MANIFEST_ID}#/definitions/canonical` });
  return compiled;
}

/** A canonical manifest of a publication from its text. Throws MANIFEST_UNSAFE, MANIFEST_INVALID with line and key. */
export function readCanonical(
  text: string,
  from: {
    readonly file: string;
    readonly limits: Limits;
    readonly publication: string;
  },
): CanonicalManifest {
  const { file, limits, publication } = from;
  const yaml = readYaml(text, { file, limits, code: "MANIFEST_UNSAFE" });
  const invalid = (message: string, key: string, line?: number): CanonryError =>
    new CanonryError("MANIFEST_INVALID", message, { file, line, key });
  const check = validator();
  if (!check(yaml.value)) {
    const [error] = check.errors ?? [];
    const pointer = error?.instancePath ?? "";
    const steps = pointer.split("/").slice(1);
    const extra = (error?.params as { additionalProperty?: string } | undefined)
      ?.additionalProperty;
    throw invalid(
      `${error?.message ?? "not valid"}${extra === undefined ? "" : `: ${extra}`}`,
      pointer === "" ? "/" : pointer,
      yaml.lineOf(extra === undefined ? steps : [...steps, extra]),
    );
  }
  const document = yaml.value as CanonicalManifest;
  if (document.publication !== publication) {
    throw invalid(`it speaks of ${document.publication}, not of ${publication}`, "/publication");
  }
  for (const [at, source] of document.sources.entries()) {
    const steps = ["sources", String(at)];
    const refuse = (message: string, ...more: readonly string[]): CanonryError =>
      invalid(message, `/${[...steps, ...more].join("/")}`, yaml.lineOf([...steps, ...more]));
    const clash = clashingName(source);
    if (clash !== null)
      throw refuse(`two columns of ${source.code} would be called ${clash}`, "columns");
    const [problem] = checkProblems(source);
    if (problem !== undefined)
      throw refuse(problem.message, "checks", String(problem.index), problem.field);
  }
  return document;
}
