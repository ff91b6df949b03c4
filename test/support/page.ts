import type { Database } from '../../db/client.ts';
import { startPage, type PageServer } from '../../page/server.ts';

/** A page to be looked at, whose orders do nothing. What goes wrong in it is added to `errors`. */
export function startQuietPage(database: Database, errors: unknown[]): Promise<PageServer> {
  return startPage({
    database,
    giveOrder: () => Promise.resolve(),
    temporal: { url: 'http://127.0.0.1:8233', namespace: 'default' },
    ...{ host: '127.0.0.1', port: 0, token: null },
    onError: (error) => errors.push(error),
  });
}
