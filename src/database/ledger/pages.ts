import type { PageRecord } from "../../model/link.ts";
import type { Executor } from "../database.ts";
import { isoInstant, keepArtifact } from "./links.ts";

/** Every page of a publication. */
export function pagesOf(executor: Executor, publication: string): Promise<PageRecord[]> {
  return executor.rows<PageRecord>(
    `select url, final_url, sha256, size_bytes, content_type, etag, last_modified,
            ${isoInstant("checked_at")}, ${isoInstant("changed_at")}
       from ops.page where publication = $1 order by url`,
    [publication],
  );
}

/** Keeps how a page was seen, and the artifact that holds it. */
export async function recordPage(
  executor: Executor,
  publication: string,
  page: PageRecord,
): Promise<void> {
  await keepArtifact(executor, page.sha256, page.final_url, page.size_bytes);
  await executor.rows(
    `insert into ops.page (publication, url, final_url, sha256, size_bytes, content_type, etag,
                           last_modified, checked_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (publication, url) do update
       set final_url = excluded.final_url, sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
           content_type = excluded.content_type, etag = excluded.etag,
           last_modified = excluded.last_modified, checked_at = excluded.checked_at,
           changed_at = excluded.changed_at`,
    [
      publication,
      page.url,
      page.final_url,
      page.sha256,
      page.size_bytes,
      page.content_type,
      page.etag,
      page.last_modified,
      page.checked_at,
      page.changed_at,
    ],
  );
}
