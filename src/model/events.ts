import type { RetentionKind } from "./retention.ts";

/** The closed union of things that a run tells. Sinks add event id, sequence, time and run. */
export type Event =
  | { readonly event: "backfill.started"; readonly publications: number; readonly releases: number }
  | { readonly event: "backfill.finished"; readonly exit: number; readonly duration_ms: number }
  | (ReleaseEvent & { readonly event: "release.started" })
  | (ReleaseEvent & {
      readonly event: "release.finished";
      readonly status: string;
      readonly reason: string;
      readonly duration_ms: number;
    })
  | (ReleaseEvent & {
      readonly event: "stage.started" | "stage.finished";
      readonly stage: string;
      readonly duration_ms?: number;
    })
  | (ReleaseEvent & {
      readonly event:
        | "source.loaded"
        | "source.skipped"
        | "source.held"
        | "source.quarantined"
        | "source.failed";
      readonly source: string;
      readonly rows?: number;
      readonly reason: string;
    })
  | (ReleaseEvent & {
      readonly event: "source.reverted" | "source.purged";
      readonly source: string;
      /** That is current no more, or is gone. */
      readonly vintage: number | null;
      /** That is current now. */
      readonly current: number | null;
      readonly by: string;
      readonly reason: string;
    })
  | {
      readonly event: "export.written";
      readonly source: string;
      readonly rows: number;
    }
  | {
      /** Something that retention archived, expired or removed. */
      readonly event: "retention.done";
      readonly kind: RetentionKind;
      readonly key: string;
      readonly reason: string;
      readonly size_bytes: number;
    }
  | { readonly event: "projection.repaired"; readonly path: string; readonly reason: string }
  | { readonly event: "warning"; readonly code: string; readonly message: string };

interface ReleaseEvent {
  readonly publication: string;
  readonly period: string;
}

/** Takes events; never throws into the work that it watches. */
export interface EventSink {
  emit(event: Event): void;
  /** All that was emitted is durable. */
  flush(): Promise<void>;
}
