/** What a page shows around one of its links. Texts are in one line, without markup. */
export interface PageLink {
  /** As written in the page, without blanks around it. */
  readonly href: string;
  /** The words of the link, with those of its pictures. */
  readonly text: string;
  /** `title`, `aria-label` and `download` of the link. */
  readonly label: string;
  /** The row header and the column header of a link in a table; empty elsewhere. */
  readonly cell: readonly string[];
  /** The words of the list item, row or paragraph around it, other links left out. */
  readonly item: string;
  /** Headings above it, the nearest first; terms, captions and items of outer lists among them. */
  readonly headings: readonly string[];
  /** In a menu, a header or a footer, or outside of the main part of the page. */
  readonly navigation: boolean;
  /** `rel="next"`: the page goes on there. */
  readonly next: boolean;
}

/** A list item, row or paragraph that holds no link. */
export interface PageItem {
  readonly text: string;
  readonly headings: readonly string[];
}

export interface Page {
  readonly title: string;
  /** The first heading of level 1, else empty. */
  readonly heading: string;
  /** `href` of `<base>`, or null. */
  readonly base: string | null;
  /** In the order of the page. */
  readonly links: readonly PageLink[];
  readonly items: readonly PageItem[];
}
