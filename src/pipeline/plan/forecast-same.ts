import type { LoadCommit, SameRows } from "../../model/load-commit.ts";
import type { ReleaseLedger, ReleasePlace } from "../release/release-ledger.ts";

type Loads = Awaited<ReturnType<ReleaseLedger["loadsOfRelease"]>>;
type Barred = Awaited<ReturnType<ReleaseLedger["barredOfRelease"]>>;

/** An issue that holds what a load holds, or one that was purged. */
interface SameIssue extends ReleasePlace {
  readonly source: string;
  readonly load_id: string;
  readonly vintage: number;
  readonly key: string;
  readonly artifacts: readonly string[];
}

/** What a forecast found to be the same, as the ledger would know it. */
export class SameIssues {
  private readonly found: SameIssue[] = [];

  add(
    { publication, period, source, key }: LoadCommit,
    { same_as }: SameRows,
    artifacts: readonly string[],
  ): void {
    this.found.push({ ...same_as, publication, period, source, key, artifacts });
  }

  /** Loads with the keys and files of what holds the same. */
  besides(loads: Loads): Loads {
    return loads.map((load) => {
      const same = this.found.filter((one) => one.load_id === load.load_id);
      return {
        ...load,
        keys: [...load.keys, ...same.map((one) => one.key)],
        artifacts: [...load.artifacts, ...same.flatMap((one) => one.artifacts)],
      };
    });
  }

  /** What is barred of a release, with the keys of what holds the same. */
  barred({ publication, period }: ReleasePlace, barred: Barred): Barred {
    return barred.map((one) => {
      const same = this.found.filter(
        (own) =>
          own.publication === publication &&
          own.period === period &&
          own.source === one.source &&
          own.vintage === one.vintage,
      );
      return { ...one, keys: [...one.keys, ...same.map(({ key }) => key)] };
    });
  }
}
