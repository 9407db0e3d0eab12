import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What has not arrived by then of a request is not waited for: nothing was done for it yet, so nothing is lost. */
const ARRIVAL_MS = 3_000;

/**
 * Makes a server that does not listen yet ready to be closed without losing an answer: the function given
 * back stops listening, answers the requests that are open, and hangs up.
 *
 * Node's own close() waits for clients that keep a connection for later, or opened one in advance, as
 * browsers and proxies do, and for those that send a byte now and then.
 */
export function drainable(app: FastifyInstance): () => Promise<void> {
  const idle = new Set<Socket>();
  const open = new Set<IncomingMessage>();
  let draining = false;
  const rest = (socket: Socket) => {
    if (draining) socket.destroySoon();
    else if (!socket.destroyed) idle.add(socket);
  };
  app.server.on('connection', (socket: Socket) => {
    socket.once('close', () => idle.delete(socket));
    rest(socket);
  });
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    idle.delete(request.socket);
    open.add(request);
    response.once('close', () => {
      open.delete(request);
      rest(request.socket);
    });
  });
  return async () => {
    draining = true;
    const closed = app.close();
    for (const socket of idle) socket.destroySoon();
    const hangUp = setTimeout(() => {
      for (const { complete, socket } of open) if (!complete) socket.destroy();
    }, ARRIVAL_MS);
    await closed;
    clearTimeout(hangUp);
  };
}
