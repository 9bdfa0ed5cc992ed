import type { Discovery } from "../../../model/discovery.ts";
import { ERRORS, type ErrorCode, type ExitCode } from "../../../model/errors.ts";
import type { UnplacedFile, UnseenPage, WantedLink } from "../../../model/link.ts";

/** A release that is announced and has no file yet. */
export interface AnnouncedRelease {
  readonly period: string;
  readonly reason: string;
}

/** What a discovery gives to the plan. A file that has an explicit link is of the period stated there. */
export function asLinks(
  discovery: Discovery,
  publication: string,
  stated: ReadonlySet<string>,
): {
  readonly wanted: readonly WantedLink[];
  readonly unplaced: readonly UnplacedFile[];
  readonly announced: readonly AnnouncedRelease[];
  readonly unseen: readonly UnseenPage[];
} {
  const links = discovery.links.filter((link) => !stated.has(link.url));
  const wanted: WantedLink[] = [];
  const unplaced: UnplacedFile[] = [];
  const announced: AnnouncedRelease[] = [];
  for (const { state, period, url, reason } of links) {
    if (state === "found" && period !== null) wanted.push({ period, url, origin: "discovered" });
    if (state === "conflict" || state === "no_period") unplaced.push({ url, reason });
    if (state === "not_published" && period !== null) announced.push({ period, reason });
  }
  const unseen = discovery.pages.flatMap(({ url, failure }) =>
    failure === null ? [] : [{ publication, url, reason: failure, exit: exitOf(failure) }],
  );
  const [next] = discovery.unseen;
  if (next !== undefined) {
    const reason = `${discovery.unseen.length} more pages were not looked at: raise \`limits.pages\``;
    unseen.push({ publication, url: next, reason, exit: 3 });
  }
  return { wanted, unplaced, announced, unseen };
}

function exitOf(failure: string): ExitCode {
  const code = /^([A-Z_]+):/.exec(failure)?.[1] ?? "";
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].exit : 5;
}
