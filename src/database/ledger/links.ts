import type { LinkRecord } from "../../model/link.ts";
import type { Executor } from "../database.ts";
import { iso } from "../iso.ts";

/** A column as ISO text, UTC. */
export const isoInstant = (column: string): string => `${iso(column)} as ${column}`;

/** Every link of a publication, or of one of its releases, in one statement. */
export function linksOf(
  executor: Executor,
  publication: string,
  period: string | null = null,
): Promise<LinkRecord[]> {
  return executor.rows<LinkRecord>(
    `select period, url, status, sha256, file_name, size_bytes, etag, last_modified, detail,
            ${isoInstant("checked_at")}, ${isoInstant("first_fetched_at")}, ${isoInstant("changed_at")}
       from ops.link where publication = $1 and period = coalesce($2, period) order by period, url`,
    [publication, period],
  );
}

export async function keepArtifact(
  executor: Executor,
  sha256: string,
  fileName: string,
  sizeBytes: number,
): Promise<void> {
  await executor.rows(
    `insert into ops.artifact (sha256, file_name, size_bytes) values ($1, $2, $3)
     on conflict (sha256) do update set expired_at = null where ops.artifact.expired_at is not null`,
    [sha256, fileName, sizeBytes],
  );
}

/** Keeps what became of a link, and the artifact that it led to. */
export async function recordLink(
  executor: Executor,
  publication: string,
  link: LinkRecord,
): Promise<void> {
  if (link.sha256 !== null) {
    await keepArtifact(executor, link.sha256, link.file_name ?? "", link.size_bytes ?? 0);
  }
  await executor.rows(
    `insert into ops.link (publication, period, url, status, sha256, file_name, size_bytes, etag,
                           last_modified, detail, checked_at, first_fetched_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (publication, period, url) do update
       set status = excluded.status, sha256 = excluded.sha256, file_name = excluded.file_name,
           size_bytes = excluded.size_bytes, etag = excluded.etag, last_modified = excluded.last_modified,
           detail = excluded.detail, checked_at = excluded.checked_at,
           first_fetched_at = excluded.first_fetched_at, changed_at = excluded.changed_at`,
    [
      publication,
      link.period,
      link.url,
      link.status,
      link.sha256,
      link.file_name,
      link.size_bytes,
      link.etag,
      link.last_modified,
      link.detail,
      link.checked_at,
      link.first_fetched_at,
      link.changed_at,
    ],
  );
}
