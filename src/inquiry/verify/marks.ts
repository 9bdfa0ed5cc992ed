import type { Executor } from "../../database/database.ts";
import {
  type MarkToVerify,
  marksToVerify,
  type SourceToVerify,
  unexplainedMarks,
} from "../../database/inquiry/verifications.ts";
import { draftTexts } from "../../database/quarantine/rereading.ts";
import { liveColumns } from "../../database/tables/shape-source.ts";
import { readYaml } from "../../formats/yaml.ts";
import type { Limits } from "../../model/limits.ts";
import type { ReleaseManifest } from "../../model/manifest/manifest.ts";
import {
  type MarkMeaning,
  markKind,
  meaningOfMark,
  type SaidMeanings,
  saidOf,
} from "../../model/marks/mark-meaning.ts";
import { markedMeasures, markerName } from "../../model/marks/marked-columns.ts";
import { type Difference, differenceIn, type Note } from "./difference.ts";

const MEND = "say what it means under marker_meanings of its source in the manifest";

/** Marks in the rows of a source that nothing explains. One pass over its table. */
export async function verifyMarks(
  executor: Executor,
  { source, contract }: SourceToVerify,
): Promise<readonly Difference[]> {
  if (contract === null) return [];
  const columns = (await liveColumns(executor, source)) ?? [];
  const names = columns.map((column) => column.name);
  const marked = markedMeasures(contract, names).map(markerName);
  const strange = await unexplainedMarks(executor, source, marked);
  return strange.map(({ token, load_id }) => {
    const detail = `its rows hold the mark ${token}, and ops.marker does not have it; ${MEND}`;
    return differenceIn("marks_differ", { source, load_id }, detail);
  });
}

/**
 * What the ledger says that marks mean, against who said so: the contract in force for a person, the drafts of
 * the release for a publisher, the convention for a rule. Memory: the drafts of one release.
 */
export async function verifyMeanings(
  executor: Executor,
  sources: readonly SourceToVerify[],
  limits: Limits,
): Promise<{ readonly differences: readonly Difference[]; readonly notes: readonly Note[] }> {
  const publications = [...new Set(sources.map((one) => one.publication))];
  const said = new PublishersWords(executor, limits);
  const differences: Difference[] = [];
  const notes: Note[] = [];
  for (const mark of publications.length === 0 ? [] : await marksToVerify(executor, publications)) {
    if (!sources.some(({ source }) => source === mark.source)) continue;
    const wrong = otherThanSaid(mark);
    if (wrong !== null) {
      differences.push(differenceIn("marks_differ", mark, `${wrong}; ${MEND}`));
      continue;
    }
    if (mark.held?.said_by !== "publisher" || mark.period === null) continue;
    const meanings = await said.of(mark.publication, mark.period, mark.token);
    if (meanings?.includes(mark.held.meaning)) continue;
    const what = inWords(mark.held);
    if (meanings === null) {
      const detail = `${what} was not compared with the publisher's notes: the draft is not kept`;
      notes.push({ ...differenceIn("marks_differ", mark, detail), kind: "note" });
      continue;
    }
    const own = meanings.length === 0 ? "nothing" : meanings.map(quoted).join(", ");
    const detail = `${mark.kept_in} has ${what} from the publisher, whose notes say ${own}`;
    differences.push(differenceIn("marks_differ", mark, `${detail}; ${MEND}`));
  }
  return { differences, notes };
}

const quoted = (text: string): string => JSON.stringify(text);

const inWords = ({ token, meaning }: MarkMeaning): string => `${quoted(meaning)} for ${token}`;

/** Null where contract and convention say what the ledger has, or are not whom it names. */
function otherThanSaid({ token, held, person, kept_in: place }: MarkToVerify): string | null {
  const ruled = Object.hasOwn(person, token) ? person[token] : undefined;
  if (held === null) return `the manifest says what ${token} means, and ${place} does not`;
  if (ruled !== undefined && (held.said_by !== "person" || held.meaning !== ruled))
    return `${place} has ${inWords(held)}, the manifest ${quoted(ruled)}`;
  if (held.said_by === "person" && saidOf(person, token) !== held.meaning)
    return `${place} has ${inWords(held)} from a person, and the manifest does not say so`;
  const convention = meaningOfMark(token, { person: {}, publisher: {}, place: {} });
  // Of a mark that was met beside numbers only the convention may know nothing.
  const isOpen = held.meaning === "unknown";
  if (held.said_by === "rule" && !isOpen && held.meaning !== convention.meaning)
    return `${place} has ${inWords(held)} by convention, which is ${quoted(convention.meaning)}`;
  const kind = markKind(held.meaning);
  if (held.kind === kind) return null;
  return `${place} has ${inWords(held)} as ${held.kind}, and that is ${kind}`;
}

/** What the drafts of releases say of marks. */
class PublishersWords {
  private readonly executor: Executor;
  private readonly limits: Limits;
  private readonly releases = new Map<string, readonly SaidMeanings[] | null>();

  constructor(executor: Executor, limits: Limits) {
    this.executor = executor;
    this.limits = limits;
  }

  /** Every meaning that a mark is given, in any issue of the release; null if not all drafts are kept. */
  async of(publication: string, period: string, token: string): Promise<readonly string[] | null> {
    const key = `${publication} ${period}`;
    const known = this.releases.get(key);
    const said = known === undefined ? await this.read(publication, period) : known;
    this.releases.set(key, said);
    if (said === null) return null;
    return [...new Set(said.flatMap((one) => saidOf(one, token) ?? []))];
  }

  private async read(publication: string, period: string): Promise<readonly SaidMeanings[] | null> {
    const texts = await draftTexts(this.executor, publication, period);
    const said: SaidMeanings[] = [];
    for (const text of texts) {
      if (text === null) return null;
      const from = { file: `draft of ${publication} ${period}`, limits: this.limits };
      const { value } = readYaml(text, { ...from, code: "GENERATION_MALFORMED" });
      const { regions, documents = [] } = value as ReleaseManifest;
      for (const { marker_meanings: words } of [...regions, ...documents]) said.push(words);
    }
    return texts.length === 0 ? null : said;
  }
}
