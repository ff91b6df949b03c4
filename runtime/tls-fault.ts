// Why no connection to a Temporal came about: gRPC only says that its deadline passed, so the handshake is tried once more and heard.
import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import type { TLSConfig } from '@temporalio/client';
import type { TemporalConnectionOptions } from './temporal-settings.ts';

const PATIENCE_MS = 3000;
/** A server that wants a certificate says so after the handshake, when it hears the first bytes. */
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0';

/** A sentence that names the variable to correct; null where TLS is not to blame. */
export async function tlsFault(options: TemporalConnectionOptions): Promise<string | null> {
  const { address, tls } = options;
  if (tls === undefined || tls === false) {
    const failure = await handshake(address, { rejectUnauthorized: false });
    const speaksTls = failure === null || /CERTIFICATE|ALERT/.test(failure.code ?? '');
    return speaksTls ? 'it speaks TLS: set TEMPORAL_TLS=true, or a certificate in TEMPORAL_TLS_*' : null;
  }
  const failure = await handshake(address, optionsOf(tls === true ? {} : tls));
  return failure === null ? null : explain(failure);
}

function optionsOf({ serverNameOverride, serverRootCACertificate, clientCertPair }: TLSConfig): ConnectionOptions {
  return {
    ...(serverNameOverride ? { servername: serverNameOverride } : {}),
    ...(serverRootCACertificate ? { ca: Buffer.from(serverRootCACertificate) } : {}),
    ...(clientCertPair ? { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) } : {}),
  };
}

async function handshake(address: string, options: ConnectionOptions): Promise<NodeJS.ErrnoException | null> {
  const colon = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, colon).replaceAll(/[[\]]/g, ''), Number(address.slice(colon + 1))];
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const socket = connect({ host, port, servername: isIP(host) === 0 ? host : '', ALPNProtocols: ['h2'], ...options });
    try {
      await once(socket, 'secureConnect', { signal });
      socket.write(HTTP2_PREFACE, 'latin1');
      await once(socket, 'data', { signal });
      return null;
    } finally {
      socket.destroy();
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function explain({ code = '', message }: NodeJS.ErrnoException): string | null {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another name (${message}): correct TEMPORAL_TLS_SERVER_NAME`;
  }
  if (/SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_(SIGNATURE|UNTRUSTED)/.test(code)) {
    return `its certificate is not signed by an authority that is trusted (${code}): give the authority's in TEMPORAL_TLS_SERVER_CA_CERT_PATH`;
  }
  if (/CERT_(HAS_EXPIRED|NOT_YET_VALID)/.test(code)) return `its certificate is not valid now (${code})`;
  if (/KEY_VALUES_MISMATCH/.test(code)) {
    return 'the client key does not belong to the certificate: correct TEMPORAL_TLS_CLIENT_KEY_PATH';
  }
  if (/ERR_OSSL_(PEM|ASN1|EVP|UNSUPPORTED)/.test(code)) {
    return `a certificate or key cannot be read (${code}): correct TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH or TEMPORAL_TLS_SERVER_CA_CERT_PATH`;
  }
  if (/ALERT_CERTIFICATE_REQUIRED|CERTIFICATE_REQUIRED/.test(code)) {
    return 'it asks for a client certificate: set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH';
  }
  if (/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|ACCESS_DENIED|DECRYPT_ERROR)/.test(code)) {
    return `it does not accept the client certificate (${code}): correct TEMPORAL_TLS_CLIENT_CERT_PATH`;
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(code)) {
    return 'it does not speak TLS: unset TEMPORAL_TLS, TEMPORAL_TLS_* and TEMPORAL_API_KEY';
  }
  return null;
}
