import { createServer, type RequestListener } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";

const open: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A web server on loopback; its address. It lives until `closeServers`. */
export function serve(answer: RequestListener): Promise<string> {
  return listen(createServer(answer));
}

/** A server that answers each connection's first bytes with `answer`, true HTTP or not, and ends it. */
export function serveRaw(answer: string | Buffer): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.once("data", () => socket.end(answer));
    }),
  );
}

export async function closeServers(): Promise<void> {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}
