/** The order of the pipeline, written once. The CLI, the events and the docs derive from it. */
export const STAGES = ["acquire", "draft", "enrich", "canonicalize", "load", "export"] as const;

export type StageName = (typeof STAGES)[number];
