/** "Field name", "Variable", "Name of column", "List of variables", "Data item". */
const FIELD_HEADER =
  /^(?:(?:list|name)s? of (?:the )?)?(?:data )?(?:field|variable|column|item|element|attribute|indicator|measure|metric|heading|header|term|acronym|abbreviation)s?(?: (?:or|\/|and) \w+)?[ _]?(?:name|header|heading|title|label|code)?s?(?:\(s\))?$/i;
/** "Description", "Definition", "Meaning", "Field description". */
const MEANING_HEADER =
  /^(?:\w+[ _])?(?:descriptions?|definitions?|meanings?|explanations?)(?: of (?:the )?\w+)?$/i;
const NAMED = /name|header|heading|title/i;

/** Which cells of a line head a data dictionary: that of its fields, and that of their meanings. */
export function dictionaryHeader(
  cells: readonly string[],
): { readonly field: number; readonly meaning: number } | null {
  const meaning = cells.findIndex((text) => MEANING_HEADER.test(text.trim()));
  if (meaning < 1) return null;
  const fields = cells
    .slice(0, meaning)
    .flatMap((text, at) => (FIELD_HEADER.test(text.trim()) ? [at] : []));
  // "Columns" numbers what "Name of field" names.
  const field = fields.find((at) => NAMED.test(cells[at] ?? "")) ?? fields[0];
  return field === undefined ? null : { field, meaning };
}
