import type { ModelAnswer } from "../../model/language-model.ts";
import { wrongWith } from "./description.ts";
import { jsonInText } from "./json-in-text.ts";

/** What of an answer can be used, and what cannot. */
export interface Described {
  /** By the name of the column. */
  readonly descriptions: ReadonlyMap<string, string>;
  /** `column` as the answer names it; null: the answer as a whole. */
  readonly rejected: readonly {
    readonly column: string | null;
    readonly reason: string;
    readonly text: string;
  }[];
}

const LONGEST_REPORTED = 120;

/**
 * Reads an answer about `columns`, which a stranger wrote: it can do no more than describe these. What
 * else it holds is listed with its reason. An answer that was refused or cut off is not used at all.
 */
export function readAnswer(answer: ModelAnswer, columns: readonly string[]): Described {
  const whole = (reason: string): Described => ({
    descriptions: new Map(),
    rejected: [{ column: null, reason, text: reported(answer.refusal ?? answer.text) }],
  });
  if (answer.refusal !== null) return whole("the model refused");
  if (answer.finishReason === "content_filter") return whole("the server's filter cut it off");
  if (answer.finishReason === "length") return whole("it was cut off: raise enrichment.max_tokens");
  const entries = property(jsonInText(answer.text), "columns");
  if (!Array.isArray(entries)) return whole("it is not the JSON that was asked for");
  return readEntries(entries as unknown[], new Set(columns));
}

function readEntries(entries: readonly unknown[], columns: ReadonlySet<string>): Described {
  const descriptions = new Map<string, string>();
  const rejected: Described["rejected"][number][] = [];
  const twice = namedTwice(entries);
  for (const entry of entries) {
    const name = property(entry, "name");
    const text = property(entry, "description");
    const wrong = wrongName(name, columns, twice) ?? wrongText(text);
    if (wrong === null) {
      descriptions.set(String(name), settled(String(text)));
    } else {
      const column = typeof name === "string" ? reported(name) : null;
      rejected.push({ column, reason: wrong, text: reported(textOf(text ?? entry)) });
    }
  }
  return { descriptions, rejected };
}

function wrongName(
  name: unknown,
  columns: ReadonlySet<string>,
  twice: ReadonlySet<unknown>,
): string | null {
  if (typeof name !== "string") return "it names no column";
  if (!columns.has(name)) return "there is no such column among those asked for";
  return twice.has(name) ? "it is described twice, in two ways" : null;
}

function wrongText(text: unknown): string | null {
  return typeof text === "string" ? wrongWith(settled(text)) : "its description is no text";
}

function settled(text: string): string {
  return text.trim().replace(/ {2,}/g, " ");
}

/** Columns that come again with another description. */
function namedTwice(entries: readonly unknown[]): ReadonlySet<unknown> {
  const said = new Map<unknown, string>();
  const twice = new Set<unknown>();
  for (const entry of entries) {
    const name = property(entry, "name");
    const text = JSON.stringify(property(entry, "description") ?? null);
    if ((said.get(name) ?? text) !== text) twice.add(name);
    said.set(name, text);
  }
  return twice;
}

function property(value: unknown, name: string): unknown {
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** For a report: one line, printable, short. */
function reported(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ").slice(0, LONGEST_REPORTED);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
