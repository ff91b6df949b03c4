// Ports on this machine: a free one, and whether somebody listens.
import { connect, createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('Expected a port from the system, found none.'));
      });
    });
  });
}

export function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(2000, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

export interface PortClaim {
  /** What a person asked for. */
  wanted: number | undefined;
  /** What the server had before: who still knows it finds it again. Any other where that is taken. */
  last: number | undefined;
}

/** @throws when the port that a person asked for is taken */
export async function claimPort({ wanted, last }: PortClaim, purpose: string): Promise<number> {
  if (wanted === undefined) return last !== undefined && !(await isListening(LOOPBACK, last)) ? last : freePort();
  if (!(await isListening(LOOPBACK, wanted))) return wanted;
  throw new Error(`Expected port ${wanted} to be free for ${purpose}, found a program that listens there.`);
}
