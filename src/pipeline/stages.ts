import type { EventSink } from "../model/events.ts";

/** The order of the pipeline, written once. The events and the docs derive from it. */
export const STAGES = ["acquire", "draft", "enrich", "canonicalize", "load", "export"] as const;

export type StageName = (typeof STAGES)[number];

/** Runs the work of a stage between its two events. */
export async function inStage<Result>(
  stage: StageName,
  scope: {
    readonly events: EventSink;
    readonly publication: string;
    readonly period: string;
    now(): Date;
  },
  work: () => Promise<Result>,
): Promise<Result> {
  const { events, publication, period } = scope;
  const startedAt = scope.now().getTime();
  events.emit({ event: "stage.started", stage, publication, period });
  const result = await work();
  const durationMs = scope.now().getTime() - startedAt;
  events.emit({ event: "stage.finished", stage, publication, period, duration_ms: durationMs });
  return result;
}
