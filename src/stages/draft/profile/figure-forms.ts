/**
 * How a figure is written, as far as it tells which sign stands between thousands and which before decimals.
 * `commaThree` ("1,068") and `pointThree` ("1.068") may be either; `commaDecimal` ("9,67", "0,884", "1.234,5")
 * and `pointGroups` ("1.234.567") are of the continent, `commaGroups` ("1,234,567", "1,234.5") and
 * `pointDecimal` ("0.123", "12.5") are English; `small` and `large` are whole numbers of up to three digits, and
 * of more.
 */
export type FigureForm =
  | "small"
  | "large"
  | "commaThree"
  | "pointThree"
  | "commaDecimal"
  | "pointGroups"
  | "commaGroups"
  | "pointDecimal";

export interface FirstText {
  readonly row: number;
  readonly text: string;
}

/** How many figures of a column are written in each form, and the first text of each that says more than digits. */
export interface FigureForms {
  readonly counts: Record<FigureForm, number>;
  readonly firsts: Map<FigureForm, FirstText>;
}

export function newForms(): FigureForms {
  const counts = {
    small: 0,
    large: 0,
    commaThree: 0,
    pointThree: 0,
    commaDecimal: 0,
    pointGroups: 0,
    commaGroups: 0,
    pointDecimal: 0,
  };
  return { counts, firsts: new Map() };
}

const FIGURE = /^\(?[-+−–]?\s*[£$€]?\s*(\d*(?:[.,]\d+)*)\s*%?\)?$/;
const FORMS: readonly (readonly [FigureForm, RegExp])[] = [
  ["small", /^[1-9]\d{0,2}$/],
  ["large", /^[1-9]\d{3,}$/],
  ["commaThree", /^[1-9]\d{0,2},\d{3}$/],
  ["pointThree", /^[1-9]\d{0,2}\.\d{3}$/],
  ["commaDecimal", /^(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+),\d+$/],
  ["pointGroups", /^[1-9]\d{0,2}(?:\.\d{3}){2,}$/],
  ["commaGroups", /^[1-9]\d{0,2}(?:(?:,\d{3}){2,}|,\d{3}\.\d+)$/],
  ["pointDecimal", /^\d*\.\d+$/],
];

/** The form in which a text is a figure; null if it is none, or says nothing. */
export function figureForm(text: string): FigureForm | null {
  const digits = FIGURE.exec(text)?.[1];
  if (digits === undefined) return null;
  return FORMS.find(([, form]) => form.test(digits))?.[0] ?? null;
}

/** Counts a text; rows may come in any order. */
export function countForm(
  { counts, firsts }: FigureForms,
  form: FigureForm,
  row: number,
  text: string,
  times = 1,
): void {
  counts[form] += times;
  if (form === "small" || form === "large") return;
  const first = firsts.get(form);
  if (first === undefined || row < first.row) firsts.set(form, { row, text });
}

/** Counts a number that a workbook holds as one: a point in it is one before decimals. */
export function countNumber({ counts }: FigureForms, literal: string): void {
  if (literal.includes(".")) counts.pointDecimal++;
  else if (literal !== "0") counts[literal.replace("-", "").length > 3 ? "large" : "small"]++;
}

/** Adds forms that were counted elsewhere. */
export function addForms(to: FigureForms, from: FigureForms): void {
  for (const form of Object.keys(to.counts) as FigureForm[]) to.counts[form] += from.counts[form];
  for (const [form, first] of from.firsts) countForm(to, form, first.row, first.text, 0);
}
