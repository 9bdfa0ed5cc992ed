import { manifestInForce } from "../../database/ledger/ledger.ts";
import { readYaml, renderYaml } from "../../formats/yaml.ts";
import { CanonryError } from "../../model/errors.ts";
import { stableJson } from "../../model/hash.ts";
import type { CanonicalManifest, SourceContract } from "../../model/manifest/manifest.ts";
import type { ImportFinding, PeriodManifest } from "../../model/manifest/period-manifest.ts";
import { comparePeriods, parsePeriod } from "../../model/period/period.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import {
  consolidate,
  emptyManifest,
  nextVersion,
  placeManifest,
  readPeriodManifest,
} from "../../stages/canonicalize/index.ts";
import type { World } from "../world.ts";
import { MANIFEST_HEADING, readCanonical } from "./manifests.ts";

export interface ImportOptions {
  /** A folder, and those below it; relative ones start at the home. */
  readonly folder: string;
  /** The publication that the manifests are of, whatever their names begin with; null: as they say. */
  readonly publication: string | null;
  readonly dryRun: boolean;
  /** Put what is imported beside what a manifest has already. */
  readonly force: boolean;
}

export interface ImportedPublication {
  readonly publication: string;
  /** Of the canonical manifest, relative to the home. */
  readonly path: string;
  readonly status: "written" | "planned" | "unchanged";
  /** Files it was made of, first and last period. */
  readonly manifests: number;
  readonly first_period: string;
  readonly last_period: string;
  readonly sources: number;
  readonly columns: number;
}

export interface ImportReport {
  readonly publications: readonly ImportedPublication[];
  /** Conflicts first, then notes, each by file and line. */
  readonly findings: readonly ImportFinding[];
}

/**
 * Consolidates the canonical manifests of single periods into one a publication. What the manifests do not
 * agree on is left out and told. Throws FILE_MISSING where there is none of them, PUBLICATION_UNKNOWN, and
 * MANIFEST_EXISTS where a manifest stands that says something else; then nothing was written.
 */
export async function importManifests(world: World, options: ImportOptions): Promise<ImportReport> {
  const findings: ImportFinding[] = [];
  const manifests = await readFolder(world, options, findings);
  const codes = [...new Set(manifests.map((one) => one.publication))].sort();
  const known = codes.flatMap((code) => publicationOf(world, code, manifests, findings));
  const drafts: Draft[] = [];
  for (const publication of known) {
    const own = manifests.filter((one) => one.publication === publication.code);
    drafts.push(await draftOf(world, publication, own, options, drafts, findings));
  }
  for (const { publication, document, imported } of drafts) {
    if (imported.status !== "written" || document === null) continue;
    const text = renderYaml(document, MANIFEST_HEADING);
    await world.data.writeText(publication.canonical_manifest, text);
  }
  return {
    publications: drafts.map((one) => one.imported),
    findings: findings.toSorted(
      (a, b) => compare(a.kind, b.kind) || compare(a.file, b.file) || a.line - b.line,
    ),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

async function readFolder(
  world: World,
  { folder, publication }: ImportOptions,
  findings: ImportFinding[],
): Promise<readonly PeriodManifest[]> {
  const files = (await world.data.listFolder(folder)).map((one) => one.path);
  const found = files.flatMap((path) => {
    const at = placeManifest(path);
    if (at === null && /\.ya?ml$/i.test(path))
      findings.push(ofFile("note", path, "no <publication>_<period>_canonical.yaml: passed over"));
    return at === null ? [] : [{ path, ...at }];
  });
  const prefixes = new Set(found.map((one) => one.publication));
  const chosen = found.filter(
    (one) => publication === null || prefixes.size === 1 || one.publication === publication,
  );
  if (chosen.length === 0) {
    const whose = publication === null ? "" : ` of ${publication}`;
    throw new CanonryError(
      "FILE_MISSING",
      `no <publication>_<period>_canonical.yaml${whose} in ${folder}`,
    );
  }
  const manifests: PeriodManifest[] = [];
  for (const { path, period, publication: prefix } of chosen) {
    const place = { file: path, period, publication: publication ?? prefix };
    const manifest = await readOne(world, folder, place, findings);
    const twin = manifests.find(
      (one) => one.publication === place.publication && one.period === period,
    );
    if (twin !== undefined)
      findings.push(ofFile("conflict", path, `${twin.file} is of ${period} too: left out`));
    else if (manifest !== null) manifests.push(manifest);
  }
  return manifests.toSorted((a, b) => byPeriod(a.period, b.period));
}

function byPeriod(a: string, b: string): number {
  const [first, second] = [parsePeriod(a), parsePeriod(b)];
  return first === null || second === null ? 0 : comparePeriods(first, second);
}

async function readOne(
  world: World,
  folder: string,
  place: { readonly file: string; readonly publication: string; readonly period: string },
  findings: ImportFinding[],
): Promise<PeriodManifest | null> {
  try {
    const bytes = await world.data.openFile(`${folder.replace(/\/+$/, "")}/${place.file}`);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of bytes.stream()) chunks.push(chunk);
    } finally {
      await bytes.close();
    }
    const text = Buffer.concat(chunks).toString("utf8");
    const { limits } = world.config.settings;
    const yaml = readYaml(text, { file: place.file, limits, code: "MANIFEST_UNSAFE" });
    const { manifest, findings: own } = readPeriodManifest(place, yaml);
    findings.push(...own);
    return manifest;
  } catch (error) {
    if (!(error instanceof CanonryError) || error.exit === 7) throw error;
    const line = error.where.line ?? 1;
    findings.push({ ...ofFile("conflict", place.file, `not read: ${error.message}`), line });
    return null;
  }
}

function ofFile(kind: ImportFinding["kind"], file: string, message: string): ImportFinding {
  return { kind, file, line: 1, source: null, message };
}

function publicationOf(
  world: World,
  code: string,
  manifests: readonly PeriodManifest[],
  findings: ImportFinding[],
): readonly PublicationConfig[] {
  const found = world.config.publications.find((one) => one.code === code);
  if (found !== undefined) return [found];
  const files = manifests.filter((one) => one.publication === code);
  const message = `no publication is called ${code} in config/publications.yaml: add it, or name one with --pub`;
  findings.push(...files.map((one) => ofFile("conflict", one.file, message)));
  return [];
}

interface Draft {
  readonly publication: PublicationConfig;
  readonly document: CanonicalManifest | null;
  readonly imported: ImportedPublication;
}

async function draftOf(
  world: World,
  publication: PublicationConfig,
  manifests: readonly PeriodManifest[],
  options: ImportOptions,
  before: readonly Draft[],
  findings: ImportFinding[],
): Promise<Draft> {
  const made = consolidate(manifests);
  findings.push(...made.findings);
  const others = await othersCodes(world, publication, before);
  const sources = made.sources.filter((source) => {
    const owner = others.get(source.code);
    if (owner === undefined) return true;
    const file = manifests.find((one) => one.sources.some(({ code }) => code === source.code));
    const line = file?.sources.find(({ code }) => code === source.code)?.line ?? 1;
    const message = `${owner} has a source of that code: left out`;
    findings.push({ kind: "conflict", file: file?.file ?? "", line, source: source.code, message });
    return false;
  });
  const standing = await standingManifest(world, publication);
  const merged = mergedSources(standing?.sources ?? [], sources);
  const periods = manifests.map((one) => one.period);
  const unchanged = standing !== null && stableJson(merged) === stableJson(standing.sources);
  if (standing !== null && !unchanged && !options.force)
    throw exists(publication, standing, merged);
  const [first = "", last = ""] = [periods[0], periods.at(-1)];
  const base = standing ?? emptyManifest(publication.code, publication.name);
  const changes = sources.map(
    (one) => `${one.code}: imported from ${manifests.length} manifests, ${first} to ${last}`,
  );
  return {
    publication,
    document: unchanged ? null : nextVersion({ ...base, sources: merged }, "import", last, changes),
    imported: {
      publication: publication.code,
      path: publication.canonical_manifest,
      status: unchanged ? "unchanged" : options.dryRun ? "planned" : "written",
      manifests: manifests.length,
      first_period: first,
      last_period: last,
      sources: sources.length,
      columns: sources.reduce((sum, one) => sum + one.columns.length, 0),
    },
  };
}

/** Codes of the sources of other publications: in the database, and imported just before. */
async function othersCodes(
  world: World,
  publication: PublicationConfig,
  before: readonly Draft[],
): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  for (const other of world.config.publications) {
    if (other.code === publication.code) continue;
    const standing = before.find((one) => one.publication === other)?.document ?? null;
    const manifest = standing ?? (await standingManifest(world, other));
    for (const source of manifest?.sources ?? []) owners.set(source.code, other.code);
  }
  return owners;
}

/** What a publication has: the database's manifest, else the file's. */
async function standingManifest(
  world: World,
  publication: PublicationConfig,
): Promise<CanonicalManifest | null> {
  const path = publication.canonical_manifest;
  const text = await world.data.readText(path);
  const file =
    text === null
      ? null
      : readCanonical(text, {
          file: publication.canonical_manifest,
          limits: world.config.settings.limits,
          publication: publication.code,
        });
  const database = await manifestInForce(world.database, publication.code);
  const later = database !== null && (file === null || file.version <= database.document.version);
  return later ? database.document : file;
}

/** What a release or a person settled stays as it is; what only was imported before is imported anew. */
function mergedSources(
  standing: readonly SourceContract[],
  imported: readonly SourceContract[],
): readonly SourceContract[] {
  const kept = standing.map((one) =>
    one.provisional === true ? (imported.find((other) => other.code === one.code) ?? one) : one,
  );
  return [...kept, ...imported.filter((one) => !standing.some((other) => other.code === one.code))];
}

function exists(
  publication: PublicationConfig,
  standing: CanonicalManifest,
  merged: readonly SourceContract[],
): CanonryError {
  const differing = merged.filter(
    (one) => !standing.sources.some((other) => stableJson(other) === stableJson(one)),
  );
  const codes = differing.map((one) => one.code).join(", ");
  return new CanonryError(
    "MANIFEST_EXISTS",
    `${publication.code} has a manifest of version ${standing.version}, which says something else of ${codes}`,
    { file: publication.canonical_manifest },
  );
}
