// TLS in front of a plain Temporal server, as a cluster has it: asks for a client certificate, and sees every request's headers.
import http2, { type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo } from 'node:net';
import type { Authority } from './certificates.ts';

export interface TemporalFront {
  address: string;
  /** Authorization headers that came with requests, each once. */
  readonly authorizations: Set<string>;
  /** Names of the methods that were called, each once. */
  readonly methods: Set<string>;
  close(): Promise<void>;
}

export interface FrontOptions {
  authority: Authority;
  /** Of the plain server. */
  address: string;
  /** Whether only clients with a certificate of the authority may speak. */
  asksForCertificate: boolean;
  /** Whoever does not send this key is refused as a cluster refuses. */
  apiKey?: string;
  /** A method that nobody may call, and gRPC's code that says so. */
  refuses?: { method: string; code: number };
}

/** HTTP/2's own headers, which each connection has its own of. */
const OWN = [':scheme', ':authority', 'connection', 'host'];
const UNAUTHENTICATED = 16;

export async function startFront(options: FrontOptions): Promise<TemporalFront> {
  const { authority, address, asksForCertificate, apiKey, refuses } = options;
  const { certificate, key } = authority.issue('temporal', ['temporal.test']);
  const behind = http2.connect(`http://${address}`);
  behind.on('error', () => undefined);
  const sessions = new Set<http2.ServerHttp2Session>();
  const seen = { authorizations: new Set<string>(), methods: new Set<string>() };
  const server = http2.createSecureServer({
    ...{ key, cert: certificate, ca: authority.certificate },
    ...{ requestCert: asksForCertificate, rejectUnauthorized: asksForCertificate },
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined).on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    if (headers.authorization !== undefined) seen.authorizations.add(headers.authorization);
    const method = headers[':path']?.split('/').at(-1) ?? '';
    seen.methods.add(method);
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) refuse(stream, UNAUTHENTICATED);
    else if (method === refuses?.method) refuse(stream, refuses.code);
    else forward(stream, headers, behind);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...seen,
    close: async () => {
      for (const session of sessions) session.destroy();
      behind.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function refuse(stream: ServerHttp2Stream, code: number): void {
  const answer = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(code) };
  stream.respond({ ...answer, 'grpc-message': 'Request unauthorized.' }, { endStream: true });
}

/** A gRPC answer ends with trailers, or is nothing but them. */
function forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, behind: http2.ClientHttp2Session): void {
  const passed = Object.entries(headers).filter(([name]) => !OWN.includes(name));
  const request = behind.request(Object.fromEntries(passed));
  let trailers: IncomingHttpHeaders = {};
  request.on('error', () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
  stream.on('aborted', () => request.close(http2.constants.NGHTTP2_CANCEL));
  request.on('trailers', (sent: IncomingHttpHeaders) => (trailers = sent));
  request.on('response', (answer, flags) => {
    const { ':status': status, ...others } = answer;
    if (stream.destroyed) return;
    if ((flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
      stream.respond({ ':status': status ?? 502, ...others }, { endStream: true });
      return;
    }
    stream.respond({ ':status': status ?? 502, ...others }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    request.pipe(stream);
  });
  stream.pipe(request);
}
