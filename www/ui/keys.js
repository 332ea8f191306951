// Identities: RSA-3072 keys made, kept and used by WebCrypto. Private keys are stored
// non-extractable in IndexedDB; a backup is a JWE (PBES2)
// around the private JWKs, locked and unlocked by the core in the worker.

import { all, save, remove, load } from './store.js';
import { call, Failure } from './bridge.js';

const SIGN = { name: 'RSA-PSS', hash: 'SHA-256' };
const ENCRYPT = { name: 'RSA-OAEP', hash: 'SHA-256' };
const RSA_3072 = { modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) };

const utf8 = new TextEncoder();

export const toBase64url = (data) => {
  const array = new Uint8Array(data);
  let binary = '';
  for (let i = 0; i < array.length; i += 0x8000) binary += String.fromCharCode(...array.subarray(i, i + 0x8000));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};

/** RFC 7638 SHA-256 thumbprint of an RSA JWK. */
export async function thumbprint({ e, n }) {
  return toBase64url(await crypto.subtle.digest('SHA-256', utf8.encode(`{"e":"${e}","kty":"RSA","n":"${n}"}`)));
}

/**
 * @typedef {object} Identity
 * @property {string} name
 * @property {string} kid thumbprint of the signing key
 * @property {{signing: JsonWebKey, encryption: JsonWebKey}} publicKeys with alg, use and kid
 * @property {CryptoKey} signingKey non-extractable
 * @property {CryptoKey} encryptionKey non-extractable
 * @property {number} created Unix seconds
 * @property {boolean} backedUp
 */

/** What others get of an identity: `PublicKeys` of the round format. */
export const publicPart = ({ name, publicKeys }) => ({ name, signing: publicKeys.signing, encryption: publicKeys.encryption });

async function publicJwk(jwk, purpose) {
  const kid = await thumbprint(jwk);
  return { kty: 'RSA', n: jwk.n, e: jwk.e, alg: purpose === 'signing' ? 'PS256' : 'RSA-OAEP-256', use: purpose === 'signing' ? 'sig' : 'enc', kid };
}

/** What another library wrote (`use`, `kid`, `key_ops`) must not get in the way of an import. */
const bare = ({ kty, n, e, d, p, q, dp, dq, qi }) => ({ kty, n, e, d, p, q, dp, dq, qi });

async function assemble(name, signingJwk, encryptionJwk, backedUp) {
  const publicKeys = { signing: await publicJwk(signingJwk, 'signing'), encryption: await publicJwk(encryptionJwk, 'encryption') };
  return {
    name, kid: publicKeys.signing.kid, publicKeys, backedUp, created: Math.floor(Date.now() / 1000),
    signingKey: await crypto.subtle.importKey('jwk', bare(signingJwk), SIGN, false, ['sign']),
    encryptionKey: await crypto.subtle.importKey('jwk', bare(encryptionJwk), ENCRYPT, false, ['decrypt']),
  };
}

/**
 * Makes an identity. With a passphrase the backup file comes with it: later it cannot, since the
 * stored keys are not extractable.
 * @param {string} name
 * @param {string|null} passphrase
 * @returns {Promise<{identity: Identity, backup: string|null}>}
 */
export async function createIdentity(name, passphrase) {
  const [signing, encryption] = await Promise.all([
    crypto.subtle.generateKey({ ...SIGN, ...RSA_3072 }, true, ['sign', 'verify']),
    crypto.subtle.generateKey({ ...ENCRYPT, ...RSA_3072 }, true, ['encrypt', 'decrypt']),
  ]);
  const [signingJwk, encryptionJwk] = await Promise.all([signing, encryption].map((pair) => crypto.subtle.exportKey('jwk', pair.privateKey)));
  const identity = await assemble(name, signingJwk, encryptionJwk, passphrase !== null);
  const backup = passphrase === null ? null : await call('identity.lock', { name, signing: bare(signingJwk), encryption: bare(encryptionJwk), passphrase });
  return { identity, backup };
}

/** A key that only signs and is never stored: a simulated collaborator's. */
export async function createSigner(name) {
  const { publicKey, privateKey } = await crypto.subtle.generateKey({ ...SIGN, ...RSA_3072 }, false, ['sign', 'verify']);
  return { name, signingKey: privateKey, publicKeys: { signing: await publicJwk(await crypto.subtle.exportKey('jwk', publicKey), 'signing') } };
}

/**
 * Opens a backup made here, by the command line or by any JOSE library.
 * @returns {Promise<Identity>}
 */
export async function restoreIdentity(file, passphrase) {
  const { name, signing, encryption } = await call('identity.unlock', { file, passphrase });
  return assemble(name, signing, encryption, true);
}

/** PS256: RSA-PSS with SHA-256 and a salt of 32 bytes (RFC 7518 section 3.5). */
export const sign = async (identity, data) => new Uint8Array(await crypto.subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, identity.signingKey, data));

/** The content key of a JWE (RSA-OAEP-256). */
export async function unwrapContentKey(identity, encryptedKey) {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(ENCRYPT, identity.encryptionKey, encryptedKey));
  } catch {
    throw new Failure('decryption');
  }
}

/** Signs and decrypts a test message, so that a broken key shows before it matters. */
export async function checkIdentity(identity) {
  const probe = utf8.encode('voltvote key check');
  const verifying = await crypto.subtle.importKey('jwk', identity.publicKeys.signing, SIGN, false, ['verify']);
  const encrypting = await crypto.subtle.importKey('jwk', identity.publicKeys.encryption, ENCRYPT, false, ['encrypt']);
  const signed = await crypto.subtle.verify({ name: 'RSA-PSS', saltLength: 32 }, verifying, await sign(identity, probe), probe);
  const opened = await unwrapContentKey(identity, await crypto.subtle.encrypt(ENCRYPT, encrypting, probe));
  return signed && opened.length === probe.length && opened.every((byte, i) => byte === probe[i]);
}

const slot = (role, kid) => `${role}:${kid}`;

/** Identities of a role (`collaborator`, `recycler`), newest first. */
export async function identities(role) {
  return (await all('keys')).filter((one) => one.role === role).map((one) => one.identity).sort((a, b) => b.created - a.created);
}
export const keepIdentity = (role, identity) => save('keys', slot(role, identity.kid), { role, identity });
export const identityOf = async (role, kid) => (await load('keys', slot(role, kid)))?.identity ?? null;
export const destroyIdentity = (role, identity) => remove('keys', slot(role, identity.kid));
