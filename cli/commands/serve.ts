import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { isLoopback } from '../../page/guard.ts';
import { UsageError, wholeNumberOf, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { openPage, USUAL_HOST, USUAL_PORT } from '../page.ts';
import { withSession, type Session } from '../session.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'show sweeps in a browser, live; pause, continue, cancel and resume them from there',
  arguments: [],
  options: {
    host: {
      help: 'the address to listen on; any but loopback asks whoever comes for a token',
      value: { name: 'address', otherwise: USUAL_HOST },
    },
    port: { help: 'where; 0: any that is free', value: { name: 'number', otherwise: String(USUAL_PORT) } },
    'token-file': { help: 'a file with the token; one is made up and printed without it', value: { name: 'file' } },
  },
  run: async (call) => {
    const host = call.values['host'] ?? USUAL_HOST;
    const given = await givenToken(call);
    const token = given ?? (isLoopback(host) ? null : randomBytes(24).toString('base64url'));
    const place = { host, port: portOf(call), token, isTold: given === null };
    return withSession(call.terminal, (session) => serve(call, session, place));
  },
};

interface Place {
  host: string;
  port: number;
  token: string | null;
  /** Whether the token has to be printed: nobody else knows it. */
  isTold: boolean;
}

async function serve({ terminal }: Call, session: Session, { isTold, ...place }: Place): Promise<number> {
  const { token } = place;
  const page = await openPage({ session, terminal, ...place });
  try {
    terminal.say(`The page is at ${page.url}, until Ctrl-C.`);
    if (token !== null && isTold) terminal.say(`It asks for this token: ${token}`);
    if (!terminal.signal.aborted) await once(terminal.signal, 'abort');
    return DONE;
  } finally {
    await page.close();
  }
}

const LAST_PORT = 65_535;

function portOf(call: Call): number {
  const port = wholeNumberOf(call, 'port') ?? USUAL_PORT;
  if (port <= LAST_PORT) return port;
  throw new UsageError(`Expected \`--port\` to be followed by a number from 0 to ${LAST_PORT}, found ${port}.`);
}

const SHORTEST_TOKEN = 16;

async function givenToken({ values }: Call): Promise<string | null> {
  const path = values['token-file'];
  if (path === undefined) return null;
  const token = await readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
  if (token === null) throw new UsageError(`Expected \`--token-file\` to name a file, found none at ${path}.`);
  if (token.length >= SHORTEST_TOKEN) return token;
  throw new UsageError(`Expected a token of ${SHORTEST_TOKEN} characters or more in ${path}, found ${token.length}.`);
}
