import { UPKEEP_SCHEDULE } from "../model/job.ts";
import { LIMITS } from "../model/limits.ts";
import type { Settings } from "../model/publication.ts";
import type { FeedPaths } from "../model/storage/storage-settings.ts";

/** What is in force where neither flag nor environment nor file says otherwise. */
export const DEFAULTS: Omit<Settings, "storage"> = {
  database: { url: null, port: null },
  fetch: {
    timeout_seconds: 30,
    total_seconds: 900,
    retries: 4,
    max_bytes: 1 << 30,
    max_redirects: 5,
    allow_private: false,
    user_agent: "canonry (+https://example.org/canonry; statistics loader)",
    recheck_days: 100,
    page_pause_ms: 200,
  },
  run: { concurrency: 2 },
  backup: { with_artifacts: false },
  retention: {
    logs_days: 7,
    archive_months: null,
    failed_runs_days: 14,
    vintages_keep: null,
    vintages_days: null,
    artifacts_days: null,
    keep_daily: 7,
    keep_weekly: 5,
    keep_monthly: 12,
  },
  schedule: {
    time_zone: "UTC",
    ...UPKEEP_SCHEDULE,
    backfill: "0 6 * * *",
    tick_seconds: 60,
  },
  service: { host: "127.0.0.1", port: 7461, grace_seconds: 60 },
  enrichment: {
    url: null,
    model: null,
    key_env: "CANONRY_MODEL_KEY",
    allow_http: false,
    timeout_seconds: 120,
    retries: 4,
    max_tokens: 4_000,
    price_in: null,
    price_out: null,
    max_cost: null,
    replay: null,
  },
  limits: LIMITS,
};

export const FEED_PATHS: FeedPaths = {
  raw_dir: "raw",
  active_subdir: "active",
  ready_subdir: "ready",
  processing_subdir: "processing",
  processed_dir: "processed",
};
