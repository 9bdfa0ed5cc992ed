import type { Issue, Part, SourceDecision } from "../../model/decision.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { CanonryError } from "../../model/errors.ts";
import type { LoadCommit, LoadCounts, LoadResult, PartRecord } from "../../model/load-commit.ts";
import type { Ruling } from "../../model/manifest/drift.ts";
import type { Region, SourceContract } from "../../model/manifest/manifest.ts";
import type { RowAllowance, RowAside, TotalsPolicy } from "../../model/manifest/row-allowance.ts";
import { notedMarks } from "../../model/marks/noted-marks.ts";
import type { RegionRow } from "../../model/region-row.ts";
import { agreeToAside, RowsAside } from "./aside.ts";
import { copyColumns, type PartEncoder, type PartPlace, partEncoder } from "./encode-part.ts";
import { profileOf } from "./load-profile.ts";
import { marksOf } from "./marks.ts";
import { originOf } from "./part-origin.ts";
import { placeOfPart } from "./part-place.ts";
import { isPlainPart, PlainEncoder } from "./plain-part.ts";
import type { PlainText } from "./record-pieces.ts";
import { isRegularPart, RegularEncoder } from "./regular-part.ts";
import { citation, publishedTotals } from "./totals.ts";

/** Lines are handed to COPY in pieces of about this size. */
const PIECE_BYTES = 1 << 16;

export interface LoadScope {
  readonly publication: string;
  readonly publication_name: string;
  readonly period: string;
  readonly run_id: string;
  readonly manifest: LoadCommit["manifest"];
  readonly generation: LoadCommit["generation"];
  /** Rows that may be set aside, and what a published total comes to that does not hold, by the publication. */
  readonly allowance: RowAllowance;
  readonly totals_policy: TotalsPolicy;
  /** What people decided. */
  readonly rulings: readonly Ruling[];
  readonly earlier_rows: LoadCommit["earlier_rows"];
  readonly total_history: LoadCommit["total_history"];
}

export interface LoadNeeds {
  rowsOf(region: Region): AsyncIterable<readonly RegionRow[]>;
  /** The bytes of a region that is one CSV, or null. */
  textOf(region: Region): Promise<PlainText | null>;
  /** Commits whole or not at all; see LoadCommit. */
  commit(load: LoadCommit): Promise<LoadResult>;
}

type Counted = Pick<PartEncoder, "tally" | "digest">;

/** Loads one issue of one source in one transaction. Memory: one batch of rows. */
export async function loadIssue(
  decision: SourceDecision,
  issue: Issue,
  scope: LoadScope,
  needs: LoadNeeds,
): Promise<LoadResult> {
  const { allowance, rulings, ...rest } = scope;
  const { source, contract } = decision;
  const work = newWork(decision, issue, needs);
  return needs.commit({
    ...rest,
    source,
    key: issue.key,
    reading_hash: issue.reading_hash,
    contract,
    base_version: decision.base_version,
    changed: decision.changed,
    keyed: isKeyed(contract, issue),
    drift: decision.drift,
    marks: marksOf(contract, issue),
    copies: issue.copies,
    noted: notedMarks(issue.parts.map((part) => part.region)),
    copy_columns: copyColumns(contract),
    lines: (loadId, columns) => linesOf(work, { loadId, columns }),
    counts: () => {
      const counts = settle(work, scope.period);
      const read = counts.rows_data + counts.rows_total + work.aside.count;
      const given = { source, period: scope.period, rulings, read, parts: issue.parts };
      agreeToAside(work.aside, { ...given, allowance: contract.quarantine ?? allowance });
      return counts;
    },
    aside: () => work.aside.rows,
    cite: citation(issue),
    totals: publishedTotals(contract, issue),
    totals_policy: contract.totals ?? scope.totals_policy,
  });
}

/** Parts of a load read again by its contract, without a decision: its rows as they were. */
export function rereadIssue(
  contract: SourceContract,
  parts: readonly Part[],
  period: string,
  needs: Pick<LoadNeeds, "rowsOf" | "textOf">,
): Pick<LoadCommit, "copy_columns" | "lines" | "counts"> {
  const issue: Issue = { parts, copies: [], key: "", reading_hash: "", evidence: "" };
  const decision: SourceDecision = {
    ...{ source: contract.code, contract, verdict: "load", base_version: 0, changed: false },
    ...{ drift: [], issues: [issue], reasons: [], left_out: [] },
  };
  const work: Work = { decision, issue, encoders: [], aside: new RowsAside(), needs };
  return {
    copy_columns: copyColumns(contract),
    lines: (loadId, columns) => linesOf(work, { loadId, columns }),
    counts: () => settle(work, period),
  };
}

/** The rows that a load of an issue would set aside, found by reading it without writing. */
export async function tryIssue(
  decision: SourceDecision,
  issue: Issue,
  needs: Pick<LoadNeeds, "rowsOf" | "textOf">,
): Promise<readonly RowAside[]> {
  const work = newWork(decision, issue, needs);
  for await (const _line of linesOf(work, { loadId: "0", columns: [] }));
  return work.aside.rows;
}

/** A load while its rows are read. */
interface Work<
  Decided extends Pick<SourceDecision, "contract"> = SourceDecision,
  Read extends Pick<Issue, "parts"> = Issue,
> {
  readonly decision: Decided;
  readonly issue: Read;
  readonly encoders: Counted[];
  aside: RowsAside;
  readonly needs: Pick<LoadNeeds, "rowsOf" | "textOf">;
}

/** One part, with a column of the key that was seen to hold no value twice. */
function isKeyed(contract: SourceContract, issue: Issue): boolean {
  const [part, ...others] = issue.parts;
  if (part === undefined || others.length > 0 || contract.layout !== "rows") return false;
  return part.bindings.some(
    ({ column, index }) =>
      contract.grain.includes(column) && part.region.columns[index]?.ascending === true,
  );
}

export function newWork<
  Decided extends Pick<SourceDecision, "contract">,
  Read extends Pick<Issue, "parts">,
>(decision: Decided, issue: Read, needs: Work["needs"]): Work<Decided, Read> {
  return { decision, issue, encoders: [], aside: new RowsAside(), needs };
}

export async function* linesOf(
  work: Work<Pick<SourceDecision, "contract">, Pick<Issue, "parts">>,
  table: { readonly loadId: string; readonly columns: readonly DigestColumn[] },
): AsyncIterable<string | Uint8Array> {
  const { decision, issue, encoders, needs } = work;
  encoders.length = 0;
  work.aside = new RowsAside();
  for (const [at, part] of issue.parts.entries()) {
    const place = { ...table, part: at + 1 };
    const aside = (row: RowAside): void => work.aside.add(row);
    const ofBytes = bytesEncoder(decision.contract, part, place, aside);
    const text = ofBytes === null ? null : await needs.textOf(part.region);
    if (ofBytes !== null && text !== null) {
      encoders.push(ofBytes);
      yield* ofBytes.linesOf(text);
      continue;
    }
    const encoder = partEncoder(decision.contract, part, place, aside);
    encoders.push(encoder);
    let piece = "";
    for await (const batch of needs.rowsOf(part.region)) {
      for (const row of batch) {
        piece += encoder.encode(row);
        if (piece.length < PIECE_BYTES) continue;
        yield piece;
        piece = "";
      }
    }
    if (piece !== "") yield piece;
  }
}

/** Null if the rows of a part can only be read as cells. */
function bytesEncoder(
  contract: SourceContract,
  part: Part,
  place: PartPlace,
  aside: (row: RowAside) => void,
): PlainEncoder | RegularEncoder | null {
  if (isPlainPart(contract, part)) return new PlainEncoder(contract, part, place);
  return isRegularPart(contract, part) ? new RegularEncoder(contract, part, place, aside) : null;
}

function settle({ decision, issue, encoders }: Work, period: string): LoadCounts {
  const periods = new Map<string, number>();
  const parts = issue.parts.map((part, at): PartRecord => {
    const encoder = encoders[at];
    if (encoder === undefined)
      throw new CanonryError("CONSERVATION_BROKEN", `part ${at + 1} was never read`);
    prove(decision, part, encoder);
    for (const [key, rows] of encoder.tally.periods) {
      const name = key === "" ? period : key;
      periods.set(name, (periods.get(name) ?? 0) + rows);
    }
    return partRecord(part, at + 1, encoder);
  });
  return {
    rows_data: parts.reduce((sum, part) => sum + part.rows_data, 0),
    rows_total: parts.reduce((sum, part) => sum + part.rows_total, 0),
    periods: [...periods].sort().map(([name, rows]) => ({ period: name, rows })),
    parts,
    facts: encoders.flatMap((encoder) => encoder.digest.facts()),
    profile: profileOf(issue),
    conservation: { parts: encoders.map((encoder, at) => proofOf(issue.parts[at], encoder)) },
  };
}

function partRecord(part: Part, number: number, encoder: Counted): PartRecord {
  return {
    ...originOf(part, number),
    fingerprint: part.region.fingerprint,
    rows_data: encoder.tally.rows.data,
    rows_total: encoder.tally.rows.total,
  };
}

/** What the reader saw when it drafted and what the loader wrote must agree, cell for cell. */
function prove(decision: SourceDecision, part: Part, encoder: Counted): void {
  const { region } = part;
  const { rows, columns, aside, asideCells } = encoder.tally;
  const expected =
    decision.contract.layout === "unpivot"
      ? part.periods.reduce((sum, { index }) => sum + cellsOf(region, index), 0)
      : region.n_rows;
  if (rows.data + aside.data !== expected) {
    const set = aside.data === 0 ? "" : ` and ${aside.data} set aside`;
    throw broken(region, `${rows.data} data rows were written${set}, ${expected} were seen`);
  }
  if (decision.contract.layout === "unpivot") return;
  for (const { column, index } of part.bindings) {
    const seen = region.columns[index];
    const wrote = columns.get(column);
    if (seen === undefined || wrote === undefined || seen.role !== "measure") continue;
    if (region.stray_cells !== undefined || aside.data > 0) {
      const filled = wrote.values + wrote.markers + (asideCells.get(column) ?? 0);
      if (filled !== region.n_rows - seen.empty)
        throw broken(
          region,
          `${filled} cells of ${column} were written or set aside, ${region.n_rows - seen.empty} were seen`,
        );
    } else if (wrote.values !== seen.values) {
      throw broken(
        region,
        `${wrote.values} values of ${column} were written, ${seen.values} were seen`,
      );
    }
  }
}

function cellsOf(region: Region, index: number): number {
  const column = region.columns[index];
  return column === undefined ? 0 : region.n_rows - column.empty;
}

function broken(region: Region, message: string): CanonryError {
  return new CanonryError("CONSERVATION_BROKEN", message, {
    file: region.file,
    sheet: region.sheet ?? undefined,
  });
}

function proofOf(part: Part | undefined, encoder: Counted): object {
  const { rows, columns, aside } = encoder.tally;
  return {
    rows: {
      data: rows.data,
      total: rows.total,
      header: part?.region.header_rows.length ?? 0,
      section: countRows(part?.region.section_rows ?? []),
      skipped: countRows(part?.region.skipped_rows ?? []),
      quarantined: aside.data + aside.total,
    },
    columns: Object.fromEntries(columns),
    ...(part === undefined ? {} : { place: placeOfPart(part) }),
  };
}

function countRows(ranges: readonly (readonly [number, number])[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
