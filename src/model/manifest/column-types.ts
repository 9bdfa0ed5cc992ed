/** Types of columns in the database. */
export const COLUMN_TYPES = ["text", "bigint", "numeric", "date", "timestamp", "boolean"] as const;

export type ColumnType = (typeof COLUMN_TYPES)[number];
