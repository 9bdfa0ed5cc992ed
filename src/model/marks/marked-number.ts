import { isBracketed } from "./marker.ts";
import { numberLiteral } from "./value.ts";

/** A figure with a mark behind it in one cell: "12 [p]", "1,234*", "£12.50 (r)", "13r". */
export interface MarkedNumber {
  /** As `numberLiteral` gives it. */
  readonly literal: string;
  /** The mark as published. */
  readonly token: string;
  /** The mark is a letter that nothing explains: a mark only where most figures of its column stand alone. */
  readonly guess: boolean;
}

const FIGURE_AND_MARK = /^(.*?[\d%)])\s*(\[[^\]]*\]|\([^()]*\)|[*†‡#~^]{1,3}|[a-z]{1,3})$/i;
/** "[note 3]". */
const NOTE = /^[[(]\s*notes?\s*\d{1,2}\s*[\])]$/i;
const SIGNS = /^[*†‡#~^]{1,3}$/;
/** Letters that stand beside a figure by convention: revised, provisional, estimated. */
const LETTERS = /^(?:r|p|e|er)$/i;
/** What a figure is counted in: the number by itself would be another one. */
const UNITS =
  /^(?:k|m|mn|bn|tn|th|g|kg|mg|t|l|ml|cl|mm|cm|km|mi|in|ft|yd|lb|oz|st|s|h|hr|d|wk|yr|min|pp|ppt|pct|gbp|usd|eur|kw|mw|gw)$/i;

/**
 * The figure and the mark of a cell, or null if it is not just these. `known` are tokens that the notes of the
 * sheet or the contract explain. What could be a unit, such as "12kg" or "3 (m)", is no mark unless it is known.
 * A marked share is none: see `isMarkedShare`.
 */
export function markedNumber(
  text: string,
  known: ReadonlySet<string> = new Set(),
): MarkedNumber | null {
  const marked = readMarked(text, known);
  return marked === null || marked.figure.endsWith("%") ? null : marked;
}

/**
 * Whether a text is a share with a mark: "100%*", "12.5% [r]". Its figure is not taken: beside cells that hold
 * fractions and show them as shares it would be a hundred times too large.
 */
export function isMarkedShare(text: string, known: ReadonlySet<string> = new Set()): boolean {
  return readMarked(text, known)?.figure.endsWith("%") === true;
}

function readMarked(
  text: string,
  known: ReadonlySet<string>,
): (MarkedNumber & { readonly figure: string }) | null {
  const trimmed = text.trim();
  if (trimmed.length > 60) return null;
  const [, part = "", token = ""] = FIGURE_AND_MARK.exec(trimmed) ?? [];
  const figure = part.trim();
  const literal = numberLiteral(figure);
  if (literal === null) return null;
  const made = { literal, token, figure };
  if (known.has(token) || SIGNS.test(token)) return { ...made, guess: false };
  if (UNITS.test(token.replace(/[[\]()\s]/g, ""))) return null;
  if (isBracketed(token) || NOTE.test(token)) return { ...made, guess: false };
  return LETTERS.test(token) ? { ...made, guess: true } : null;
}

const FIGURE_AND_MORE =
  /^[-+−–<>≤≥~]?\s?[£$€]?\d[\d,]*(?:\.\d+)?\s?%?\s?[([]?\p{L}[\p{L}./²³]{0,11}[)\]]?$/u;

/** Whether a text is a figure and a short word, which may be a mark or a unit: "12kg", "12 kg", "12p", "3 (days)". */
export function isFigureAndWord(text: string): boolean {
  return text.length <= 40 && FIGURE_AND_MORE.test(text.trim());
}
