import type { Page, PageItem, PageLink } from "../../../formats/html/page.ts";
import type { FoundLink, FoundState } from "../../../model/discovery.ts";
import { contains, parsePeriod } from "../../../model/period/period.ts";
import { isChosen } from "../chosen.ts";
import { agree, narrower, withoutExtension } from "../period-evidence.ts";
import { type Follow, type From, followed, significant } from "./follow.ts";
import { type FileAddress, fileOf, identityOf, isTable, resolveLink } from "./link-address.ts";
import { type Evidence, type OwnWords, placeLink, type Verdict } from "./place-link.ts";
import { supportingKind } from "./supporting.ts";
import type { Twinnable } from "./twins.ts";
import { expectedOn, isUpcoming, withoutExpected } from "./upcoming.ts";

export interface FilePatterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What one page leads to. */
export interface PageFindings {
  readonly files: readonly (Twinnable & { readonly identity: string })[];
  readonly follow: readonly { readonly url: URL; readonly follow: Follow }[];
  readonly upcoming: readonly FoundLink[];
}

interface Seen {
  readonly link: PageLink;
  readonly url: URL;
  readonly file: FileAddress | null;
  readonly verdict: Verdict;
}

/** Pure: the files, announcements and further pages of a page, each with its period and its reason. */
export function findLinks(page: Page, from: From, patterns: FilePatterns): PageFindings {
  const base = (page.base === null ? null : URL.parse(page.base, from.url.href)) ?? from.url;
  const seen = page.links.flatMap((link): readonly Seen[] => {
    const url = resolveLink(link.href, base);
    if (url === null) return [];
    const file = fileOf(url, `${link.text} ${link.label}`);
    const verdict = placeLink(ownWords(link, url, file), around(link, page, from));
    return [{ link, url, file, verdict }];
  });
  const groups = new Map<string, (Seen & { readonly file: FileAddress })[]>();
  const follow: { url: URL; follow: Follow }[] = [];
  const announced: FoundLink[] = [];
  for (const one of seen) {
    if (one.file !== null) {
      const key = identityOf(one.url);
      groups.set(key, [...(groups.get(key) ?? []), { ...one, file: one.file }]);
      continue;
    }
    const announcement = upcoming(one.link.text, one.link, one.url.href, from);
    if (announcement !== null) announced.push(announcement);
    else {
      const found = followed(one.link, one.url, one.verdict, from);
      if (found !== null) follow.push({ url: one.url, follow: found });
    }
  }
  const files = [...groups].map(([identity, group]) => ({
    identity,
    ...fileLink(group, from, patterns),
    far: group.every(({ verdict }) => verdict.state === "found" && verdict.far === true),
  }));
  const told = page.items.map((item) => upcoming(item.text, item, "", from));
  return {
    files: files.map(({ far, ...file }) => (far ? ofItsOwn(file, files) : file)),
    follow,
    upcoming: [...announced, ...told.filter((one) => one !== null)],
  };
}

/**
 * The year of a page is the period of a file only if no other file there is of a time within that year:
 * beside files of months a list of codes is of no period.
 */
function ofItsOwn<File extends Twinnable>(file: File, all: readonly Twinnable[]): File {
  const { period, state } = file.link;
  const own = parsePeriod(period ?? "");
  const isYear = own?.kind === "year" || own?.kind === "financial_year";
  if (state !== "found" || !isYear) return file;
  const inner = all.find(({ link }) => {
    const other = parsePeriod(link.period ?? "");
    return (
      link.state === "found" && other !== null && other.text !== period && contains(own, other)
    );
  });
  if (inner === undefined) return file;
  const reason = `the page speaks of ${own.text}, and ${inner.link.name} on it of ${inner.link.period ?? ""}`;
  return { ...file, link: { ...file.link, state: "no_period", period: null, reason } };
}

/** Of a page the last step of its address serves as its name. */
function ownWords(link: PageLink, url: URL, file: FileAddress | null): OwnWords {
  const step = url.pathname.split("/").findLast((one) => one !== "") ?? "";
  const name = withoutExtension(file?.name ?? step);
  const own = { where: "its own words", texts: [link.text, link.label, name] };
  return file === null ? own : { ...own, name };
}

function around(link: PageLink, page: Page, from: From): readonly Evidence[] {
  return [
    { where: "the row", texts: link.cell },
    { where: "the words beside it", texts: [link.item] },
    ...link.headings.map((heading) => ({ where: "the heading", texts: [heading], far: true })),
    { where: "the page", texts: [page.heading, page.title], far: true },
    ...(from.period === null
      ? []
      : [{ where: "the link to the page", texts: [from.period], far: true }]),
  ];
}

function fileLink(
  group: readonly (Seen & { readonly file: FileAddress })[],
  from: From,
  patterns: FilePatterns,
): Twinnable {
  const plain = group.find((one) => one.url.search === "") ?? group[0];
  if (plain === undefined) throw new TypeError("an empty group of links");
  const named = group.find((one) => one.link.text !== "") ?? plain;
  const { name, format } = plain.file;
  const verdict = group.map((one) => one.verdict).reduce(merged);
  const words = group.map(({ link }) => `${link.text} ${link.label}`).join(" ");
  const aside = leftOut(name, format, plain.url, words, patterns);
  const period = verdict.state === "found" ? verdict.period : null;
  const link: FoundLink = {
    state: aside?.state ?? verdict.state,
    period,
    url: plain.url.href,
    name,
    format,
    text: named.link.text === "" ? named.link.label : named.link.text,
    reason: aside?.reason ?? verdict.reason,
    page: from.url.href,
  };
  return { link, around: `${named.link.item} ${named.link.headings[0] ?? ""}` };
}

/** Two places of one file: what they say must agree. */
export function merged(a: Verdict, b: Verdict): Verdict {
  if (a.state !== "found") return a.state === "conflict" ? a : b;
  if (b.state !== "found") return b.state === "conflict" ? b : a;
  if (!agree(a.period, b.period)) {
    return {
      state: "conflict",
      reason: `one link to it speaks of ${a.period}, another of ${b.period}`,
    };
  }
  return narrower(a.period, b.period) === a.period ? a : b;
}

/** Why a file is left alone, whatever its period; what a person included by name never is. */
function leftOut(
  name: string,
  format: string,
  url: URL,
  words: string,
  patterns: FilePatterns,
): { readonly state: FoundState; readonly reason: string } | null {
  const path = `${url.pathname.split("/").slice(1, -1).join("/")}/${name}`;
  if (!isChosen(path, patterns)) {
    const matched = isChosen(path, { ...patterns, exclude: [] });
    const reason = matched
      ? "a pattern of `exclude` is like it"
      : "no pattern of `include` is like it";
    return { state: "excluded", reason };
  }
  if (patterns.include.length > 0 && isNamed(path, patterns)) return null;
  if (!isTable(format))
    return { state: "document", reason: `a ${format} file holds no table to load` };
  const kind = supportingKind(`${words} ${withoutExtension(name)}`);
  return kind === null ? null : { state: "supporting", reason: `its words say ${kind}` };
}

/** Whether a pattern names the file by more than its format. */
function isNamed(path: string, { include }: FilePatterns): boolean {
  const named = include.filter((pattern) => !/^\*(?:\.\w+)?$/.test(pattern));
  return named.length > 0 && isChosen(path, { include: named, exclude: [] });
}

/** An announcement of a release of this publication; null for anything else. */
function upcoming(
  text: string,
  place: PageLink | PageItem,
  url: string,
  from: From,
): FoundLink | null {
  const item = "item" in place ? place.item : text;
  const headings = place.headings.slice(0, 2);
  const words = [text, item, ...headings].join(" ");
  if (from.kind === "release" || !isUpcoming(words)) return null;
  const others = significant(text);
  if (others.length > 3 && !others.some((word) => from.subject.has(word))) return null;
  const verdict = placeLink({ where: "its own words", texts: [withoutExpected(text)] }, [
    { where: "the words beside it", texts: [withoutExpected(item)] },
    ...headings.map((heading) => ({ where: "the heading", texts: [heading] })),
  ]);
  if (verdict.state !== "found") return null;
  const on = expectedOn(`${text}. ${item}`);
  return {
    state: "not_published",
    period: verdict.period,
    url,
    name: "",
    format: "",
    text,
    reason: on === null ? "announced, not yet published" : `announced for ${on}, not yet published`,
    page: from.url.href,
  };
}
