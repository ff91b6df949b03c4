// Opens what a command needs and closes it again, however the command ends.
import { openControl, type Control } from '../control/control.ts';
import { programVersion } from '../runtime/program.ts';
import { openServices, type Services } from '../runtime/services.ts';
import { startTracing } from '../runtime/tracing.ts';
import type { Terminal } from './command.ts';
import { assertGoesOn } from './interruption.ts';

export interface Session {
  services: Services;
  control: Control;
}

/** For the worker that will come: what this command has started stays. */
export async function keepServers(
  { services }: Pick<Session, 'services'>,
  { say }: Pick<Terminal, 'say'>,
): Promise<void> {
  if (!services.embedded.postgres && !services.embedded.temporal) return;
  await services.keep();
  say('The embedded servers stay: `lpt-sweep down` stops them.');
}

export interface SessionOptions {
  /** Whether starting embedded servers is worth a line; a reading command keeps quiet. */
  isQuiet?: boolean;
}

export async function withSession<T>(
  { environment, say, signal }: Terminal,
  work: (session: Session) => Promise<T>,
  { isQuiet = false }: SessionOptions = {},
): Promise<T> {
  assertGoesOn(signal);
  const services = await openServices({ environment, say: isQuiet ? () => undefined : say });
  const tracing = await startTracing({ ...environment, version: programVersion(), say });
  try {
    const control = await openControl({ ...services, interceptors: tracing?.clientInterceptors ?? [] });
    try {
      assertGoesOn(signal);
      return await work({ services, control });
    } finally {
      await control.close();
    }
  } finally {
    await tracing?.close();
    await services.close();
  }
}
