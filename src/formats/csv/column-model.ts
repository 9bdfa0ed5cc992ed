import type { Field } from "./line-fields.ts";

/** Characters of a field whose classes make its exact shape. */
const SHAPE_CHARS = 16;

/**
 * What the fields of one column look like, learned from records that are whole: how often each shape,
 * first and last character stands there, how often it is empty, quoted. Gives how likely a field is to
 * stand in it, as a natural logarithm.
 */
export class ColumnModel {
  private readonly quote: string;
  private fields = 0;
  private empty = 0;
  private quoted = 0;
  /** Fields that hold a quote within. */
  private holding = 0;
  private readonly shapes = new Forms();
  private readonly outlines = new Forms();
  private readonly ends = new Map<string, number>();

  constructor(quote: string) {
    this.quote = quote === "" ? '"' : quote;
  }

  learn(field: Field): void {
    this.fields++;
    if (field.text === "") {
      this.empty++;
      return;
    }
    if (field.quoted) this.quoted++;
    if (field.text.includes(this.quote)) this.holding++;
    this.outlines.add(outlineOf(field.text));
    this.shapes.add(shapeOf(field.text));
    for (const key of endsOf(field.text)) this.ends.set(key, (this.ends.get(key) ?? 0) + 1);
  }

  /** Whether a field of its exact form was seen, which texts of many forms seldom have. */
  knows(field: Field): boolean {
    return field.text === "" ? this.empty > 0 : this.shapes.times(shapeOf(field.text)) > 0;
  }

  score(field: Field): number {
    if (field.text === "") return this.log(this.empty);
    const filled = this.fields - this.empty;
    const quoted = this.log(field.quoted ? this.quoted : filled - this.quoted);
    const holds = field.text.includes(this.quote);
    const holding = this.log(holds ? this.holding : filled - this.holding);
    let score = this.log(filled) + quoted + holding;
    for (const key of endsOf(field.text)) score += this.log(this.ends.get(key) ?? 0);
    const shape = this.shapes.times(shapeOf(field.text));
    if (shape > 0) return score + this.log(shape);
    // What was never seen is as likely as something seen once was among those seen.
    const outline = this.outlines.times(outlineOf(field.text));
    const novelty = this.log(this.shapes.once) - 1;
    return score + novelty + this.log(outline > 0 ? outline : this.outlines.once);
  }

  private log(times: number): number {
    return Math.log((times + 0.1) / (this.fields + 1));
  }
}

/** How often each form was seen, and how many of them once. */
class Forms {
  once = 0;
  private readonly seen = new Map<string, number>();

  add(form: string): void {
    const times = this.times(form) + 1;
    if (times === 1) this.once++;
    if (times === 2) this.once--;
    this.seen.set(form, times);
  }

  times(form: string): number {
    return this.seen.get(form) ?? 0;
  }
}

const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/\p{Lu}/u, "A"],
  [/\p{L}/u, "a"],
  [/\p{N}/u, "9"],
];

function classOf(char: string): string {
  return CLASSES.find(([pattern]) => pattern.test(char))?.[1] ?? char;
}

function shapeOf(text: string): string {
  return [...text.slice(0, SHAPE_CHARS)].map(classOf).join("");
}

/** The shape with runs of one class told once. */
function outlineOf(text: string): string {
  return [...text.slice(0, 4 * SHAPE_CHARS)]
    .map(classOf)
    .filter((one, at, all) => one !== all[at - 1])
    .join("");
}

function endsOf(text: string): readonly string[] {
  return [`^${classOf(text.slice(0, 1))}`, `${classOf(text.slice(-1))}$`];
}
