// The page that Prometheus reads: ours, and beneath it what Temporal's SDK counts of itself.
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface MetricsServerOptions {
  registry: Registry;
  host: string;
  /** 0: any free port. */
  port: number;
  /** Host and port of Temporal's own exporter in this process. */
  temporalAddress?: string;
}

export interface MetricsServer {
  url: string;
  close(): Promise<void>;
}

const TEMPORAL_MS = 2_000;

/** @throws when the port is taken */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host, port } = options;
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end('Metrics are at /metrics.\n');
    answer(options, response).catch(() => response.writeHead(500).end());
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(
      `Expected ${host}:${port} to be free for metrics, found ${code}. Give another \`--metrics-port\`.`,
      {
        cause: error,
      },
    );
  }
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer({ registry, temporalAddress }: MetricsServerOptions, response: ServerResponse): Promise<void> {
  const own = await registry.metrics();
  const temporal = temporalAddress === undefined ? '' : await temporalMetrics(temporalAddress);
  response.writeHead(200, { 'content-type': registry.contentType }).end(`${own}${temporal}`);
}

/** Ours are shown whether Temporal's answer or not. */
async function temporalMetrics(address: string): Promise<string> {
  try {
    const answered = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(TEMPORAL_MS) });
    if (answered.ok) return await answered.text();
    return `# Temporal's exporter answered ${answered.status}.\n`;
  } catch {
    return "# Temporal's exporter does not answer.\n";
  }
}
