import type { UnplacedFile, WantedLink } from "../../model/link.ts";
import { type Period, parsePeriod, periodsBetween } from "../../model/period.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import { placeFile } from "./place-file.ts";

/** Every address that the configuration of a publication leads to. `files` are those of its folder. */
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
  const unplaced: UnplacedFile[] = [];
  for (const path of files.filter((file) => isChosen(file, publication.files))) {
    const url = `${(publication.folder ?? "").replace(/\/+$/, "")}/${path}`;
    const placed = placeFile(path);
    if ("reason" in placed) unplaced.push({ url, reason: placed.reason });
    else wanted.push({ period: placed.period, url, origin: "folder" });
  }
  return { wanted: [...wanted, ...scheduledLinks(publication, today)], unplaced };
}

function isChosen(path: string, { include, exclude }: PublicationConfig["files"]): boolean {
  const name = path.split("/").at(-1) ?? path;
  const matches = (pattern: string): boolean => {
    const source = pattern.split("*").map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"));
    const expression = new RegExp(`^${source.join(".*")}$`, "i");
    return expression.test(name) || expression.test(path);
  };
  return (include.length === 0 || include.some(matches)) && !exclude.some(matches);
}

/** One link a period of the schedule, up to the last one that is due today. */
function scheduledLinks(publication: PublicationConfig, today: string): readonly WantedLink[] {
  const { url, periods } = publication;
  const from = periods === undefined ? null : parsePeriod(periods.from);
  if (url === undefined || periods === undefined || from === null) return [];
  const stated = periods.to === undefined ? null : parsePeriod(periods.to);
  const last = stated ?? { ...from, start: today };
  return periodsBetween(from, last)
    .filter((period) => dueDay(period, periods.lag_days) <= today)
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

/** `{yyyy} {yy} {mm} {dd}` of the first day; `{month} {Month} {mon} {Mon}` its name; `{q} {fy} {ww}` as they apply. */
export function fillTemplate(template: string, period: Period): string {
  const [yyyy = "", mm = "", dd = ""] = period.start.split("-");
  const month = MONTHS[Number(mm) - 1] ?? "";
  const financial = Number(mm) >= 4 ? Number(yyyy) : Number(yyyy) - 1;
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
