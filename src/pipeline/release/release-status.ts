import type { LeftOut } from "../../model/decision.ts";
import { ERRORS, type ErrorCode, type ExitCode } from "../../model/errors.ts";
import type { LinkRecord } from "../../model/link.ts";
import type { ReleaseStatus, SourceReport } from "../../model/report.ts";

/** What a release came to, given its sources and what was left out of it. */
export function releaseStatus(
  sources: readonly SourceReport[],
  leftOut: readonly LeftOut[],
): { readonly status: ReleaseStatus; readonly exit: ExitCode } {
  const has = (status: SourceReport["status"]): boolean =>
    sources.some((one) => one.status === status);
  const rejected = leftOut.some((one) => one.what === "quarantined" || one.what === "unreadable");
  const good = has("loaded") || has("unchanged");
  const bad = has("held") || has("quarantined") || has("failed") || rejected;
  if (good && !bad) return { status: has("loaded") ? "loaded" : "unchanged", exit: 0 };
  if (has("failed")) return { status: good ? "partial" : "failed", exit: good ? 3 : 6 };
  if (has("held")) return { status: good ? "partial" : "held", exit: 4 };
  return { status: good ? "partial" : "quarantined", exit: good ? 3 : 6 };
}

/** One line for the table: what was loaded, and what was not. */
export function releaseReason(
  sources: readonly SourceReport[],
  leftOut: readonly LeftOut[],
): string {
  const count = (status: SourceReport["status"]): number =>
    sources.filter((one) => one.status === status).length;
  const loaded = sources.filter((one) => one.status === "loaded");
  const reissued = loaded.filter((one) => (one.vintage ?? 1) > 1).length;
  const words = [
    loaded.length > 0 ? `${loaded.length} loaded` : "",
    reissued > 0 ? `${reissued} of them re-issued` : "",
    count("unchanged") > 0 ? `${count("unchanged")} as before` : "",
    count("held") > 0 ? `${count("held")} held` : "",
    count("quarantined") + leftOut.filter((one) => one.what === "quarantined").length > 0
      ? `${count("quarantined") + leftOut.filter((one) => one.what === "quarantined").length} quarantined`
      : "",
    leftOut.some((one) => one.what === "unreadable") ? "a file could not be read" : "",
    count("failed") > 0 ? `${count("failed")} failed` : "",
    ...loaded.flatMap((one) => one.changes),
  ].filter((word) => word !== "");
  return words.length === 0 ? "no table was found" : words.join(", ");
}

/** Of the error that a link failed with. */
export function exitOfLink(link: LinkRecord): ExitCode {
  const code = /^([A-Z_]+):/.exec(link.detail ?? "")?.[1];
  return code !== undefined && Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].exit : 5;
}

export function describeLeftOut(item: LeftOut): string {
  const place = [item.file, item.member, item.sheet, item.range]
    .filter((part) => part !== null)
    .join(" ");
  return `${place}: ${item.what}: ${item.reason}`;
}
