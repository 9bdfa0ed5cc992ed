import type { Part } from "../../model/decision.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Drift, Ruling } from "../../model/manifest/drift.ts";
import { questionId } from "../../model/manifest/drift.ts";
import {
  allows,
  asideDigest,
  MOST_ROWS_ASIDE,
  type RowAllowance,
  type RowAside,
} from "../../model/manifest/row-allowance.ts";
import { type QuarantineEntry, rowEntries } from "../../model/quarantine.ts";
import { originOf } from "./part-origin.ts";

/** Rows that do not fit their columns, as the encoders of a load meet them. Memory: at most 10,000 rows. */
export class RowsAside {
  readonly rows: RowAside[] = [];
  count = 0;

  add(row: RowAside): void {
    this.count++;
    if (this.rows.length < MOST_ROWS_ASIDE) this.rows.push(row);
  }
}

/** More rows do not fit than a source allows, and nobody approved these. */
export class RowsAsideError extends CanonryError {
  /** The question that it asks a person. */
  readonly drift: Drift;
  /** Who said no; null: nobody was asked yet. */
  readonly rejected: Ruling | null;
  /** The rows, as the quarantine keeps them; at most 10,000. */
  readonly entries: readonly QuarantineEntry[];

  constructor(message: string, asked: Pick<RowsAsideError, "drift" | "rejected" | "entries">) {
    const [first] = asked.entries;
    super("ROWS_ASIDE", message, {
      file: first?.file,
      member: first?.member ?? undefined,
      sheet: first?.sheet ?? undefined,
    });
    this.drift = asked.drift;
    this.rejected = asked.rejected;
    this.entries = asked.entries;
  }
}

/** Rows that a question and a reason name. */
const MOST_NAMED = 5;

/** What a person is asked of the rows that do not fit: these of this release, and no others. */
export function asideDrift(period: string, aside: RowsAside): Drift {
  const reasons = [...new Set(aside.rows.map((one) => one.reason))];
  const named = reasons.slice(0, MOST_NAMED).join("; ");
  const more = reasons.length > MOST_NAMED ? `; and ${reasons.length - MOST_NAMED} more` : "";
  const rows = aside.count === 1 ? "1 row does" : `${aside.count} rows do`;
  return {
    kind: "rows_quarantined",
    before: period,
    after: `${aside.count} rows, ${asideDigest(period, aside.rows)}`,
    evidence: `${rows} not fit: ${named}${more}`,
    breaking: true,
  };
}

/**
 * Throws RowsAsideError unless no more rows are set aside than the source allows, or a person approved
 * just these.
 */
export function agreeToAside(
  aside: RowsAside,
  given: {
    readonly source: string;
    readonly period: string;
    readonly allowance: RowAllowance;
    readonly rulings: readonly Ruling[];
    /** Rows that were read. */
    readonly read: number;
    readonly parts: readonly Part[];
  },
): void {
  if (aside.count === 0) return;
  const { source, period, allowance, rulings, read, parts } = given;
  const drift = asideDrift(period, aside);
  const ruling = rulings.find((one) => one.id === questionId(source, drift)) ?? null;
  const kept = aside.count <= MOST_ROWS_ASIDE;
  const agreed = allows(allowance, aside.count, read) || ruling?.verdict === "approved";
  if (kept && agreed && ruling?.verdict !== "rejected") return;
  const allowed = `${allowance.rows} are allowed`;
  throw new RowsAsideError(
    `${drift.evidence}; ${allowed}${kept ? "" : `, and never more than ${MOST_ROWS_ASIDE}`}`,
    {
      drift,
      rejected: ruling?.verdict === "rejected" ? ruling : null,
      entries: rowEntries(
        aside.rows,
        parts.map((part, at) => originOf(part, at + 1)),
      ),
    },
  );
}
