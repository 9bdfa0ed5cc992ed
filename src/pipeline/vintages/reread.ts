import { draftsOf, type LoadToReread, loadToReread } from "../../database/quarantine/rereading.ts";
import { digestOf } from "../../database/tables/load-digests.ts";
import { readYaml } from "../../formats/yaml.ts";
import type { Part } from "../../model/decision.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { CanonryError } from "../../model/errors.ts";
import type {
  ColumnType,
  Region,
  ReleaseManifest,
  SourceContract,
} from "../../model/manifest/manifest.ts";
import type { PartPlace } from "../../model/part-place.ts";
import type { Rereading } from "../../model/rereading.ts";
import { draftRelease, READER_VERSION } from "../../stages/draft/index.ts";
import { rereadParts } from "../../stages/load/index.ts";
import { ReleaseFiles } from "../release/release-files.ts";
import type { World } from "../world.ts";

type ToReread = LoadToReread & { readonly contract: SourceContract };

/**
 * Reads the rows of a load again from its stored artifacts, as the load did: by the regions that were drafted
 * then, or are drafted again where that draft was too long to be kept, and by where its columns stood. Writes
 * nothing. Memory: one batch of rows, and the draft of the release.
 */
export async function rereadLoad(world: World, loadId: number): Promise<Rereading> {
  const unread = (reason: string): Rereading => ({ kind: "unread", reason });
  const load = await loadToReread(world.database, loadId);
  if (load?.digest == null) return unread("the ledger has no digest of it");
  const { contract, digest } = load;
  if (contract === null) return unread("the ledger has lost its contract");
  for (const { artifact, file_name: name } of load.parts) {
    if (!(await world.data.hasArtifact(artifact)))
      return unread(`${name} is not in the store any more`);
  }
  const files = new ReleaseFiles(world);
  try {
    const found = await partsOf(world, { ...load, contract }, files);
    if (typeof found === "string") return unread(found);
    const facts = await rereadParts(contract, found.parts, digest.columns, files);
    const { data, total, row_sum } = digestOf(digest.columns, facts);
    const excuse = found.excuse ?? retyped(contract, digest.columns);
    return { kind: "read", data, total, row_sum, excuse };
  } catch (error) {
    if (!(error instanceof CanonryError) || !isOfLoad(error)) throw error;
    return { kind: "failed", reason: `${error.code}: ${error.message}` };
  } finally {
    await files.close();
  }
}

/** Whether other loads can be read still: what is wrong is in the files of this one, not with the storage. */
const isOfLoad = ({ code, exit }: CanonryError): boolean =>
  code === "STORAGE_DAMAGED" || (exit !== 7 && exit !== 130);

/** The parts of a load as they were drafted, or why they are not known. */
async function partsOf(
  world: World,
  load: ToReread,
  files: ReleaseFiles,
): Promise<{ readonly parts: readonly Part[]; readonly excuse: string | null } | string> {
  const parts: Part[] = [];
  const versions: (number | null)[] = [];
  const draftAgain = drafterOf(world, load, files);
  for (const { file_name: name, place, ...part } of load.parts) {
    if (place === null) return "it was made before the places of cells were kept";
    const drafted =
      (await keptRegion(world, load, part)) ??
      regionIn(await draftAgain(part.artifact, name), part, load.reader_version);
    if (drafted === null) return `${name} is not drafted as it was, and the draft is not kept`;
    const bound = partOf(drafted.region, place);
    if (bound === null) return `the draft of ${name} has other columns`;
    parts.push(bound);
    versions.push(drafted.version);
  }
  const other = versions.find((version) => version !== READER_VERSION);
  if (other === undefined) return { parts, excuse: null };
  const read = `it ${other === null ? "may have been" : "was"} read by`;
  const reader = other === null ? "another version" : `version ${other}`;
  return { parts, excuse: `${read} ${reader} of the reader, this is ${READER_VERSION}` };
}

type RegionKey = Pick<Region, "artifact" | "member" | "sheet" | "fingerprint">;

interface Drafted {
  readonly region: Region;
  /** Of the reader that the load went by; null where nobody knows. */
  readonly version: number | null;
}

/** From the draft of the load's own run, or the newest that saw the same content. */
async function keptRegion(world: World, load: ToReread, part: RegionKey): Promise<Drafted | null> {
  const drafts = await draftsOf(world.database, load, part.artifact);
  const { limits } = world.config.settings;
  const own = drafts.filter((one) => one.run_id === load.run_id);
  for (const { text, run_id: runId } of [...own, ...drafts]) {
    const { value } = readYaml(text, {
      file: `draft of ${runId}`,
      limits,
      code: "GENERATION_MALFORMED",
    });
    const document = value as ReleaseManifest;
    const found = regionIn(document, part, document.reader_version);
    if (found !== null) return found;
  }
  return null;
}

function regionIn(
  { regions }: ReleaseManifest,
  part: RegionKey,
  version: number | null,
): Drafted | null {
  const region = regions.find(
    (one) =>
      one.fingerprint === part.fingerprint &&
      one.artifact === part.artifact &&
      one.member === part.member &&
      one.sheet === part.sheet,
  );
  return region === undefined ? null : { region, version };
}

/** Drafts a file of a release once more, with what the configuration says of its tables now. */
function drafterOf(
  world: World,
  { publication, period }: ToReread,
  files: ReleaseFiles,
): (artifact: string, name: string) => Promise<ReleaseManifest> {
  const drafts = new Map<string, Promise<ReleaseManifest>>();
  const named = world.config.publications.find((one) => one.code === publication);
  return (sha256, file) => {
    const known = drafts.get(sha256);
    if (known !== undefined) return known;
    const artifact = { sha256, file, link: "", format: "", size_bytes: 0 };
    const draft = draftRelease({
      publication,
      period,
      artifacts: [{ artifact, open: () => files.workbook(sha256, file) }],
      periodEvidence: [],
      guides: named?.tables ?? [],
      signal: world.signal,
    });
    drafts.set(sha256, draft);
    return draft;
  };
}

/** Null if a column stands nowhere in the region. */
function partOf(region: Region, { columns, periods }: PartPlace): Part | null {
  const indexOf = (letter: string): number =>
    region.columns.findIndex((column) => column.letter === letter);
  const bindings = Object.entries(columns).map(([column, { letter }]) => ({
    column,
    index: indexOf(letter),
  }));
  const unpivoted = Object.entries(periods ?? {}).map(([period, { letter }]) => ({
    period,
    index: indexOf(letter),
  }));
  if ([...bindings, ...unpivoted].some((one) => one.index === -1)) return null;
  return { region, bindings, periods: unpivoted };
}

/** Types that hold the same text for the same value. */
const ALIKE: readonly ColumnType[] = ["bigint", "numeric"];

/** Values of a column that was widened since are printed otherwise than they were read. */
function retyped(contract: SourceContract, columns: readonly DigestColumn[]): string | null {
  const found = contract.columns.find(({ name, type }) => {
    const now = columns.find((column) => column.name === name)?.type ?? type;
    return now !== type && !(ALIKE.includes(now) && ALIKE.includes(type));
  });
  return found === undefined ? null : `${found.name} was ${found.type} then`;
}
