/** A time of the database as an ISO instant in UTC, with milliseconds. */
export function iso(time: string): string {
  return `to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
