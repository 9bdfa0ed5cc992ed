/** Words of the field that say what a line is. Vocabulary of official statistics, of no one file. */

const TOTAL =
  /^(?:(?:sub|grand|overall|column|row)?[\s-]*totals?\b.*|.*\b(?:sub-?)?totals?|all|all (?!other)\w.*|overall|aggregate|combined|sum)$/i;

/** The same in other languages: whole labels, and words that stand before or behind a name. */
const TOTAL_ELSEWHERE =
  /^(?:(?:ins)?gesamt|gesamtsumme|zusammen|summe|ensemble|totaal|totale|totali|totalt|totales|totais|ogółem|razem|łącznie|toplam|genel toplam|итого|всего|разом|усього|общо|hela riket|hele landet|koko maa|i alt|summa|celkem|spolu|összesen|mindösszesen|yhteensä|kokku|kopā|iš viso|ukupno|skupaj|σύνολο|合計|総数|総計|总计|合计|總計|합계|계)$/iu;
const TOTAL_BESIDE =
  /^(?:(?:insgesamt|totaal|totale|ogółem|razem|итого|всего|celkem|összesen|yhteensä)\s.*|.*\s(?:insgesamt|gesamt|ogółem|razem|toplamı?|celkem|összesen|yhteensä))$/iu;

/** Labels that are nothing but a word of totals, in a language other than English. */
export function totalElsewhere(text: string): boolean {
  return TOTAL_ELSEWHERE.test(bareLabel(text));
}

function bareLabel(text: string): string {
  return stripMarks(text).replace(/^[([]|[)\]:.,]+$/g, "");
}

/** The labels of a table come again and again; each is looked at once, until there are too many. */
const MOST_LABELS = 20_000;
const labels = new Map<string, boolean>();

/** Words that say that a row is a total: "Total", "All ages", "Grand total:", "Sub-total North". */
export function totalWord(text: string): boolean {
  if (text.length > 80) return false;
  const known = labels.get(text);
  if (known !== undefined) return known;
  const bare = bareLabel(text);
  const says = TOTAL.test(bare) || TOTAL_ELSEWHERE.test(bare) || TOTAL_BESIDE.test(bare);
  if (labels.size >= MOST_LABELS) labels.clear();
  labels.set(text, says);
  return says;
}

const NOTE =
  /^(?:\(?\[?\d{1,2}[\].):]\)?\s*\S|\[?(?:sources?|notes?|footnote\w*|key|contacts?|copyright|©|crown copyright|publi(?:shed|cation)|last updated?|extracted (?:on|from|at)|next (?:update|release|publication)|released?|further information|background|symbols?|for (?:more|further)|email|e-mail|tel(?:ephone)?|website|url|https?:|www\.|disclaimer|caveats?|data quality|please note|n\.?b\.?\b|back to|return to|this (?:table|worksheet|sheet|spreadsheet)|end of (?:work)?sheet)\b|[*†‡¹²³⁴⁵⁶⁷⁸⁹#~^]{1,3}\s*[A-Za-z=(]|(?:\.\.?|:|-|[a-z]|\[\w{1,4}\]|\*+)\s*(?:=|-|–|:)\s*\w|r\s+revised|p\s+provisional|["“]\W?["”]\s)/i;

/** The same in other languages: sources, and notes before a colon. */
const NOTE_ELSEWHERE =
  /^(?:(?:quellen?|fuentes?|fontes?|kaynak(?:lar)?|källa|källor|kilder?|lähde|lähteet|źródł[oa]|zdroj(?:e|a)?|forrás|izvori?|allikas|šaltinis|sursa|πηγή|πηγές|источники?|джерел[оа]|出典|資料|来源|來源|출처)(?!\p{L})|(?:bron(?:nen)?|vir|avots|nota|notas|note|lecture|champ|anm(?:erkung(?:en)?)?|hinweise?|erläuterungen?|stand|remarques?|observaciones|contacto|kontakt|uwag[ai]|poznámk[ay]|megjegyzés|huom|anmärkning|merknad|примечани[ея]|mise à jour|actualización|atualização|aggiornamento|güncelleme)\s?[:：])/iu;

/** Texts that open a note, a source line, a contact, a key of markers. */
export function noteText(text: string): boolean {
  return NOTE.test(text) || NOTE_ELSEWHERE.test(text);
}

const CAPTION =
  /^(?:table|figure|chart|annex|appendix|worksheet|sheet|section|part)\s+[\dA-Z][\w.]*\b/i;

/** Texts that open the title of a table: "Table 3b: ...". */
export function captionText(text: string): boolean {
  return CAPTION.test(text);
}

const UNIT =
  /^\(?(?:%|per ?cents?|percentages?(?: change)?|£|£?\s?(?:m|k|bn|000s?|'000s?|million|millions|thousand|thousands|billion)|£ ?(?:per \w+)|gbp|€|\$|n|no\.?|nos?\.?|number|numbers|count|counts|rate|index|ratio|headcounts?|fte|wte|(?:full|whole)[- ]time equivalents?|persons|people|years|months|weeks|days|hours|pounds|pence|kg|km|tonnes|ktoe|gwh|mw|per \d[\d,]*.*|rate per .*|thousands? .*|'?000s?'?|\d{4}\s?=\s?100|index \d{4}.*|ppt|pp|percentage points?)\)?$/i;

/** Texts that are nothing but a unit: "%", "£ million", "Number", "per 1,000". */
export function unitText(text: string): boolean {
  return text.length <= 40 && UNIT.test(text);
}

/** Series identifiers of four signs or so: "D7BT", "K5C3". */
export function seriesText(text: string): boolean {
  return /^(?=.*\d)(?=.*[A-Z])[A-Z0-9]{4,6}$/.test(text);
}

const MARKS =
  /\s*(?:\[(?:notes?\s*)?[\w\s,;&.]{0,14}\]|\((?:see )?notes?[^)]*\)|\(\d{1,2}(?:\s*[,&]\s*\d{1,2})*\)|\(?[¹²³⁴⁵⁶⁷⁸⁹⁰]+(?:[,\s]*[¹²³⁴⁵⁶⁷⁸⁹⁰]+)*\)?|[*†‡]+)(?=\s|$|:)/gi;

/** The text without footnote marks: "[note 3]", "(1)", "[7]", "²", "*", digits glued to a word. */
export function stripMarks(text: string): string {
  const bare = text.replace(MARKS, "").trim();
  const glued = /^(.*[a-z)]{3})(\d{1,2}(?:,\d{1,2})*)$/.exec(bare);
  return (glued?.[1] ?? bare) || text;
}

const DOCUMENTATION =
  /^(?:notes?(?: (?:number|text|no\.?))?|description|definitions?|explanation|meaning|comments?|contents?|worksheet(?: (?:title|name|number))?|sheet(?: (?:name|title))?|tab(?: name)?|table (?:title|name|number|description)|tables?|titles?|links?|url|hyperlink|field(?: name)?|name of field|column(?:s| name)?|data ?type|format|glossary|terms?|abbreviations?|acronyms?|symbols?|shorthand|page|document|version|variable(?: name)?|metadata|guidance|topic|reference|further information|notes and definitions|worksheet contents|methodology)$/i;

/** Words that head a list of contents, notes, terms or fields, never a table of figures. */
export function documentationText(text: string): boolean {
  return DOCUMENTATION.test(stripMarks(text));
}

/** A year and nothing else, a mark apart: "2022", "2021-22", "2021/2022 (p)". */
export function yearLabel(text: string): boolean {
  const [, first = "", second] =
    /^((?:19|20)\d\d)(?:\s?[-–/]\s?((?:19|20)?\d\d))?(?:\s*\[?\(?[a-z*]\)?\]?)?$/.exec(
      stripMarks(text),
    ) ?? [];
  if (first === "" || second === undefined) return first !== "";
  return (Number(first) + 1) % 100 === Number(second) % 100;
}

/** A short word in capitals, as stands where a figure is left out: "DNR", "N/A". */
export function capitalToken(text: string): boolean {
  return /^[A-Z][A-Z/.]{0,4}$/.test(text);
}

/** The text with letters and digits made alike. */
export function formOf(text: string): string {
  return text.replace(/\d+/g, "9").replace(/\p{L}+/gu, "a");
}
