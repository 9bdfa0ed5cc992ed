// Reads:  the artifacts of one release, through the formats
// Writes: nothing (the pipeline keeps the document in the run's folder)
// Key:    the sha256 of the artifacts and READER_VERSION: same input, same document
// Errors: INTERRUPTED, and those of a storage that fails; a file that is at fault itself becomes an artifact with
//         `error`, never an exception
import { openWorkbook } from "../../formats/open-workbook.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import type {
  DraftArtifact,
  PeriodEvidence,
  Region,
  ReleaseManifest,
  SheetClaims,
  SheetDocument,
} from "../../model/manifest/manifest.ts";
import type { TableGuide } from "../../model/publication.ts";
import type { Workbook } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import { carried } from "./lines/documents.ts";
import { fileEvidence, uniqueEvidence, workbookEvidence } from "./period-evidence.ts";
import { readSheet } from "./read-sheet.ts";

export { readSheet } from "./read-sheet.ts";
export type { SheetSeen } from "./tables/found.ts";

/** Version of the code that sees tables. A later one may see more in the same bytes. */
export const READER_VERSION = 9;

/** A file of a release. Whoever gives it closes it. */
export interface DraftFile {
  readonly artifact: DraftArtifact;
  readonly open: () => Promise<Workbook>;
}

export interface DraftInput {
  readonly publication: string;
  readonly period: string;
  readonly artifacts: readonly DraftFile[];
  readonly periodEvidence: readonly PeriodEvidence[];
  /** What a person says of tables, before the finder. */
  readonly guides: readonly TableGuide[];
  readonly signal?: AbortSignal;
}

/** What was seen in one file. */
export interface FileSeen {
  readonly format: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly regions: readonly Region[];
  readonly sheets: readonly SheetClaims[];
  readonly evidence: readonly PeriodEvidence[];
  readonly documents: readonly SheetDocument[];
}

/** The draft manifest of a release: every sheet of every artifact, read whole. Memory: one sheet's sample. */
export async function draftRelease(input: DraftInput): Promise<ReleaseManifest> {
  const artifacts: DraftArtifact[] = [];
  const regions: Region[] = [];
  const sheets: SheetClaims[] = [];
  const documents: SheetDocument[] = [];
  const evidence: PeriodEvidence[] = [...input.periodEvidence];
  for (const { artifact, open } of input.artifacts) {
    evidence.push(...fileEvidence(artifact.file));
    try {
      stopIf(input.signal);
      const seen = await readWorkbook(await open(), artifact, input);
      regions.push(...seen.regions);
      sheets.push(...seen.sheets);
      documents.push(...seen.documents);
      evidence.push(...seen.evidence);
      artifacts.push({ ...artifact, format: seen.format, ...modified(artifact, seen.properties) });
    } catch (error) {
      artifacts.push({ ...artifact, error: describe(error) });
    }
  }
  return {
    schema: "canonry/manifest@1",
    state: "draft",
    publication: input.publication,
    period: input.period,
    reader_version: READER_VERSION,
    artifacts,
    period_evidence: uniqueEvidence(evidence),
    regions,
    sheets,
    ...(documents.length === 0 ? {} : { documents: carried(documents) }),
  };
}

/** Opens one file and reads all its sheets. Throws CanonryError for what cannot be read. */
export async function readFile(
  artifact: Pick<DraftArtifact, "sha256" | "file">,
  bytes: Bytes,
  options: Pick<DraftInput, "guides" | "signal"> & { readonly limits: Limits },
): Promise<FileSeen> {
  const { limits } = options;
  const workbook = await openWorkbook(bytes, { limits, fileName: artifact.file });
  try {
    return await readWorkbook(workbook, artifact, options);
  } finally {
    await workbook.close();
  }
}

async function readWorkbook(
  workbook: Workbook,
  artifact: Pick<DraftArtifact, "sha256" | "file">,
  { guides, signal }: Pick<DraftInput, "guides" | "signal">,
): Promise<FileSeen> {
  const regions: Region[] = [];
  const sheets: SheetClaims[] = [];
  const documents: SheetDocument[] = [];
  for (const sheet of workbook.sheets) {
    stopIf(signal);
    const seen = await readSheet(sheet, artifact.sha256, artifact.file, guides);
    regions.push(...seen.regions);
    sheets.push(seen.claims);
    if (seen.document !== null) documents.push(seen.document);
  }
  const evidence = workbookEvidence(workbook, regions);
  const { format, properties } = workbook;
  return { format, properties, regions, sheets, evidence, documents };
}

function stopIf(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CanonryError("INTERRUPTED", "drafting was interrupted");
}

function modified(
  artifact: DraftArtifact,
  properties: Readonly<Record<string, string>>,
): { modified?: string } {
  const own = properties["modified"];
  return artifact.modified === undefined && own !== undefined ? { modified: own } : {};
}

/** What is wrong with the file. A storage that fails says nothing of it: the release is worked on again. */
function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof CanonryError) || error.code === "INTERRUPTED" || error.exit === 7)
    throw error;
  return { code: error.code, message: error.message };
}
