/** What a file is for, in the words that publishers use for what stands beside the tables. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\bpre[\s_-]?release\b.*\baccess\b|\baccess list\b/, "pre-release access list"],
  [/\bmeta[\s_-]?data\b/, "metadata"],
  [/\bdata (?:dictionary|specification|model)\b|\bcodebook\b|\bglossary\b/, "data dictionary"],
  [
    /\bmethodology\b|\btechnical (?:note|guide|annex|report)\b|\bbackground (?:note|report|quality)\b/,
    "methodology",
  ],
  [/\bdata quality\b|\bquality (?:report|statement|assurance)\b/, "quality report"],
  [/\bguidance\b|\bguidelines?\b|\buser guide\b|\bread ?me\b|\bfaqs?\b/, "guidance"],
  [
    /\btemplate\b|\b(?:return|application|order|data collection) form\b|\bstand[\s-]?alone\b.*\bcollection\b/,
    "form",
  ],
  [/\binfographics?\b|\bpress release\b|\bnews release\b/, "press material"],
  [
    /\brevisions? policy\b|\bpolicy statement\b|\brelease (?:schedule|calendar)\b/,
    "policy or calendar",
  ],
];

/** The kind of supporting document that some words speak of, or null: then it is taken for a table. */
export function supportingKind(words: string): string | null {
  const plain = words.toLowerCase().replace(/[_+-]+|%20/g, " ");
  return KINDS.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
}
