import type { Plan, Planned } from "../../model/stage.ts";
import type {
  Inventory,
  LoadInPart,
  PartColumn,
  PartToRead,
  TablePart,
} from "../../model/storage/backup.ts";

/** What the plan of a backup stands on. */
export interface BackupFacts {
  readonly tables: readonly TableFacts[];
  /** Names of sources: each row of their tables is of a load. */
  readonly sources: ReadonlySet<string>;
  readonly loads: readonly LoadInPart[];
  /** The newest whole backup, with those of its parts that are in the store. */
  readonly previous: { readonly id: string; readonly parts: readonly KeptPart[] } | null;
}

export interface TableFacts {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly PartColumn[];
}

export interface KeptPart extends TableFacts {
  readonly part: TablePart;
}

export interface BackupPlan extends Plan<PartToRead> {
  /** Parts of the backup before that hold what the database holds. */
  readonly reused: readonly KeptPart[];
}

/** Rows of a part, unless one load has more: small enough to share the work, large enough to be few. */
const MOST_ROWS = 1_000_000;

/**
 * Pure. Rows of a load never change, so a part of the backup before is taken over where the ledger says of each
 * of its loads what it said then; all else is read. A load that was purged is not in the ledger: its part is not
 * taken over, and what else stood in it is read anew.
 */
export function plan({ tables, sources, loads, previous }: BackupFacts): BackupPlan {
  const [reused, skipped]: [KeptPart[], { key: string; reason: string }[]] = [[], []];
  const todo: Planned<PartToRead>[] = [];
  for (const table of tables) {
    const key = `${table.schema}.${table.name}`;
    if (table.schema !== "bronze" || !sources.has(table.name)) {
      const action = { ...nameOf(table), choice: "all", loads: null } as const;
      todo.push({
        key,
        action,
        reason: "its rows are of no load, so nothing says that they are as they were",
      });
      continue;
    }
    const own = loads.filter((load) => load.source === table.name);
    const kept = (previous?.parts ?? []).filter((one) => isAsItWas(one, table, own));
    const ids = new Set(kept.flatMap((one) => one.part.loads ?? []).map((load) => load.load_id));
    const count = [...ids].length;
    if (kept.length > 0) {
      reused.push(...kept);
      skipped.push({ key, reason: `${count} loads are as they were in ${previous?.id ?? ""}` });
    }
    const rest = own.filter((load) => !ids.has(load.load_id));
    const why =
      previous === null ? "there is no backup before" : "not in the backup before as it is";
    for (const action of partsToRead(table, rest, kept.length === 0)) {
      todo.push({ key, action, reason: `${action.loads?.length ?? 0} loads: ${why}` });
    }
  }
  return { todo, skipped, reused };
}

const nameOf = ({ schema, name }: TableFacts): Pick<TableFacts, "schema" | "name"> => ({
  schema,
  name,
});

/**
 * A column that came later holds nothing of an earlier load, so that a part may lack it. A part that had other
 * rows than the ledger is read again, and told again.
 */
function isAsItWas(
  { schema, name, part }: KeptPart,
  table: TableFacts,
  loads: readonly LoadInPart[],
): boolean {
  if (schema !== table.schema || name !== table.name || part.loads === null) return false;
  const columns = part.columns.every(({ name: column, type }) =>
    table.columns.some((one) => one.name === column && one.type === type),
  );
  return (
    columns &&
    part.loads.length > 0 &&
    part.rows === part.loads.reduce((sum, load) => sum + load.rows, 0) &&
    part.loads.every(
      ({ load_id, proof }) =>
        proof !== null && loads.find((one) => one.load_id === load_id)?.proof === proof,
    )
  );
}

/** Loads in the order of their ids, put together. Of a table that is read whole the last part takes every other row. */
function partsToRead(
  table: TableFacts,
  loads: readonly LoadInPart[],
  isWhole: boolean,
): readonly PartToRead[] {
  const groups: LoadInPart[][] = [];
  let rows = 0;
  for (const load of loads) {
    const last = groups.at(-1);
    if (last === undefined || rows + load.rows > MOST_ROWS) {
      groups.push([load]);
      rows = load.rows;
    } else {
      last.push(load);
      rows += load.rows;
    }
  }
  if (groups.length === 0 && isWhole) groups.push([]);
  const idsOf = (group: readonly LoadInPart[]): number[] => group.map((load) => load.load_id);
  return groups.map((group, at) => {
    const others = groups.slice(0, -1).flatMap(idsOf);
    const isLast = isWhole && at === groups.length - 1;
    const rest = others.length === 0 ? ("all" as const) : { without: others };
    return { ...nameOf(table), loads: group, choice: isLast ? rest : { only: idsOf(group) } };
  });
}

/** Those parts of a backup that can be taken over: their bytes are in the store. */
export function partsInStore(
  inventory: Inventory,
  sizeOf: (sha256: string) => number | undefined,
): readonly KeptPart[] {
  return inventory.tables.flatMap(({ schema, name, parts }) =>
    parts
      .filter((part) => sizeOf(part.sha256) === part.size_bytes)
      .map((part) => ({ schema, name, columns: part.columns, part })),
  );
}
