import type { Discovery, FoundLink } from "../model/discovery.ts";
import { renderTable } from "./table.ts";

/** Lines of what was left out that are shown. */
const MOST_LEFT_OUT = 40;

/** What a page leads to: files by period, announcements, and what was left out with its reason. */
export function renderDiscovery({ links, pages, unseen }: Discovery, width: number): string {
  const found = links.filter((one) => one.state === "found" || one.state === "not_published");
  const others = links.filter((one) => !found.includes(one));
  const more = others.length - MOST_LEFT_OUT;
  const failed = pages.filter((one) => one.failure !== null);
  const parts = [
    `${pages.length} pages looked at, ${found.length} files or announcements, ${others.length} links left out.`,
    found.length === 0 ? "" : table(found.toSorted(byPeriod), width),
    others.length === 0
      ? ""
      : ["Left out:", ...others.slice(0, MOST_LEFT_OUT).map(leftOut)].join("\n"),
    more > 0 ? `and ${more} more: --json has them all` : "",
    ...failed.map((one) => `${one.url}: ${one.failure ?? ""}`),
    unseen.length === 0 ? "" : `${unseen.length} pages were not looked at: raise limits.pages.`,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function byPeriod(a: FoundLink, b: FoundLink): number {
  return (a.period ?? "") < (b.period ?? "") ? -1 : (a.period ?? "") > (b.period ?? "") ? 1 : 0;
}

function leftOut({ period, name, text, state, reason }: FoundLink): string {
  const place = [period ?? "", name, text === "" ? "" : `"${text.slice(0, 60)}"`];
  const seen = place.filter((part) => part !== "").join(" ");
  return `  ${seen}: ${state.replace("_", " ")}: ${reason}`;
}

function table(links: readonly FoundLink[], width: number): string {
  return renderTable(
    links,
    [
      { title: "period", value: (one) => one.period ?? "" },
      { title: "state", value: (one) => one.state.replace("_", " ") },
      { title: "file", value: (one) => one.name.slice(0, 36) },
      { title: "link", value: (one) => one.text, shrinks: true },
      { title: "why", value: (one) => one.reason },
    ],
    width,
  );
}
