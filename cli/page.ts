// The page as commands open it: on this command's session, giving orders with this machine's idea of a device.
import { startPage, type PageServer } from '../page/server.ts';
import { ordersTo } from '../page/orders.ts';
import type { Terminal } from './command.ts';
import type { Session } from './session.ts';
import { deviceAmong } from './training-device.ts';

export const USUAL_HOST = '127.0.0.1';
export const USUAL_PORT = 8420;

export interface OpenPage {
  session: Session;
  terminal: Terminal;
  host: string;
  port: number;
  token: string | null;
}

/** @throws when the port is taken */
export function openPage({ session, terminal, ...place }: OpenPage): Promise<PageServer> {
  const { control, services } = session;
  const { temporalUiUrl: url, temporal } = services;
  return startPage({
    database: control.database,
    giveOrder: ordersTo(control, ({ spec }) => deviceAmong(control, spec.device, terminal)),
    temporal: url === null ? null : { url, namespace: temporal.namespace },
    ...place,
    onError: (error) => terminal.say(`The page: ${describeError(error)}`),
  });
}

/** Beside a sweep that is watched: at the usual port, else at any, and never a reason for the sweep not to run. */
export async function openBeside(session: Session, terminal: Terminal): Promise<PageServer | null> {
  const open = (port: number): Promise<PageServer> =>
    openPage({ session, terminal, host: USUAL_HOST, port, token: null });
  try {
    return await open(USUAL_PORT).catch(() => open(0));
  } catch (error) {
    terminal.say(`The sweep runs without its page: ${describeError(error)}`);
    return null;
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
