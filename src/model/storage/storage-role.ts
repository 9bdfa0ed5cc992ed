/**
 * What a home keeps that may stand elsewhere: `inputs` the artifacts, `exports`, `logs` the event logs, `archive`
 * what retention set aside, `backups`. All else (working material, manifests, configuration, state, the embedded
 * database) stays in the home.
 */
export const STORAGE_ROLES = ["inputs", "exports", "logs", "archive", "backups"] as const;

export type StorageRole = (typeof STORAGE_ROLES)[number];
