import { hostname } from "node:os";
import type { LeftOut, SourceDecision } from "../model/decision.ts";
import { CanonryError, type ExitCode } from "../model/errors.ts";
import type { EventSink } from "../model/events.ts";
import type { ReleaseManifest } from "../model/manifest.ts";
import type { ReleaseReport, SourceReport } from "../model/report.ts";
import type { BackfillOptions } from "./backfill.ts";
import type { PublicationSurvey, SurveyedRelease } from "./publication-survey.ts";
import { publishRelease } from "./publish.ts";
import { prepareRelease } from "./prepare.ts";
import { releaseReason, releaseStatus } from "./release-status.ts";
import type { Semaphore } from "./semaphore.ts";
import type { World } from "./world.ts";

export interface ReleaseContext {
  readonly world: World;
  readonly options: BackfillOptions;
  readonly backfillId: string;
  readonly events: EventSink;
  /** Fetching and drafting take a slot; deciding and loading go one after the other. */
  readonly slots: Semaphore;
}

/** What fetching and drafting gave: a document to decide on, or the reason why there is none. */
export type Prepared =
  | { readonly kind: "done"; readonly report: ReleaseReport }
  | {
      readonly kind: "drafted";
      readonly runId: string;
      readonly document: ReleaseManifest;
      readonly complete: boolean;
      readonly releaseKey: string;
    };
