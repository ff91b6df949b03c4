// Certificates of a test's own: an authority, and what it signs (RFC 5280, ECDSA on P-256).
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { bits, der, integer, objectId, octets, sequence, set, tagged, time, utf8, yes, type Der } from './der.ts';

export interface Certificate {
  /** PEM. */
  certificate: string;
  /** PEM. */
  key: string;
}

export interface Authority extends Certificate {
  /** A certificate for a server and a client of these host names; `127.0.0.1` is always among them. */
  issue(name: string, hosts?: string[]): Certificate;
}

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const DAY = 86_400_000;

export function createAuthority(name: string): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const authority = { name, key: keys.privateKey, publicKey: keys.publicKey };
  const own = [
    extension('2.5.29.19', sequence(yes()), true), // basicConstraints: an authority
    extension('2.5.29.14', octets(keyId(keys.publicKey))),
    extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true), // keyUsage: signs certificates
  ];
  return {
    ...pem(certify(authority, { name, publicKey: keys.publicKey, extensions: own }), keys.privateKey),
    issue: (subject, hosts = []) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      return pem(certify(authority, { name: subject, publicKey, extensions: leafExtensions(hosts) }), privateKey);
    },
  };
}

interface Issuer {
  name: string;
  key: KeyObject;
  publicKey: KeyObject;
}

interface Subject {
  name: string;
  publicKey: KeyObject;
  extensions: Der[];
}

function certify(issuer: Issuer, { name, publicKey, extensions }: Subject): Der {
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))), // version 3
    integer(randomBytes(8)),
    ECDSA_WITH_SHA256,
    distinguished(issuer.name),
    sequence(time(new Date(Date.now() - DAY)), time(new Date(Date.now() + DAY))),
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions, extension('2.5.29.35', sequence(der(0x80, keyId(issuer.publicKey)))))),
  );
  return sequence(toBeSigned, ECDSA_WITH_SHA256, bits(sign('sha256', toBeSigned, issuer.key)));
}

function leafExtensions(hosts: string[]): Der[] {
  const names = hosts.map((host) => der(0x82, Buffer.from(host)));
  return [
    extension('2.5.29.17', sequence(...names, der(0x87, Buffer.from([127, 0, 0, 1])))), // subjectAltName
    // extendedKeyUsage: server and client
    extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'), objectId('1.3.6.1.5.5.7.3.2'))),
  ];
}

function extension(id: string, content: Der, critical = false): Der {
  return sequence(objectId(id), ...(critical ? [yes()] : []), octets(content));
}

const distinguished = (name: string): Der => sequence(set(sequence(objectId('2.5.4.3'), utf8(name))));

function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function pem(certificate: Der, key: KeyObject): Certificate {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
