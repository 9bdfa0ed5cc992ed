/** What reading the rows of a load again from its artifacts came to. */
export type Rereading =
  /** Digests as the ledger has them, of rows by kind, and the sum of their numbers in their files. */
  | {
      readonly kind: "read";
      readonly data: string;
      readonly total: string;
      readonly row_sum: number;
      /** Why other digests need not mean other content; null: they do. */
      readonly excuse: string | null;
    }
  /** It could not be tried. */
  | { readonly kind: "unread"; readonly reason: string }
  /** It was tried, and what was loaded cannot be read there. */
  | { readonly kind: "failed"; readonly reason: string };
