import { ledgerChangedAt, type StateRow, stateRows } from "../../database/ledger/state.ts";
import type { StateDocument, StateRelease } from "../../model/report.ts";
import type { World } from "../world.ts";

type Sources = Record<string, StateRelease["sources"][string]>;

/** The state as the database has it. Reads only. */
export async function readState(world: World): Promise<StateDocument> {
  const publications: Record<
    string,
    Record<string, { status: StateRelease["status"]; sources: Sources }>
  > = {};
  for (const row of await stateRows(world.database)) {
    const status = row.release_status as StateRelease["status"];
    const releases = publications[row.publication] ?? {};
    const release = releases[row.period] ?? { status, sources: {} };
    publications[row.publication] = releases;
    releases[row.period] = release;
    if (row.source !== null) release.sources[row.source] = sourceOf(row);
  }
  return {
    schema: "canonry/state@1",
    projected_from: "database",
    ledger_at: await ledgerChangedAt(world.database),
    publications,
  };
}

function sourceOf(row: StateRow): Sources[string] {
  return {
    status: row.status ?? "",
    vintage: row.vintage,
    load: row.load_id,
    rows_data: row.rows_data,
    rows_total: row.rows_total,
    rows_quarantined: row.rows_quarantined,
    artifacts: row.artifacts,
    loaded_at: row.loaded_at,
    reason: row.reason ?? "",
  };
}

/** Writes state.json if it is not what the database says. Why it was written, or null if it was right. */
export async function rebuildState(world: World): Promise<string | null> {
  const { text, reason } = await compare(world);
  if (reason !== null) await world.data.writeText(world.paths.keys.state, text);
  return reason;
}

/** The difference between state.json and the database in words, or null. Reads only. */
export async function verifyState(world: World): Promise<string | null> {
  return (await compare(world)).reason;
}

async function compare(
  world: World,
): Promise<{ readonly text: string; readonly reason: string | null }> {
  const text = `${JSON.stringify(await readState(world), null, 2)}\n`;
  const found = await world.data.readText(world.paths.keys.state);
  return { text, reason: found === text ? null : describe(found) };
}

function describe(found: string | null): string {
  if (found === null) return "it was missing";
  try {
    const document = JSON.parse(found) as { schema?: unknown };
    return document.schema === "canonry/state@1"
      ? "it was older than the database, or edited"
      : `its schema is ${JSON.stringify(document.schema)}`;
  } catch {
    return "it was damaged";
  }
}
