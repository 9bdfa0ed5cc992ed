/** What stands in place of a secret. */
export const BLOT = "***";

/** Shorter texts are no secret, and would blot out common words. */
const SHORTEST_SECRET = 8;

/** A text that is never printed: JSON, logs and messages show `***`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** A text without the secret in it, as it is or as JSON and addresses write it. */
  blot(text: string): string {
    const secret = this.#text;
    if (secret.length < SHORTEST_SECRET) return text;
    const forms = new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
    ]);
    return [...forms].reduce((clean, form) => clean.replaceAll(form, BLOT), text);
  }

  toString(): string {
    return BLOT;
  }

  toJSON(): string {
    return BLOT;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return BLOT;
  }
}
