import type { Core } from "./column-count.ts";
import type { HeaderZone } from "./header-walk.ts";
import type { Line, Pane } from "./line.ts";
import type { SheetSample } from "./sample.ts";

export interface Draft {
  readonly pane: Pane;
  readonly lines: readonly Line[];
  readonly core: Core;
  readonly zone: HeaderZone;
  readonly sample: SheetSample;
}
