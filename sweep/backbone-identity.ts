// Pure: what tells one backbone from another, wherever it lies.
import type { BackboneReference } from './backbone.ts';

/** `setup` is left out where the trial is of a time when it was not kept: the weights alone are held to it then. */
export type BackboneIdentity = Pick<BackboneReference, 'fingerprint' | 'setup'>;

/** Both as one text. */
export function backboneIdentity({ fingerprint, setup }: BackboneIdentity): string {
  return setup === undefined ? fingerprint : `${fingerprint} ${setup}`;
}
