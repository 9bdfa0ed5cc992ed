// Which warehouse this is: a row that is made once, and comes back with a restore.
import { sql } from "drizzle-orm";
import { boolean, check, uuid } from "drizzle-orm/pg-core";
import { ops } from "./ops.ts";

export const warehouse = ops.table(
  "warehouse",
  {
    isOnly: boolean("is_only").primaryKey().default(true),
    warehouseId: uuid("warehouse_id").notNull(),
  },
  () => [check("warehouse_only", sql`is_only`)],
);
