import type { Frequency } from "../publication.ts";
import {
  comparePeriods,
  contains,
  nextPeriod,
  type Period,
  parsePeriod,
  periodOfDay,
} from "./period.ts";
import { defaultLag, type Rhythm, rhythmOf, type SlotKind } from "./rhythm.ts";

/**
 * What became of a period of a publication, or what is to be expected of it.
 *
 * loaded partial held quarantined failed   as the ledger says
 * withdrawn      it was there, and every address of it answers that it is gone
 * not_published  was looked for and is not there; its lag has not passed
 * expected       was not looked for yet; its lag has not passed
 * overdue        is not there, and its lag has passed or a later period is there
 */
export type CalendarStatus = (typeof CALENDAR_STATUSES)[number];

export const CALENDAR_STATUSES = [
  "loaded",
  "partial",
  "held",
  "quarantined",
  "failed",
  "withdrawn",
  "overdue",
  "not_published",
  "expected",
] as const;

export interface KnownRelease {
  /** Canonical. */
  readonly period: string;
  /** As the ledger has it; null for one that is configured and was never looked at. */
  readonly status: string | null;
  /** Day on which its first file was fetched, ISO; null if none was. */
  readonly arrived: string | null;
  /** It was fetched once, and all of its addresses say now that it is gone. */
  readonly gone: boolean;
}

export interface CalendarFacts {
  readonly frequency: Frequency | null;
  /** Days after the end of a period until its release is expected; null: nobody said. */
  readonly lag_days: number | null;
  /** First and last period that are expected, if somebody said; canonical. */
  readonly from: string | null;
  readonly to: string | null;
  readonly releases: readonly KnownRelease[];
  /** ISO day. */
  readonly today: string;
}

export interface CalendarCell {
  readonly period: string;
  readonly status: CalendarStatus;
  /** Day by which it is expected, ISO; null where no expectation is made. */
  readonly due: string | null;
  /** It arrived before its period ended, or before the day that the configuration expects it. */
  readonly early: boolean;
}

export interface Calendar {
  /** Where the rhythm comes from. `none`: nothing is expected, and `remark` says why. */
  readonly basis: "configured" | "inferred" | "none";
  /** Kind of the periods, and how many of them are from one release to the next. */
  readonly kind: SlotKind | null;
  readonly step: number;
  readonly lag_days: number | null;
  /** By time. */
  readonly cells: readonly CalendarCell[];
  readonly remark: string | null;
}

/** The periods of a publication up to today, each with its status. Pure. */
export function calendarOf(facts: CalendarFacts): Calendar {
  const known = facts.releases
    .flatMap((release) => {
      const period = parsePeriod(release.period);
      return period === null ? [] : [{ ...release, at: period }];
    })
    .toSorted((a, b) => comparePeriods(a.at, b.at));
  const from = facts.from === null ? null : parsePeriod(facts.from);
  const rhythm = rhythmOf(
    facts.frequency,
    known.map((one) => one.at).concat(from === null || facts.frequency === null ? [] : [from]),
  );
  if ("remark" in rhythm) {
    const cells = known.map((one) => cellOf(one, null, facts, false));
    return { basis: "none", kind: null, step: 1, lag_days: null, cells, remark: rhythm.remark };
  }
  const lag = facts.lag_days ?? defaultLag(rhythm);
  const cells = gridOf(facts, known, rhythm, lag);
  return { ...rhythm, lag_days: lag, cells, remark: null };
}

interface Known extends KnownRelease {
  readonly at: Period;
}

/** Known periods and the empty places between them, from the first to the one that holds today. */
function gridOf(
  facts: CalendarFacts,
  known: readonly Known[],
  rhythm: Rhythm,
  lag: number,
): readonly CalendarCell[] {
  const last = known.filter((one) => isThere(one)).at(-1)?.at ?? null;
  const cells = known.map((one) => {
    const due = one.at.kind === "range" ? null : dayAfter(one.at.end, lag);
    return { at: one.at, cell: cellOf(one, due, facts, isBefore(one.at, last)) };
  });
  for (const slot of slotsOf(facts, known, rhythm)) {
    if (known.some((one) => fills(one, slot))) continue;
    const due = dayAfter(slot.end, lag);
    const late = due < facts.today || isBefore(slot, last);
    const status = late ? "overdue" : "expected";
    cells.push({ at: slot, cell: { period: slot.text, status, due, early: false } });
  }
  return cells.toSorted((a, b) => comparePeriods(a.at, b.at)).map(({ cell }) => cell);
}

/** What ends in a slot is of it, as a week of its month is; what is longer fills it once it is there. */
function fills(one: Known, slot: Period): boolean {
  if (isThere(one) && contains(one.at, slot)) return true;
  const ends = slot.start <= one.at.end && one.at.end <= slot.end;
  return one.at.kind === "range" ? contains(slot, one.at) : ends;
}

function isBefore(period: Period, last: Period | null): boolean {
  return last !== null && period.end < last.end;
}

function slotsOf(facts: CalendarFacts, known: readonly Known[], rhythm: Rhythm): readonly Period[] {
  const { kind, step } = rhythm;
  const from = facts.from === null ? null : parsePeriod(facts.from);
  const to = facts.to === null ? null : parsePeriod(facts.to);
  const begin = from?.start ?? known.find((one) => one.at.kind !== "range")?.at.end;
  const slots: Period[] = [];
  let slot = begin === undefined ? null : periodOfDay(kind, begin);
  while (slot !== null && slot.start <= facts.today && (to === null || slot.end <= to.end)) {
    slots.push(slot);
    for (let n = 0; n < step && slot !== null; n++) slot = nextPeriod(slot);
  }
  return slots;
}

const DAY_MS = 86_400_000;

const LEDGER: readonly string[] = ["loaded", "partial", "held", "quarantined", "failed"];

function isThere({ status }: KnownRelease): boolean {
  return status === "loaded" || status === "partial";
}

function cellOf(
  one: Known,
  due: string | null,
  facts: CalendarFacts,
  behind: boolean,
): CalendarCell {
  const there = isThere(one);
  const before = one.arrived !== null && one.arrived <= one.at.end;
  const unexpected =
    one.arrived !== null && facts.lag_days !== null && due !== null && one.arrived < due;
  const late = due !== null && (due < facts.today || behind);
  const waiting = one.status === "not_published" ? "not_published" : "expected";
  const status = one.gone
    ? "withdrawn"
    : LEDGER.includes(one.status ?? "")
      ? (one.status as CalendarStatus)
      : late
        ? "overdue"
        : waiting;
  return { period: one.period, status, due, early: there && (before || unexpected) };
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
