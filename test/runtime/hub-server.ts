// A small server that speaks the part of the Hugging Face Hub's protocol that a download needs.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export interface HubContents {
  /** `model/<id>@<revision>` or `dataset/<id>@<revision>` → path → contents. */
  repositories: Record<string, Record<string, string>>;
  /** Only with this token. */
  token?: string;
  /** The transfer of this path breaks in its middle. */
  breaks?: string;
}

export interface HubServer {
  url: string;
  /** Paths of the files that were asked for in full. */
  downloads: string[];
}

interface Wanted {
  files: Record<string, string>;
  /** null: the listing. */
  path: string | null;
}

export async function startHub(contents: HubContents): Promise<HubServer> {
  const downloads: string[] = [];
  const server = createServer((request, response) => answer({ contents, downloads, request, response }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address !== 'object') throw new Error('Expected a port, found none.');
  return { url: `http://127.0.0.1:${address.port}`, downloads };
}

interface Exchange {
  contents: HubContents;
  downloads: string[];
  request: IncomingMessage;
  response: ServerResponse;
}

function answer({ contents, downloads, request, response }: Exchange): void {
  if (contents.token !== undefined && request.headers.authorization !== `Bearer ${contents.token}`) {
    response.writeHead(401).end();
    return;
  }
  const wanted = find(contents, request.url ?? '');
  if (!wanted) {
    response.writeHead(404, { 'X-Error-Code': 'RepoNotFound' }).end();
  } else if (wanted.path === null) {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(list(wanted.files)));
  } else {
    const file = Buffer.from(wanted.files[wanted.path] ?? '');
    const etag = { ETag: `"${digest(file)}"` };
    if (request.headers.range === 'bytes=0-0') {
      response.writeHead(206, { ...etag, 'Content-Range': `bytes 0-0/${file.length}` }).end(file.subarray(0, 1));
      return;
    }
    downloads.push(wanted.path);
    response.writeHead(200, { ...etag, 'Content-Length': file.length });
    if (contents.breaks !== wanted.path) response.end(file);
    else response.write(file.subarray(0, file.length / 2), () => response.destroy());
  }
}

function find({ repositories }: HubContents, url: string): Wanted | null {
  const path = url.split('?')[0] ?? '';
  for (const [name, files] of Object.entries(repositories)) {
    const [, type = '', id = '', revision = ''] = /^(\w+)\/(.+)@(.+)$/.exec(name) ?? [];
    const at = encodeURIComponent(revision);
    if (path === `/api/${type}s/${id}/tree/${at}`) return { files, path: null };
    const resolve = `/${type === 'model' ? '' : `${type}s/`}${id}/resolve/${at}/`;
    if (path.startsWith(resolve)) return { files, path: decodeURIComponent(path.slice(resolve.length)) };
  }
  return null;
}

function list(files: Record<string, string>): object[] {
  return Object.entries(files).map(([path, text]) => {
    const entry = { type: 'file', path, size: Buffer.byteLength(text), oid: digest(text).slice(0, 40) };
    const large = path.endsWith('.safetensors') || path.endsWith('.parquet');
    return large ? { ...entry, lfs: { oid: digest(text), size: entry.size, pointerSize: 130 } } : entry;
  });
}

function digest(contents: string | Buffer): string {
  return createHash('sha256').update(contents).digest('hex');
}
