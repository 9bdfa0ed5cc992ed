const DAY = 86_400_000;
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** 31 December 9999. */
const LAST = 2_958_466;

/**
 * The ISO date, or date and time, of a spreadsheet's serial number; null where it is none: a time of
 * day alone, a negative number, the 29 February 1900 that never was.
 * Source: ECMA-376 part 1, 18.17.4.1; before 1 March 1900 the 1900 system counts one day less.
 */
export function serialDate(serial: number, date1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < (date1904 ? 0 : 1) || serial >= LAST) return null;
  if (!date1904 && serial >= 60 && serial < 61) return null;
  const epoch = date1904 ? EPOCH_1904 : serial < 60 ? EPOCH_1900 + DAY : EPOCH_1900;
  const days = Math.floor(serial);
  const ms = Math.round((serial - days) * DAY);
  const iso = new Date(epoch + days * DAY + ms).toISOString();
  if (ms % DAY === 0) return iso.slice(0, 10);
  return ms % 1000 === 0 ? iso.slice(0, 19) : iso.slice(0, 23);
}
