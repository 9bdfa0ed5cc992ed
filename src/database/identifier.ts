/** A quoted identifier. Source: PostgreSQL documentation, "Identifiers and Key Words". */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A quoted string literal, for the places where a statement takes no parameter (COMMENT ON). */
export function literal(text: string): string {
  const escaped = text.replaceAll("'", "''").replaceAll("\u0000", "");
  return escaped.includes("\\") ? ` E'${escaped.replaceAll("\\", "\\\\")}'` : `'${escaped}'`;
}
