import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with one request, on its way there or back. */
export const FAULTS = [
  "500",
  "503",
  "silence",
  "reset before",
  "reset after",
  "lost reply",
  "cut reply",
  "short reply",
  "altered reply",
  "altered request",
] as const;

export type Fault = (typeof FAULTS)[number];

/** Stands before a real server and lets chosen requests go wrong. Close it, whatever happens. */
export class FaultProxy {
  /** Requests since the last `plan`. */
  count = 0;
  endpoint = "";
  private chosen: (number: number, asked: IncomingMessage) => Fault | null = () => null;
  private readonly upstream: URL;
  private readonly server = createServer((asked, answer) => {
    this.serve(asked, answer).catch(() => asked.socket.destroy());
  });

  constructor(upstream: string) {
    this.upstream = new URL(upstream);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  /** From now on requests are counted from 1, and these go wrong. */
  plan(chosen: (number: number, asked: IncomingMessage) => Fault | null): void {
    this.count = 0;
    this.chosen = chosen;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const fault = this.chosen(++this.count, asked);
    const body = await all(asked);
    if (fault === "silence") return;
    if (fault === "reset before") return void asked.socket.destroy();
    if (fault === "500" || fault === "503") return void answer.writeHead(Number(fault)).end();
    const reply = await this.forward(asked, fault === "altered request" ? altered(body) : body);
    if (fault === "reset after") return void asked.socket.destroy();
    if (fault === "lost reply") return void answer.writeHead(503).end();
    const { statusCode = 500 } = reply.head;
    // All of the body is here: its length is known.
    const { "transfer-encoding": _chunked, ...headers } = reply.head.headers;
    if (fault === "cut reply") {
      answer.writeHead(statusCode, headers);
      answer.flushHeaders();
      answer.write(reply.body.subarray(0, reply.body.length >> 1), () => asked.socket.destroy());
      return;
    }
    const sent =
      fault === "short reply"
        ? reply.body.subarray(0, reply.body.length >> 1)
        : fault === "altered reply"
          ? altered(reply.body)
          : reply.body;
    const length = asked.method === "HEAD" ? {} : { "content-length": sent.length };
    answer.writeHead(statusCode, { ...headers, ...length }).end(sent);
  }

  private forward(
    asked: IncomingMessage,
    body: Buffer,
  ): Promise<{ readonly head: IncomingMessage; readonly body: Buffer }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.upstream;
      const { method, url, headers } = asked;
      const sent = request({ hostname, port, method, path: url, headers }, (head) => {
        all(head).then((whole) => resolve({ head, body: whole }), reject);
      });
      sent.once("error", reject);
      sent.end(body);
    });
  }
}

async function all(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** One bit in the middle is another. */
function altered(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  const middle = copy.length >> 1;
  if (copy.length > 0) copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}
