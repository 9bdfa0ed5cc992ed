import type { SourceOutcome } from "../../database/inquiry/record-outcome.ts";
import type { Rehearsal } from "../../database/load/rehearsal.ts";
import type { ReleaseDecision } from "../../model/decision.ts";
import { stableJson } from "../../model/hash.ts";
import type { LoadCommit, LoadReceipt, LoadResult } from "../../model/load-commit.ts";
import type { Generation } from "../../model/manifest/generation.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import { parsePeriod } from "../../model/period/period.ts";
import type {
  Manifest,
  ReleaseLedger,
  ReleasePlace,
  SampleOfLoad,
  SeenPeriod,
} from "../release/release-ledger.ts";
import type { ForecastEntry, ForecastLoad } from "./forecast-entries.ts";
import { type Dated, issueOf, issuesBefore, nearestFirst, orderedByEnd } from "./forecast-order.ts";
import { SameIssues } from "./forecast-same.ts";

interface KnownContract {
  readonly publication: string;
  readonly contract: SourceContract;
  readonly version: number;
}

const isOf =
  (place: ReleasePlace) =>
  (one: ReleasePlace): boolean =>
    one.publication === place.publication && one.period === place.period;
const keyOf = ({ publication, period }: ReleasePlace): string => `${publication} ${period}`;

/**
 * The ledger as it would be after what was decided so far: reads the real one, and keeps what would be
 * written. So later releases are decided on the contracts and loads of earlier ones, as in a backfill.
 */
export class Forecast implements ReleaseLedger {
  readonly rehearses = true;
  /** In the order in which it would be done. */
  readonly entries: ForecastEntry[] = [];
  /** The last decision of each release. */
  readonly decisions = new Map<string, ReleaseDecision>();
  private readonly real: ReleaseLedger;
  private readonly rehearsal: Rehearsal;
  /** Manifests of people that a backfill takes up first, then what loads make of them. */
  private readonly manifests: Map<string, Manifest>;
  private readonly takenUp: ReadonlyMap<string, Manifest>;
  /** Canonical generations that loads would bring; the last of each publication. */
  private readonly canonical = new Map<string, Generation>();
  private readonly contracts = new Map<string, KnownContract>();
  private readonly quarantined = new Map<string, readonly string[]>();
  private readonly same = new SameIssues();
  /** Loads that were tried, whatever came of them. */
  private tried = 0;

  constructor(real: ReleaseLedger, rehearsal: Rehearsal, takenUp: ReadonlyMap<string, Manifest>) {
    this.real = real;
    this.rehearsal = rehearsal;
    this.takenUp = takenUp;
    this.manifests = new Map(takenUp);
  }

  decisionOf(place: ReleasePlace): ReleaseDecision | null {
    return this.decisions.get(keyOf(place)) ?? null;
  }

  async manifestInForce(publication: string): Promise<Manifest | null> {
    return this.manifests.get(publication) ?? this.real.manifestInForce(publication);
  }

  /** A manifest that is taken up has one if its publication had one before. Ids of a forecast are not kept. */
  async lastCanonical(publication: string, release: string | null): Promise<Generation | null> {
    const own = this.canonical.get(publication);
    if (own !== undefined) return own;
    const taken = this.takenUp.get(publication);
    const last = await this.real.lastCanonical(publication, taken === undefined ? release : null);
    return last === null || taken === undefined ? last : { ...last, parsed: taken.text };
  }

  async contractsOf(publication: string): Promise<{ contract: SourceContract; version: number }[]> {
    const real = await this.real.contractsOf(publication);
    const found = new Map(real.map((one) => [one.contract.code, one]));
    for (const contract of this.takenUp.get(publication)?.document.sources ?? []) {
      const known = found.get(contract.code);
      if (known !== undefined && stableJson(known.contract) === stableJson(contract)) continue;
      found.set(contract.code, { contract, version: (known?.version ?? 0) + 1 });
    }
    for (const [code, { publication: owner, contract, version }] of this.contracts) {
      if (owner === publication) found.set(code, { contract, version });
    }
    return [...found.values()];
  }

  async codesOfOthers(publication: string): Promise<string[]> {
    const fresh = [...this.contracts].filter(([, one]) => one.publication !== publication);
    const real = await this.real.codesOfOthers(publication);
    return [...new Set([...real, ...fresh.map(([code]) => code)])].sort();
  }

  async seenOf(publication: string, period: SeenPeriod): ReturnType<ReleaseLedger["seenOf"]> {
    const real = await this.real.seenOf(publication, period);
    const own = this.currentLoads().filter((one) => one.publication === publication);
    const periods = new Map(real.periods);
    for (const { source, period: loaded } of own) {
      periods.set(source, orderedByEnd([...(periods.get(source) ?? []), loaded]));
    }
    const last = new Map(real.last);
    for (const source of new Set(own.map((one) => one.source))) {
      const others = own.filter((one) => one.source === source && one.period !== period.text);
      const known = real.last.get(source);
      // Of two that are equally near the one that was loaded later comes first.
      const candidates: Dated[] = [...others.toReversed(), ...(known === undefined ? [] : [known])];
      const [nearest] = nearestFirst(candidates, period);
      if (nearest !== undefined) last.set(source, nearest);
    }
    const issues = new Map(real.issues);
    for (const source of new Set(own.map((one) => one.source))) {
      const fresh = own.filter((one) => one.source === source);
      issues.set(source, issuesBefore(period, fresh, real.issues.get(source) ?? []));
    }
    const releases = orderedByEnd([...real.releases, ...own.map((one) => one.period)]);
    return { releases, periods, last, issues };
  }

  async periodsHolding(
    asked: Parameters<ReleaseLedger["periodsHolding"]>[0],
  ): ReturnType<ReleaseLedger["periodsHolding"]> {
    const { source, content, but } = asked;
    const own = this.currentLoads().filter((one) => one.source === source && one.period !== but);
    const overtaken = new Set(own.map((one) => one.period));
    const real = await this.real.periodsHolding(asked);
    const fresh = own.filter((one) => one.content.join() === content.join());
    const left = real.filter((period) => !overtaken.has(period));
    return orderedByEnd([...fresh.map((one) => one.period), ...left]).toReversed();
  }

  sampleOf(request: SampleOfLoad): ReturnType<ReleaseLedger["sampleOf"]> {
    const tried = request.load_id.startsWith("-");
    return tried ? this.rehearsal.sampleOf(request) : this.real.sampleOf(request);
  }

  async loadsOfRelease(place: ReleasePlace): ReturnType<ReleaseLedger["loadsOfRelease"]> {
    const own = this.loads().filter(isOf(place));
    const current = new Set(this.currentLoads());
    const overtaken = new Set(own.map((one) => one.source));
    const real = (await this.real.loadsOfRelease(place)).map((one) =>
      overtaken.has(one.source) ? { ...one, is_current: false } : one,
    );
    return this.same.besides([
      ...real,
      ...own.map((one) => ({
        source: one.source,
        load_id: one.load_id,
        vintage: one.receipt.vintage,
        key: one.key,
        is_current: current.has(one),
        keys: [one.key],
        artifacts: one.artifacts,
      })),
    ]);
  }

  /** What a load that is tried would set aside is in its receipt. */
  rowsAside(place: ReleasePlace): ReturnType<ReleaseLedger["rowsAside"]> {
    return this.real.rowsAside(place);
  }

  async totalHistory(source: string, before: string): ReturnType<ReleaseLedger["totalHistory"]> {
    const ends = (period: string): string => parsePeriod(period)?.end ?? "";
    const own = this.currentLoads().filter(
      (one) => one.source === source && ends(one.period) < before,
    );
    const real = await this.real.totalHistory(source, before);
    const last = orderedByEnd(own.map((one) => one.period)).at(-1);
    if (last === undefined || (real !== null && ends(real.period) > ends(last))) return real;
    const checks = own.find((one) => one.period === last)?.receipt.checks ?? [];
    return { period: last, totals: checks.flatMap((one) => one.detail.total ?? []) };
  }

  async earlierRows(source: string, before: string): ReturnType<ReleaseLedger["earlierRows"]> {
    const own = this.currentLoads()
      .filter((one) => one.source === source && (parsePeriod(one.period)?.end ?? before) < before)
      .map((one) => ({ period: one.period, rows: one.receipt.rows_data }));
    const real = await this.real.earlierRows(source, before);
    const others = real.filter((one) => !own.some(({ period }) => period === one.period));
    const all = [...own, ...others];
    const order = orderedByEnd(all.map((one) => one.period)).toReversed();
    return all.toSorted((a, b) => order.indexOf(a.period) - order.indexOf(b.period)).slice(0, 6);
  }

  async outcomesOfRelease(place: ReleasePlace): ReturnType<ReleaseLedger["outcomesOfRelease"]> {
    const found = new Map(
      (await this.real.outcomesOfRelease(place)).map((one) => [one.source, one]),
    );
    for (const one of this.entries.filter(isOf(place))) {
      const { source } = one;
      if (one.kind === "load") found.set(source, { source, status: "loaded", reason: "" });
      else found.set(source, { source, status: one.status, reason: one.reason });
    }
    return [...found.values()];
  }

  async barredOfRelease(place: ReleasePlace): ReturnType<ReleaseLedger["barredOfRelease"]> {
    return this.same.barred(place, await this.real.barredOfRelease(place));
  }

  async quarantineKeys(place: ReleasePlace): Promise<string[]> {
    const own = this.quarantined.get(keyOf(place)) ?? [];
    return [...(await this.real.quarantineKeys(place)), ...own];
  }

  decided(decision: ReleaseDecision): void {
    this.decisions.set(keyOf(decision), decision);
  }

  async recordSame(): Promise<void> {}

  async commitLoad(load: LoadCommit): Promise<LoadResult> {
    const given = await this.givenFor(load);
    const { contract, statements, counts, checks, same } = await this.rehearsal.load(load, given);
    const artifacts = [...counts.parts.map((one) => one.artifact), ...load.copies];
    if (same !== null) {
      this.same.add(load, same, artifacts);
      return same;
    }
    const { manifest, generation } = await this.keepContract(load, contract);
    const receipt: LoadReceipt = {
      load_id: String(given.load_id),
      vintage: given.vintage,
      rows_data: counts.rows_data,
      rows_total: counts.rows_total,
      rows_aside: load.aside().length,
      checks,
      contract_version: load.changed ? load.base_version + 1 : load.base_version,
      generation,
    };
    this.entries.push({
      kind: "load",
      publication: load.publication,
      period: load.period,
      source: load.source,
      load_id: receipt.load_id,
      key: load.key,
      receipt,
      statements,
      drift: load.drift,
      manifest,
      profile: counts.profile,
      artifacts,
      content: counts.parts.map((one) => one.fingerprint).sort(),
      issue: issueOf(load, counts),
    });
    return receipt;
  }

  /** Number, vintage and state of the contract that a load is tried with. */
  private async givenFor(load: LoadCommit): Promise<Parameters<Rehearsal["load"]>[1]> {
    const before = [
      ...(await this.loadsOfRelease(load)),
      ...(await this.real.barredOfRelease(load)),
    ];
    const known = await this.contractsOf(load.publication);
    const base = known.find((one) => one.contract.code === load.source)?.contract;
    const vintages = before.filter((one) => one.source === load.source).map((one) => one.vintage);
    return {
      load_id: -++this.tried,
      vintage: Math.max(0, ...vintages) + 1,
      provisional: base?.provisional === true,
    };
  }

  private async keepContract(
    load: LoadCommit,
    contract: SourceContract,
  ): Promise<Pick<ForecastLoad, "manifest"> & Pick<LoadReceipt, "generation">> {
    const { publication, source } = load;
    const current = await this.manifestInForce(publication);
    if (!load.changed) {
      // A manifest that no generation stands for gets one from a load that agrees with it.
      const stands = current === null || (await this.lastCanonical(publication, null)) !== null;
      return { manifest: null, generation: stands ? null : this.keep(load, current, contract) };
    }
    const next = load.manifest(current, contract);
    this.manifests.set(publication, next);
    this.contracts.set(source, { publication, contract, version: load.base_version + 1 });
    const { version, digest } = next.document;
    return { manifest: { version, digest }, generation: this.keep(load, next, contract) };
  }

  private keep(load: LoadCommit, manifest: Manifest, contract: SourceContract): Generation {
    const generation = load.generation(manifest, contract);
    this.canonical.set(load.publication, generation);
    return generation;
  }

  async recordOutcome(outcome: SourceOutcome): Promise<void> {
    const { publication, period, source, status, reason, drift } = outcome;
    await this.recordQuarantine(outcome, outcome.entries);
    this.entries.push({ kind: "outcome", publication, period, source, status, reason, drift });
  }

  async recordQuarantine(
    run: ReleasePlace,
    items: readonly { readonly key: string }[],
  ): Promise<void> {
    const before = this.quarantined.get(keyOf(run)) ?? [];
    this.quarantined.set(keyOf(run), [...before, ...items.map((one) => one.key)]);
  }

  /** Nothing that is forecast depends on it: no figure comes or goes. */
  async standAgain(): Promise<void> {}

  async resolveQuarantine(): Promise<void> {}

  private loads(): readonly ForecastLoad[] {
    return this.entries.filter((one) => one.kind === "load");
  }

  /** The last load of each source and period. */
  private currentLoads(): readonly ForecastLoad[] {
    const found = new Map<string, ForecastLoad>();
    for (const load of this.loads()) found.set(`${load.source} ${load.period}`, load);
    return [...found.values()];
  }
}
