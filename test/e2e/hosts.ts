// Hosts as far as one machine can have several: processes with folders and, where it is allowed, a network of their own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { childEnvironment } from '../../runtime/environment.mjs';
import type { Services } from '../../runtime/services.ts';
import { follow, type Running } from './installed.ts';

const BIN = join(import.meta.dirname, '../../cli/bin.mjs');

export interface Host {
  /** Nothing of another host is in it. */
  folder: string;
  /** Runs the program there, with further settings. */
  run(words: string[], settings?: Record<string, string>): Running & { pid: number };
  remove(): void;
}

let count = 0;

/** @param folder of the host; made */
export async function createHost(folder: string, services: Services): Promise<Host> {
  await mkdir(join(folder, 'work'), { recursive: true });
  count += 1;
  const network = createNetwork(count);
  const relays = [await relay(network, new URL(services.databaseUrl)), await relay(network, temporalOf(services))];
  const [database, temporal] = relays.map(({ place }) => place);
  const databaseUrl = new URL(services.databaseUrl);
  databaseUrl.host = database ?? '';
  const env = childEnvironment({
    TEMPORAL_PROFILE: undefined,
    DATABASE_URL: databaseUrl.href,
    TEMPORAL_ADDRESS: temporal,
    LPT_SWEEP_STATE: join(folder, 'state'),
    LPT_SWEEP_CACHE: join(folder, 'cache'),
    LPT_SWEEP_DEVICE: 'cpu',
    LPT_SWEEP_THREADS: '1',
  });
  const [program, ...before] = [...network.inside, process.execPath, BIN];
  return {
    folder,
    run: (words, settings = {}) => {
      const at = { cwd: join(folder, 'work'), env: { ...env, ...settings } };
      const child = spawn(program, [...before, ...words], { ...at, stdio: ['ignore', 'pipe', 'pipe'] });
      return { ...follow(child), pid: child.pid ?? 0 };
    },
    remove: () => {
      for (const { server } of relays) server.close();
      network.remove();
    },
  };
}

interface Network {
  /** What a command line begins with to run in it. */
  inside: string[];
  /** Where it reaches this process. */
  gateway: string;
  remove(): void;
}

/** A namespace with one cable to here; this machine's own network where such a thing may not be made. */
function createNetwork(number: number): Network {
  const name = `lpt${process.pid}n${number}`;
  const [here, there] = [`l${process.pid % 100_000}h${number}`, `l${process.pid % 100_000}t${number}`];
  // Two files at one time have process ids that are near one another.
  const subnet = `10.${64 + ((process.pid >> 8) % 128)}.${process.pid % 256}`;
  const [gateway, inner] = [`${subnet}.${4 * number + 1}`, `${subnet}.${4 * number + 2}`];
  const ip = (words: string): Buffer => execFileSync('ip', words.split(' '), { stdio: 'pipe' });
  const remove = (): void => {
    try {
      ip(`netns delete ${name}`);
    } catch {
      // It was never made.
    }
  };
  try {
    ip(`netns add ${name}`);
    ip(`link add ${here} type veth peer name ${there} netns ${name}`);
    ip(`address add ${gateway}/30 dev ${here}`);
    ip(`link set ${here} up`);
    ip(`-n ${name} address add ${inner}/30 dev ${there}`);
    ip(`-n ${name} link set ${there} up`);
    ip(`-n ${name} link set lo up`);
    return { inside: ['ip', 'netns', 'exec', name], gateway, remove };
  } catch {
    remove();
    return { inside: [], gateway: '127.0.0.1', remove: () => undefined };
  }
}

/** The embedded servers listen on loopback only; a cluster's would be reached by the network itself. */
async function relay({ gateway }: Network, { port }: URL): Promise<{ server: Server; place: string }> {
  const server = createServer((inside) => {
    const outside = connect(Number(port), '127.0.0.1');
    inside.pipe(outside).pipe(inside);
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const)
      one.on('error', () => other.destroy());
  });
  server.listen(0, gateway);
  await once(server, 'listening');
  return { server, place: `${gateway}:${(server.address() as AddressInfo).port}` };
}

function temporalOf({ temporal }: Services): URL {
  return new URL(`tcp://${temporal.connectionOptions.address}`);
}
