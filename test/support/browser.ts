import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "undici";

/** A page in headless Chromium, spoken to by the DevTools protocol. Close it, whatever happens. */
export interface BrowserPage {
  /** The value of an expression in the page; JSON. */
  evaluate<Value>(expression: string): Promise<Value>;
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

export async function openPage(
  url: string,
  size: { readonly width: number; readonly height: number },
): Promise<BrowserPage> {
  const profile = await mkdtemp(join(tmpdir(), "canonry-browser-"));
  const child = spawn(
    "chromium",
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    let address = "";
    for await (const line of createInterface({ input: child.stderr })) {
      address = /DevTools listening on (ws:\S+)/.exec(line)?.[1] ?? "";
      if (address !== "") break;
    }
    const { host } = new URL(address);
    const targets = (await (await fetch(`http://${host}/json`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const target = targets.find((one) => one.type === "page")?.webSocketDebuggerUrl ?? "";
    const call = await connect(target);
    await call("Emulation.setDeviceMetricsOverride", {
      ...size,
      deviceScaleFactor: 1,
      mobile: true,
    });
    await call("Page.enable", {});
    await call("Page.navigate", { url });
    const evaluate = async <Value>(expression: string): Promise<Value> => {
      const { result } = (await call("Runtime.evaluate", {
        expression,
        returnByValue: true,
        awaitPromise: true,
      })) as { result: { value: Value } };
      return result.value;
    };
    for (let tries = 0; tries < 200; tries++) {
      if ((await evaluate<string>("location.href + document.readyState")) === `${url}complete`)
        break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return {
      evaluate,
      screenshot: async () => {
        const { data } = (await call("Page.captureScreenshot", { format: "png" })) as {
          data: string;
        };
        return Buffer.from(data, "base64");
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

type Call = (method: string, params: object) => Promise<unknown>;

async function connect(address: string): Promise<Call> {
  const socket = new WebSocket(address);
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  socket.addEventListener("message", (event) => {
    const answer = JSON.parse(String(event.data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, (answer) => {
        waiting.delete(id);
        if (answer.error !== undefined) reject(new Error(`${method}: ${answer.error.message}`));
        else resolve(answer.result);
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
}
