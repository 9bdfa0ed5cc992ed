import type { IncomingMessage } from "node:http";
import { serve } from "./serve.ts";

/** What stands at an address: a page, or an answer of any other kind. */
export type SitePage =
  | string
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    };

export interface Site {
  readonly base: string;
  readonly pages: Record<string, SitePage>;
  /** Addresses in the order asked for, with `304` behind those that were as before. */
  readonly asked: string[];
  /** Most requests that were open at once. */
  mostAtOnce: number;
}

/** A web site on loopback, by path and query. Each text has an ETag of its own. */
export async function site(pages: Record<string, SitePage>): Promise<Site> {
  let open = 0;
  const made: { base: string; pages: typeof pages; asked: string[]; mostAtOnce: number } = {
    base: "",
    pages,
    asked: [],
    mostAtOnce: 0,
  };
  made.base = await serve((request, response) => {
    open++;
    made.mostAtOnce = Math.max(made.mostAtOnce, open);
    setTimeout(() => {
      open--;
      const { status, headers, body } = answer(made.pages, request);
      made.asked.push(`${request.url}${status === 304 ? " 304" : ""}`);
      response.writeHead(status, headers).end(body);
    }, 2);
  });
  return made;
}

function answer(
  pages: Readonly<Record<string, SitePage>>,
  request: IncomingMessage,
): { status: number; headers: Record<string, string>; body: string | Uint8Array } {
  const page = pages[request.url ?? ""];
  if (page === undefined) return { status: 404, headers: {}, body: "" };
  if (typeof page !== "string") {
    return { status: page.status ?? 200, headers: { ...page.headers }, body: page.body ?? "" };
  }
  const etag = `"${Buffer.from(page).toString("base64").slice(-24)}-${page.length}"`;
  const headers = { etag, "content-type": "text/html; charset=utf-8" };
  const same = request.headers["if-none-match"] === etag;
  return { status: same ? 304 : 200, headers, body: same ? "" : page };
}

/** A page of a publisher: a title, menus around, and what is told in between. */
export function html(title: string, content: string, menu = ""): string {
  return `<!doctype html><html><head><title>${title} | The Office</title></head><body>
<nav><a href="/">Home</a> ${menu}</nav><main><h1>${title}</h1>${content}</main>
<footer><a href="/privacy.pdf">Privacy 2019</a></footer></body></html>`;
}
