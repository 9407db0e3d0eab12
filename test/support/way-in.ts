import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** What happens to connections on their way to the database. */
export interface WayIn {
  /** The database's address through it. */
  url: string;
  /** Whether connections that come now are hung up on when they send their first statement. */
  hangsUp: boolean;
  /** From now on, the connections that are open lead nowhere, and nobody is told. */
  swallowOpen(): void;
  /** How many connections have come. */
  readonly came: number;
  close(): Promise<void>;
}

/** A way to a PostgreSQL that can be made to fail. */
export async function openWayIn(databaseUrl: string): Promise<WayIn> {
  const target = new URL(databaseUrl);
  const open = new Set<{ near: Socket; far: Socket; swallowed: boolean }>();
  const sockets = new Set<Socket>();
  let came = 0;
  const server = createServer((near) => {
    came += 1;
    const far = connect(Number(target.port), target.hostname);
    const pair = { near, far, swallowed: false };
    open.add(pair);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (chunk) => {
      if (pair.swallowed) return;
      // A statement is the first message that begins with the letter Q or P.
      if (way.hangsUp && (chunk[0] === 0x51 || chunk[0] === 0x50)) near.destroy();
      else far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (!pair.swallowed) near.write(chunk);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => {
      if (!pair.swallowed) near.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const way: WayIn = {
    url: url.href,
    hangsUp: false,
    swallowOpen: () => {
      for (const pair of open) pair.swallowed = true;
    },
    get came() {
      return came;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return way;
}
