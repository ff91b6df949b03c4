// Opens what a command needs and closes it again, however the command ends.
import { openControl, type Control } from '../control/control.ts';
import { openServices, type Services } from '../runtime/services.ts';
import type { Terminal } from './command.ts';

export interface Session {
  services: Services;
  control: Control;
}

export interface SessionOptions {
  /** Whether starting embedded servers is worth a line; a reading command keeps quiet. */
  isQuiet?: boolean;
}

export async function withSession<T>(
  { environment, say }: Terminal,
  work: (session: Session) => Promise<T>,
  { isQuiet = false }: SessionOptions = {},
): Promise<T> {
  const services = await openServices({ environment, say: isQuiet ? () => undefined : say });
  try {
    const control = await openControl(services);
    try {
      return await work({ services, control });
    } finally {
      await control.close();
    }
  } finally {
    await services.close();
  }
}
