import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a database that can lose connections as a failover or a firewall does: nobody is told. */
export interface SwallowingProxy {
  /** The address of the database by this way. */
  url: string;
  /**
   * From now on, new connections get no answer, and neither do those with the given port on the side of the database.
   * What is sent on them is gone.
   */
  swallow: (ports: number[]) => void;
  /** New connections work again; those that were swallowed are hung up on. */
  restore: () => void;
  close: () => void;
}

export async function openSwallowingProxy(databaseUrl: string): Promise<SwallowingProxy> {
  const { host, hostname, port } = new URL(databaseUrl);
  const ways = new Map<Socket, Socket | undefined>();
  let isDeaf = false;
  const server = createServer((client) => {
    client.on('error', () => undefined);
    client.once('close', () => ways.delete(client));
    ways.set(client, undefined);
    if (isDeaf) return void client.resume();
    const database = connect(Number(port), hostname);
    database.on('error', () => undefined);
    database.once('close', () => {
      client.destroySoon();
    });
    client.once('close', () => {
      database.destroySoon();
    });
    client.pipe(database).pipe(client);
    ways.set(client, database);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const swallowed = new Set<Socket>();
  return {
    url: databaseUrl.replace(host, `127.0.0.1:${(server.address() as AddressInfo).port}`),
    swallow: (ports) => {
      isDeaf = true;
      for (const [client, database] of ways) {
        if (!database || !ports.includes(database.localPort ?? 0)) continue;
        client.unpipe(database);
        database.unpipe(client);
        client.resume();
        swallowed.add(client);
      }
    },
    restore: () => {
      isDeaf = false;
      for (const [client, database] of ways) if (!database || swallowed.has(client)) client.destroy();
    },
    close: () => {
      for (const [client, database] of ways) {
        client.destroy();
        database?.destroy();
      }
      server.close();
    },
  };
}
