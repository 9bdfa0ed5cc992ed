/** A heading in force, of level 1 to 6, or 7 for what only serves as one. */
interface Heading {
  readonly level: number;
  readonly text: string;
  /** Depth of the part of the page that it belongs to. */
  readonly scope: number;
}

/** Parts whose headings hold within them alone. */
const PARTS = new Set([
  "section",
  "article",
  "aside",
  "nav",
  "details",
  "fieldset",
  "li",
  "dl",
  "td",
  "table",
  "figure",
]);
const LISTS = new Set(["ul", "ol", "dl", "table"]);
/** Elements that serve as a heading of what follows in their part. */
const TERMS = new Set(["dt", "summary", "caption", "legend"]);
/** Words of a heading that are kept. */
const MOST_WORDS = 300;
/** A bold line that is longer is a sentence, and no heading. */
const MOST_BOLD = 120;

type Words = (from: number) => string;

/** The headings above each place of a page, kept while the page is walked. */
export class Outline {
  /** The first heading of level 1. */
  first = "";
  private trail: Heading[] = [];
  private readonly parts: { readonly name: string; readonly start: number; led: boolean }[] = [];
  private heading: { readonly name: string; readonly start: number } | null = null;
  private paragraph = -1;
  private bold = { from: -1, words: "" };

  /** The nearest first. */
  headings(): readonly string[] {
    return this.trail.map((one) => one.text).toReversed();
  }

  open(name: string, at: number, words: Words): void {
    const part = this.parts.at(-1);
    if (LISTS.has(name) && part?.name === "li" && !part.led) {
      part.led = true;
      this.add(7, words(part.start));
    }
    if (PARTS.has(name)) this.parts.push({ name, start: at, led: false });
    if (/^h[1-6]$/.test(name) || TERMS.has(name)) this.heading = { name, start: at };
    if (name === "p") this.paragraph = at;
    if ((name === "strong" || name === "b") && this.bold.from < 0)
      this.bold = { from: at, words: "" };
  }

  close(name: string, _at: number, words: Words): void {
    if (this.heading?.name === name) {
      const text = words(this.heading.start);
      const level = TERMS.has(name) ? 7 : Number(name.slice(1));
      if (level === 1 && this.first === "") this.first = text;
      this.heading = null;
      this.add(level, text);
    }
    if ((name === "strong" || name === "b") && this.bold.from >= 0) {
      this.bold = { from: -1, words: words(this.bold.from) };
    }
    if (name === "p" && this.paragraph >= 0) {
      const text = words(this.paragraph);
      if (text === this.bold.words && text.length <= MOST_BOLD) this.add(7, text);
      this.paragraph = -1;
      this.bold = { from: -1, words: "" };
    }
    if (PARTS.has(name) && this.parts.some((part) => part.name === name)) this.leave(name);
  }

  private leave(name: string): void {
    while (this.parts.pop()?.name !== name);
    this.trail = this.trail.filter((one) => one.scope <= this.parts.length);
  }

  private add(level: number, text: string): void {
    if (text === "") return;
    const scope = this.parts.length;
    this.trail = this.trail.filter((one) => one.level < level || one.scope < scope);
    this.trail.push({ level, text: text.slice(0, MOST_WORDS), scope });
  }
}
