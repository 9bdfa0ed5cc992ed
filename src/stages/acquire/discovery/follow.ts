import type { PageLink } from "../../../formats/html/page.ts";
import { parsePeriod } from "../../../model/period/period.ts";
import { readPeriods } from "../../../model/period/read-periods.ts";
import { agree, withoutExtension } from "../period-evidence.ts";
import { isSameHost } from "./link-address.ts";
import type { Verdict } from "./place-link.ts";

/** A page from which links are followed. */
export interface From {
  readonly url: URL;
  readonly kind: "landing" | "series" | "release";
  /** Period that the link to it states; null for none. */
  readonly period: string | null;
  /** Significant words of the publication. */
  readonly subject: ReadonlySet<string>;
}

export interface Follow {
  readonly kind: "series" | "release" | "next";
  readonly period: string | null;
  readonly reason: string;
}

const ARCHIVE =
  /\b(?:archived?|previous|earlier|past|historic(?:al)?|back series|all)\s+(?:\w+\s+){0,2}\b(?:releases?|editions?|versions?|publications?|years?|issues?|archive)\b|^(?:archived?|previous versions?)$/i;

/**
 * Why a link to a page is followed, or null. It must be of the same host and in the page's content, and
 * state a period beside the publication's words or beside nothing, or say most of the publication's
 * words, or lead to earlier releases. A release page leads to files alone; a page of a year leads to
 * pages of times within it.
 */
export function followed(link: PageLink, url: URL, verdict: Verdict, from: From): Follow | null {
  if (link.navigation && !link.next) return null;
  if (!isSameHost(url, from.url) || from.kind === "release") return null;
  if (url.href === from.url.href) return null;
  if (link.next || /^next(?: page)?\W*$/i.test(link.text)) {
    return { kind: "next", period: from.period, reason: "the list goes on there" };
  }
  return byTime(link, url, verdict, from) ?? byWords(link, verdict, from);
}

function byTime(link: PageLink, url: URL, verdict: Verdict, from: From): Follow | null {
  const words = `${link.text} ${link.label}`;
  if (verdict.state !== "found" || !isOwn(words, url)) return null;
  const { period } = verdict;
  const related = shared(words, from) > 0 || isBare(words) || isBelow(url, from.url);
  if (!related || (from.period !== null && !agree(from.period, period))) return null;
  const kind = parsePeriod(period)?.kind;
  const isSeries = from.kind === "landing" && (kind === "year" || kind === "financial_year");
  return { kind: isSeries ? "series" : "release", period, reason: `it speaks of ${period}` };
}

function byWords(link: PageLink, verdict: Verdict, from: From): Follow | null {
  if (from.kind === "landing" && ARCHIVE.test(link.text)) {
    return { kind: "series", period: null, reason: "it leads to earlier releases" };
  }
  const period = verdict.state === "found" ? verdict.period : null;
  if (from.period !== null && period !== null && !agree(from.period, period)) return null;
  const enough = Math.max(2, Math.ceil(from.subject.size / 2));
  return shared(`${link.text} ${link.label}`, from) < enough
    ? null
    : { kind: "release", period, reason: "it speaks of the publication" };
}

function shared(words: string, { subject }: From): number {
  return significant(words).filter((word) => subject.has(word)).length;
}

/** Whether the link itself, or its address, speaks of a time, rather than what stands around. */
function isOwn(words: string, url: URL): boolean {
  const step = withoutExtension(url.pathname.split("/").findLast((one) => one !== "") ?? "");
  return readPeriods(words).length > 0 || readPeriods(step).length > 0 || isBare(words);
}

function isBelow(url: URL, page: URL): boolean {
  const folder = page.pathname.replace(/\/+$/, "");
  return folder !== "" && url.pathname.startsWith(`${folder}/`);
}

const COMMON = new Set(
  `the and for with from into onto this that these those are was were has have data statistics statistical
  statistic release releases publication publications published report reports reporting bulletin monthly
  quarterly annual annually weekly daily national official table tables dataset datasets latest new view
  page download time series tool summary england scotland wales northern ireland united kingdom gov nhs
  january february march april may june july august september october november december jan feb mar apr
  jun jul aug sep sept oct nov dec year years month months quarter week weeks ending financial update to
  accompanying supplementary supporting`.split(/\s+/),
);

/** Words that tell one publication from another: letters alone, small, without endings of number. */
export function significant(text: string): readonly string[] {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return [
    ...new Set(words.filter((word) => !COMMON.has(word)).map((word) => word.replace(/s$/, ""))),
  ];
}

/** Nothing but a time and words that every publisher uses. */
function isBare(text: string): boolean {
  return text.trim() !== "" && significant(text).length === 0;
}
