import { bigint, pgSchema, timestamp } from "drizzle-orm/pg-core";

/** The ledger. Migrations in drizzle/ are generated from this folder by drizzle-kit. */
export const ops = pgSchema("ops");

export const at = (name: string) => timestamp(name, { withTimezone: true });
export const now = (name: string) => at(name).notNull().defaultNow();
export const counter = (name: string) => bigint(name, { mode: "number" });
