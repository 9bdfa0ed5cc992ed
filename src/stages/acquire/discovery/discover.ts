import type { Page } from "../../../formats/html/page.ts";
import type { Discovery, FoundLink, SeenPage } from "../../../model/discovery.ts";
import { CanonryError } from "../../../model/errors.ts";
import { parsePeriod } from "../../../model/period/period.ts";
import { type FilePatterns, findLinks, merged, type PageFindings } from "./find-links.ts";
import { type From, significant } from "./follow.ts";
import type { Verdict } from "./place-link.ts";
import { type Twinnable, withTwins } from "./twins.ts";

export interface DiscoverInput {
  /** `http:` or `https:`. */
  readonly landingPage: string;
  /** As the publisher calls the publication; empty if it is not known yet. */
  readonly name: string;
  readonly files: FilePatterns & { readonly prefer?: readonly string[] };
  /** Pages that are looked at. */
  readonly mostPages: number;
}

/** A page as it was fetched: `url` is the address that it came from after redirects. */
export interface FetchedPage {
  readonly url: string;
  readonly page: Page;
  /** Why the page is the one of an earlier day; null if it is as it was asked for now. */
  readonly failure: string | null;
}

export interface DiscoverNeeds {
  /** `period` is what the link to the page states. Throws what fetching throws, PAGE_UNREADABLE. */
  readPage(url: string, period: string | null): Promise<FetchedPage>;
}

interface Stop {
  readonly url: URL;
  readonly kind: From["kind"];
  readonly period: string | null;
  readonly depth: number;
  readonly reason: string;
}

/**
 * Looks at a landing page, at the pages of years and releases that it leads to, one after the other, the
 * newest first, and gives every file with its period and state. A page that fails hides no other.
 * Throws URL_SCHEME for an address that is none of the web, INTERRUPTED, and what storage throws.
 */
export async function discover(input: DiscoverInput, needs: DiscoverNeeds): Promise<Discovery> {
  const landing = webAddress(input.landingPage);
  const open: Stop[] = [
    { url: landing, kind: "landing", period: null, depth: 0, reason: "the landing page" },
  ];
  const met = new Set([landing.href]);
  const pages: SeenPage[] = [];
  const found: PageFindings[] = [];
  let subject = new Set(significant(input.name));
  while (open.length > 0 && pages.length < input.mostPages) {
    const stop = open.sort(byTime).shift();
    if (stop === undefined) break;
    const { seen, fetched } = await look(stop, needs);
    pages.push(seen);
    if (fetched === null) continue;
    met.add(fetched.url);
    const { page } = fetched;
    if (stop.depth === 0) subject = new Set([...subject, ...significant(subjectOf(page))]);
    const from: From = { url: new URL(fetched.url), kind: stop.kind, period: stop.period, subject };
    const findings = findLinks(page, from, input.files);
    found.push(findings);
    open.push(...stopsOf(findings, stop, met));
  }
  return {
    links: settle(found, input.files.prefer ?? []),
    pages,
    unseen: open.map(({ url }) => url.href),
  };
}

/** The pages that a page leads to, each once. */
function stopsOf(findings: PageFindings, from: Stop, met: Set<string>): readonly Stop[] {
  return findings.follow.flatMap(({ url, follow }): readonly Stop[] => {
    if (met.has(url.href)) return [];
    met.add(url.href);
    const { kind, period, reason } = follow;
    return kind === "next"
      ? [{ url, kind: from.kind, period, depth: Math.max(1, from.depth), reason }]
      : [{ url, kind, period, depth: from.depth + 1, reason }];
  });
}

/** Throws URL_SCHEME. */
export function webAddress(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new CanonryError("URL_SCHEME", `${JSON.stringify(text)} is no address of a web page`);
  }
  url.hash = "";
  return url;
}

/** The name of the page without that of the site: its first heading, if its title knows it. */
export function subjectOf({ heading, title }: Page): string {
  const words = new Set(significant(title));
  const known = title === "" || significant(heading).some((word) => words.has(word));
  return heading !== "" && known ? heading : (title.split(/\s[|–—-]\s/)[0] ?? "");
}

/** Pages that list others first, then the newest. */
function byTime(a: Stop, b: Stop): number {
  const rank = (stop: Stop): number => (stop.kind === "release" ? 1 : 0);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const end = (stop: Stop): string => parsePeriod(stop.period ?? "")?.end ?? "";
  return end(a) === end(b) ? 0 : end(a) > end(b) ? -1 : 1;
}

async function look(
  stop: Stop,
  needs: DiscoverNeeds,
): Promise<{ readonly seen: SeenPage; readonly fetched: FetchedPage | null }> {
  const { url, depth, reason } = stop;
  const seen = { url: url.href, title: "", depth, failure: null, reason };
  try {
    const fetched = await needs.readPage(url.href, stop.period);
    const { failure, page } = fetched;
    return { seen: { ...seen, title: subjectOf(page), failure }, fetched };
  } catch (error) {
    if (!(error instanceof CanonryError) || error.code === "INTERRUPTED" || error.exit === 7)
      throw error;
    return { seen: { ...seen, failure: `${error.code}: ${error.message}` }, fetched: null };
  }
}

/** One link a file, however many pages lead to it; then twins; announcements of what is there go. */
function settle(found: readonly PageFindings[], prefer: readonly string[]): readonly FoundLink[] {
  const files = new Map<string, Twinnable>();
  for (const { identity, ...file } of found.flatMap((one) => one.files)) {
    const before = files.get(identity);
    files.set(
      identity,
      before === undefined ? file : { ...before, link: both(before.link, file.link) },
    );
  }
  const all = [...files.values()];
  const placed = all.filter(({ link }) => link.state === "found");
  const others = all.map(({ link }) => link).filter((link) => link.state !== "found");
  const periods = new Set(placed.map(({ link }) => link.period));
  const upcoming = new Map<string | null, FoundLink>();
  for (const one of found.flatMap((page) => page.upcoming)) {
    if (!periods.has(one.period) && !upcoming.has(one.period)) upcoming.set(one.period, one);
  }
  return [...withTwins(placed, prefer), ...upcoming.values(), ...others];
}

function both(a: FoundLink, b: FoundLink): FoundLink {
  const open = (link: FoundLink): boolean =>
    link.state === "found" || link.state === "conflict" || link.state === "no_period";
  if (!open(a) || !open(b)) return open(a) ? b : a;
  const verdict = merged(verdictOf(a), verdictOf(b));
  const period = verdict.state === "found" ? verdict.period : null;
  return { ...a, state: verdict.state, period, reason: verdict.reason };
}

function verdictOf({ state, period, reason }: FoundLink): Verdict {
  if (state === "found" && period !== null) return { state, period, reason };
  return { state: state === "conflict" ? "conflict" : "no_period", reason };
}
