// Landing pages and release pages, as they were seen last.
import { primaryKey, text } from "drizzle-orm/pg-core";
import { at, counter, ops } from "./ops.ts";

export const page = ops.table(
  "page",
  {
    publication: text("publication").notNull(),
    /** As it was asked for. */
    url: text("url").notNull(),
    finalUrl: text("final_url").notNull(),
    sha256: text("sha256").notNull(),
    sizeBytes: counter("size_bytes").notNull(),
    contentType: text("content_type"),
    etag: text("etag"),
    lastModified: text("last_modified"),
    checkedAt: at("checked_at").notNull(),
    changedAt: at("changed_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.publication, table.url] })],
);
