/**
 * The first JSON object in a text that a model wrote: behind words or a Markdown fence, with comments or
 * commas too many, before more words. Undefined if there is none that is whole.
 */
export function jsonInText(text: string): unknown {
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  const object = objectFrom(text, start);
  if (object === null) return undefined;
  try {
    return JSON.parse(object);
  } catch {
    return undefined;
  }
}

/** A string, a comment, a comma that only comments part from a closing bracket, or one other sign. */
const TOKEN =
  /("(?:[^"\\]|\\.)*")|(\/\/[^\n]*|\/\*.*?\*\/|,(?=(?:\s|\/\/[^\n]*\n|\/\*.*?\*\/)*[\]}]))|([^"/])/sy;

/** From an opening brace to the one that closes it, without comments and commas too many. */
function objectFrom(text: string, start: number): string | null {
  let depth = 0;
  const kept: string[] = [];
  TOKEN.lastIndex = start;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, string, dropped, sign = ""] = match;
    if (dropped !== undefined) continue;
    kept.push(string ?? sign);
    if (sign === "{" || sign === "[") depth++;
    if (sign === "}" || sign === "]") depth--;
    if (depth === 0) return kept.join("");
  }
  return null;
}
