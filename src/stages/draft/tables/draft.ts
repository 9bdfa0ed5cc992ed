import type { Core } from "../cores/column-count.ts";
import type { HeaderZone } from "../header/header-walk.ts";
import type { Line, Pane } from "../lines/line.ts";
import type { SheetSample } from "../lines/sample.ts";

export interface Draft {
  readonly pane: Pane;
  readonly lines: readonly Line[];
  readonly core: Core;
  readonly zone: HeaderZone;
  readonly sample: SheetSample;
}
