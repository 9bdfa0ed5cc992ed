/**
 * What became of a link on a page. `found` links are files to fetch; of a `twin` another format was taken;
 * `not_published` is announced; the others are left alone, each with its reason.
 */
export type FoundState =
  | "found"
  | "twin"
  | "not_published"
  | "supporting"
  | "document"
  | "excluded"
  | "conflict"
  | "no_period";

export interface FoundLink {
  readonly state: FoundState;
  /** Null where none is stated, or the evidence conflicts. */
  readonly period: string | null;
  /** Empty for an announcement without a link. */
  readonly url: string;
  /** File name, decoded. */
  readonly name: string;
  /** Small letters, without the dot. */
  readonly format: string;
  /** Words of the link. */
  readonly text: string;
  /** Why it is in this state, with what was seen. */
  readonly reason: string;
  /** Address of the page it stands on. */
  readonly page: string;
}

/** A page that was looked at, or that could not be. */
export interface SeenPage {
  readonly url: string;
  readonly title: string;
  /** Links from the landing page to it; 0 is the landing page. */
  readonly depth: number;
  /** Null if it was read; else code and message. An earlier copy serves where there is one. */
  readonly failure: string | null;
  /** Why it was looked at. */
  readonly reason: string;
}

/** Everything that a landing page and its release pages lead to. */
export interface Discovery {
  readonly links: readonly FoundLink[];
  readonly pages: readonly SeenPage[];
  /** Pages that were not looked at because of the limit on their number. */
  readonly unseen: readonly string[];
}
