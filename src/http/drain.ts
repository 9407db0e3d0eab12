import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Makes a server that does not listen yet ready to be closed without losing an answer: the function given
 * back stops listening, answers the requests that are open, and hangs up.
 *
 * Node's own close() waits for clients that keep a connection for later, or opened one in advance, as
 * browsers and proxies do.
 */
export function drainable(app: FastifyInstance): () => Promise<void> {
  const idle = new Set<Socket>();
  let draining = false;
  const rest = (socket: Socket) => {
    if (draining) socket.destroySoon();
    else if (!socket.destroyed) idle.add(socket);
  };
  app.server.on('connection', (socket: Socket) => {
    socket.once('close', () => idle.delete(socket));
    rest(socket);
  });
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    idle.delete(socket);
    response.once('close', () => {
      rest(socket);
    });
  });
  return async () => {
    draining = true;
    const closed = app.close();
    for (const socket of idle) socket.destroySoon();
    await closed;
  };
}
