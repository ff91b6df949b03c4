// Addresses, read as a browser reads them.

/** Whatever this server is called. */
const HERE = 'http://page';

/** Null for one that cannot be read. */
export function readAddress(text: string): URL | null {
  return URL.canParse(text, HERE) ? new URL(text, HERE) : null;
}

/** What a browser could take for a place elsewhere is the list of sweeps. */
export function pathHere(text: string): string {
  const address = readAddress(text);
  if (address?.origin !== HERE || address.pathname.startsWith('//')) return '/';
  return address.pathname + address.search;
}
