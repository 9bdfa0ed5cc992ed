/**
 * Reads   config, ops.job_run, and what its jobs read.
 * Writes  ops.job_run, and what its jobs write.
 * Key     job + due instant.
 * Errors  those of the configuration, SERVICE_PORT, JOB_UNKNOWN, LOCK_HELD; what a job throws is its result.
 */
export { logSink } from "./log.ts";
export { serve } from "./serve.ts";
export { runNow, tick, type Watch } from "./tick.ts";
