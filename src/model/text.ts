/** Trimmed, line breaks and runs of white space to one space. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
