import { fileURLToPath } from 'node:url';

/** The folder that holds package.json and node_modules. */
export const PROJECT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
