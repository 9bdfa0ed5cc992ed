import { CanonryError } from "../../model/errors.ts";
import type { LoadCommit } from "../../model/load-commit.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { Executor } from "../database.ts";
import { identifier } from "../identifier.ts";

/**
 * A new source, or one whose contract is `provisional` still, keeps its candidate grain if it is a key of its
 * first load, else it has none. Every later load must keep the key, else GRAIN_BROKEN.
 */
export async function settleGrain(
  executor: Executor,
  load: LoadCommit,
  { table, loadId }: { readonly table: string; readonly loadId: number },
  provisional: () => Promise<boolean>,
): Promise<SourceContract> {
  const { contract } = load;
  if (contract.grain.length === 0 || load.keyed) return contract;
  const key = contract.grain.map(identifier).join(", ");
  const [twice] = await executor.rows<{ first: number; last: number; times: number }>(
    `select min(_row) as first, max(_row) as last, count(*) as times
       from ${table} where _load_id = $1 and _kind = 'data'
      group by ${key} having count(*) > 1 limit 1`,
    [loadId],
  );
  if (twice === undefined) return contract;
  if (load.base_version === 0 || (await provisional())) return { ...contract, grain: [] };
  throw new CanonryError(
    "GRAIN_BROKEN",
    `${load.source} ${load.period}: rows ${twice.first} and ${twice.last} have one key (${contract.grain.join(" + ")})`,
  );
}
