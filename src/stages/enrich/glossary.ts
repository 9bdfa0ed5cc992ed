/**
 * What words in a header mean, for columns that nobody described. Each entry is a term of the field,
 * never a header of one publication. The first that fits counts.
 */
const TERMS: readonly (readonly [RegExp, string])[] = [
  [/\b(sub[ _]icb|sub[ _]icb[ _]location)\b.*\bcode\b/, "Code of the sub-ICB location"],
  [/\bicb\b.*\bcode\b/, "Code of the integrated care board"],
  [/\bicb\b.*\bname\b/, "Name of the integrated care board"],
  [/\bpcn\b.*\bcode\b/, "Code of the primary care network"],
  [/\bpcn\b.*\bname\b/, "Name of the primary care network"],
  [/\b(gp|practice)\b.*\bcode\b/, "Organisation code of the GP practice"],
  [/\b(gp|practice)\b.*\bname\b/, "Name of the GP practice"],
  [/\bregion\b.*\bcode\b/, "Code of the region"],
  [/\bregion\b/, "Region"],
  [/\b(org|organisation|provider|trust|hospital)\b.*\bcode\b/, "Organisation code"],
  [/\b(org|organisation|provider|trust|hospital)\b.*\bname\b/, "Name of the organisation"],
  [/\bage[ _](band|group)\b/, "Age band"],
  [/^(sex|gender)$/, "Sex or gender"],
  [/\bethnic/, "Ethnic group"],
  [/^(month|period|reporting period)$/, "Period that the row describes"],
  [/\bfte\b|\bfull[ _]time[ _]equivalent\b/, "Full-time equivalent"],
];

/** A description by rule, or null. `header` is the header's text with levels joined. */
export function describeHeader(header: string): string | null {
  const text = header
    .toLowerCase()
    .replace(/[_\s]+/g, " ")
    .trim();
  return TERMS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/£\s*(?:million|m)\b|\bgbp million\b/, "£ million"],
  [/£\s*(?:thousand|000s?|k)\b/, "£ thousand"],
  [/£|\bgbp\b/, "£"],
  [/%|\bper ?cent(?:age)?\b/, "%"],
  [/\bper 1,?000\b/, "per 1,000"],
  [/\bper 10,?000\b/, "per 10,000"],
  [/\bper 100,?000\b/, "per 100,000"],
  [/\bthousands\b|\(000s?\)/, "thousands"],
  [/\bmillions\b/, "millions"],
];

/** The unit that a header names, or null. */
export function unitInHeader(header: string): string | null {
  const text = header.toLowerCase();
  return UNITS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
