import type { LoadCommit, LoadCounts, SameRows } from "../../model/load-commit.ts";
import type { CheckResult } from "../../model/manifest/check.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import { runChecks } from "../checks/checks.ts";
import type { Transaction } from "../database.ts";
import { identifier } from "../identifier.ts";
import { sampleOf } from "../ledger/seen.ts";
import { digestColumns, loadFacts } from "../tables/row-digest.ts";
import { liveColumns, planShape, type Shape, type ShapeOf } from "../tables/shape-source.ts";
import {
  bronzeTable,
  changeSql,
  columnsAfter,
  planTable,
  type TableColumn,
} from "../tables/source-table.ts";
import { checkRows } from "./check-rows.ts";
import { settleGrain } from "./grain.ts";
import { recast } from "./recast.ts";
import { hasEarlier, sameRows, type TriedLoad } from "./same-rows.ts";

/** What a load would come to. */
export interface Rehearsed {
  /** As it would be kept: its grain is settled. */
  readonly contract: SourceContract;
  /** What would be run to shape table and view. */
  readonly statements: readonly string[];
  readonly counts: LoadCounts;
  readonly checks: readonly CheckResult[];
  /** Nothing would be loaded: the rows are those of a load. */
  readonly same: SameRows | null;
}

/**
 * Loads that are tried and not made: their rows go to temporary tables that one connection alone sees, so
 * values, keys and samples are judged by the server as those of a load are. Tables of the warehouse are
 * read, never locked against readers or writers. Memory: one batch of rows; disk: the rows, until the
 * session ends.
 */
export class Rehearsal {
  private readonly session: Transaction;
  /** Columns of the temporary tables, and what the real ones and their views would be by now. */
  private readonly tried = new Map<string, readonly TableColumn[]>();
  private readonly shaped = new Map<string, ShapeOf>();
  /** By source and period: the last load that would be made, so the current one. */
  private readonly current = new Map<string, TriedLoad>();

  constructor(session: Transaction) {
    this.session = session;
  }

  /**
   * `load_id` is below 0, and another one each time: no load of the ledger has it. `provisional` is what the
   * contract is that the load was planned with. Throws what the load would.
   */
  async load(
    load: LoadCommit,
    {
      load_id: loadId,
      vintage,
      provisional,
    }: { readonly load_id: number; readonly vintage: number; readonly provisional: boolean },
  ): Promise<Rehearsed> {
    const { source, contract, noted } = load;
    const known = this.shaped.get(source);
    const shape = await planShape(this.session, contract, load.changed, known);
    const table = temporaryTable(source);
    await this.shapeTemporary(table, contract);
    const columns = digestColumns(this.tried.get(source) ?? []);
    const copied = await this.session.copyIn(
      table,
      load.copy_columns.map(identifier),
      load.lines(String(loadId), columns),
    );
    const counts = load.counts();
    await checkRows(this.session, load, { table, loadId, columns, copied }, counts);
    const same = await this.sameRows(load, loadId, shape, counts);
    if (same !== null) return { contract, statements: [], counts, checks: [], same };
    const settled = await settleGrain(
      this.session,
      load,
      { table, loadId },
      async () => provisional,
    );
    const checks = await runChecks(this.session, load, { table, loadId, rows: counts.rows_data });
    this.shaped.set(source, shape.shape);
    const is_whole = load.aside().length === 0;
    const made = { load_id: loadId, vintage, contract: settled, noted, is_whole };
    this.current.set(placeOf(load), made);
    return { contract: settled, statements: shape.statements, counts, checks, same };
  }

  /** Compared in the columns that the real table would have by then. */
  private async sameRows(
    load: LoadCommit,
    loadId: number,
    { shape, statements }: Shape,
    counts: LoadCounts,
  ): Promise<SameRows | null> {
    const { source } = load;
    const current = this.current.get(placeOf(load)) ?? null;
    if (current === null && !(await hasEarlier(this.session, load))) return null;
    const covered = digestColumns(shape.columns);
    const own = recast(temporaryTable(source), this.tried.get(source) ?? [], shape.columns);
    const real = (await liveColumns(this.session, source)) ?? [];
    const ledger = recast(bronzeTable(source), real, shape.columns);
    const all = { loads: [loadId], parts: true, periods: true };
    const facts = await loadFacts(this.session, own, covered, all);
    const made = { load_id: loadId, covered, counts: { ...counts, facts }, statements };
    return sameRows(this.session, load, made, { own, ledger, current });
  }

  /** Rows of a load that was tried; see `sampleOf`. */
  sampleOf(request: Parameters<typeof sampleOf>[1]): ReturnType<typeof sampleOf> {
    return sampleOf(this.session, request, temporaryTable(request.source));
  }

  private async shapeTemporary(table: string, contract: SourceContract): Promise<void> {
    const before = this.tried.get(contract.code) ?? null;
    const changes = planTable(contract, before);
    for (const change of changes) {
      for (const statement of changeSql(table, change)) await this.session.rows(statement);
    }
    this.tried.set(contract.code, changes.reduce(columnsAfter, before ?? []));
  }
}

const placeOf = ({ source, period }: Pick<LoadCommit, "source" | "period">): string =>
  `${source} ${period}`;

function temporaryTable(source: string): string {
  return `pg_temp.${identifier(source)}`;
}
