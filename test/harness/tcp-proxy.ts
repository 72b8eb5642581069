import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type TcpProxy = {
  readonly port: number;
  /** How long (ms) what either side sends is on its way. */
  delayMs: number;
  /** Swallows what has this text in it, as if it were lost; nothing is where it is empty. */
  lose: string;
  /** Ends all connections and takes no new ones, until it is mended. */
  cut(): void;
  mend(): void;
  [Symbol.asyncDispose](): Promise<void>;
};

/** A line to a port of this machine that can be cut, and be slow. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;

  function pass(from: Socket, to: Socket) {
    sockets.add(from);
    from.on('data', (chunk) => {
      if (proxy.lose !== '' && chunk.includes(proxy.lose)) return;
      if (proxy.delayMs === 0) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), proxy.delayMs);
    });
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  const server = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const onward = connect(target, '127.0.0.1');
    pass(socket, onward);
    pass(onward, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    lose: '',
    cut,
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
  return proxy;
}
