import { posix } from "node:path";
import type { UnplacedFile, WantedLink } from "../../model/link.ts";
import { type Period, parsePeriod, periodsBetween } from "../../model/period/period.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import { localPathOrNull } from "./apply.ts";
import { isChosen } from "./chosen.ts";
import { placeFile } from "./place-file.ts";
import { linkKey } from "./plan.ts";

/**
 * Every address that the configuration of a publication leads to, once a period. `files` are those of
 * its folder; one that has an explicit link is of the period stated there, whatever its name says. What
 * a landing page leads to is found elsewhere.
 */
export function wantedLinks(
  publication: PublicationConfig,
  files: readonly string[],
  today: string,
): { readonly wanted: readonly WantedLink[]; readonly unplaced: readonly UnplacedFile[] } {
  const wanted: WantedLink[] = publication.urls.map(({ period, url }) => ({
    period,
    url,
    origin: "explicit",
  }));
  const stated = new Set(wanted.map(({ url }) => posix.normalize(localPathOrNull(url) ?? url)));
  const unplaced: UnplacedFile[] = [];
  for (const path of files.filter((file) => isChosen(file, publication.files))) {
    const url = `${(publication.folder ?? "").replace(/\/+$/, "")}/${path}`;
    if (stated.has(posix.normalize(url))) continue;
    const placed = placeFile(path);
    if ("reason" in placed) unplaced.push({ url, reason: placed.reason });
    else wanted.push({ period: placed.period, url, origin: "folder" });
  }
  const links = new Map<string, WantedLink>();
  for (const link of [...wanted, ...scheduledLinks(publication, today)]) {
    const key = linkKey(link);
    if (!links.has(key)) links.set(key, link);
  }
  return { wanted: [...links.values()], unplaced };
}

/** One link a period of the schedule, up to the last one that is due today. */
function scheduledLinks(publication: PublicationConfig, today: string): readonly WantedLink[] {
  const { url, periods } = publication;
  const from = periods === undefined ? null : parsePeriod(periods.from);
  if (url === undefined || url === DISCOVER || periods === undefined || from === null) return [];
  const stated = periods.to === undefined ? null : parsePeriod(periods.to);
  const last = stated ?? { ...from, start: today };
  return periodsBetween(from, last)
    .filter((period) => dueDay(period, periods.lag_days ?? 0) <= today)
    .map((period) => ({
      period: period.text,
      url: fillTemplate(url, period),
      origin: "scheduled",
    }));
}

function dueDay(period: Period, lagDays: number): string {
  const end = new Date(`${period.end}T00:00:00Z`);
  end.setUTCDate(end.getUTCDate() + lagDays);
  return end.toISOString().slice(0, 10);
}

/** As `url` of a publication: its files are those that its landing page leads to. */
export const DISCOVER = "discover";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/**
 * `{yyyy} {yy} {mm} {dd}` of the first day; `{month} {Month} {mon} {Mon}` its name; `{q} {fy} {ww}` as
 * they apply. Beside `{ww}` the year is that of the week: 2026-W01 begins in December 2025.
 */
export function fillTemplate(template: string, period: Period): string {
  const [year = "", mm = "", dd = ""] = period.start.split("-");
  const ofWeek = period.kind === "week" && template.includes("{ww}");
  const yyyy = ofWeek ? period.text.slice(0, 4) : year;
  const month = MONTHS[Number(mm) - 1] ?? "";
  const financial = Number(mm) >= 4 ? Number(year) : Number(year) - 1;
  const values: Readonly<Record<string, string>> = {
    yyyy,
    yy: yyyy.slice(2),
    mm,
    dd,
    Month: month,
    month: month.toLowerCase(),
    Mon: month.slice(0, 3),
    mon: month.slice(0, 3).toLowerCase(),
    q: /Q([1-4])$/.exec(period.text)?.[1] ?? String(Math.ceil(Number(mm) / 3)),
    fy: `${financial}-${String((financial + 1) % 100).padStart(2, "0")}`,
    ww: /W(\d\d)$/.exec(period.text)?.[1] ?? "",
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
