// Opens and makes VoltVote's files with the npm package `jose`.
// usage: node jose.mjs open|make DIRECTORY     (the files are those of tests/interop.rs)
import * as jose from 'jose';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const [action, directory] = process.argv.slice(2);
const read = (name) => readFileSync(`${directory}/${name}`);
const json = (name) => JSON.parse(read(name));
const write = (name, value) => writeFileSync(`${directory}/${name}`, JSON.stringify(value));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const utf8 = (text) => new TextEncoder().encode(text);
const passphrase = utf8('test passphrase');

// Canonical JSON: sorted keys, no white space.
const canonical = (value) =>
  Array.isArray(value) ? `[${value.map(canonical).join()}]`
  : value && typeof value === 'object'
    ? `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`).join()}}`
    : JSON.stringify(value);

if (action === 'open') {
  const opened = await jose.flattenedDecrypt(json('identity.json'), passphrase, {
    keyManagementAlgorithms: ['PBES2-HS512+A256KW'], maxPBES2Count: 1_000_000,
  });
  const { keys } = JSON.parse(new TextDecoder().decode(opened.plaintext));
  const own = (use) => keys.find((key) => key.use === use);
  const decryption = await jose.importJWK(own('enc'), 'RSA-OAEP-256');

  const unchecked = JSON.parse(Buffer.from(json('round.json').payload, 'base64url'));
  const recycler = await jose.importJWK(unchecked.recycler.signing, 'PS256');
  const options = { algorithms: ['PS256'] };
  const round = await jose.flattenedVerify(json('round.json'), recycler, options);
  const board = await jose.flattenedVerify(json('board.json'), recycler, options);

  const sealed = await jose.flattenedDecrypt(json('ballot.json'), decryption, {
    keyManagementAlgorithms: ['RSA-OAEP-256'], contentEncryptionAlgorithms: ['A256GCM'],
  });
  const ballot = await jose.compactVerify(
    new TextDecoder().decode(sealed.plaintext), jose.EmbeddedJWK, options);
  const kid = await jose.calculateJwkThumbprint(ballot.protectedHeader.jwk);
  if (kid !== ballot.protectedHeader.kid) throw new Error('kid is not the thumbprint');
  // A receipt is plain JSON that names its own digest.
  const receipt = json('receipt.json');
  if (receipt.check !== sha256(canonical({ ...receipt, check: '' }))) throw new Error('receipt');
  if (receipt.ballot !== sha256(read('ballot.json'))) throw new Error('receipt of another ballot');
  console.log(canonical({
    round: sha256(round.payload), board: sha256(board.payload), ballot: sha256(ballot.payload),
    kid, recipient: await jose.calculateJwkThumbprint(own('enc')),
  }));
} else {
  const pair = async (alg, use) => {
    const made = await jose.generateKeyPair(alg, { modulusLength: 3072, extractable: true });
    const name = async (key) => {
      const jwk = { ...await jose.exportJWK(key), alg, use };
      return { ...jwk, kid: await jose.calculateJwkThumbprint(jwk) };
    };
    return { ...made, publicJwk: await name(made.publicKey), privateJwk: await name(made.privateKey) };
  };
  const signing = await pair('PS256', 'sig');
  const encryption = await pair('RSA-OAEP-256', 'enc');
  const name = 'Made by jose';
  const publicHalf = { name, signing: signing.publicJwk, encryption: encryption.publicJwk };
  const keySet = { keys: [signing.privateJwk, encryption.privateJwk] };
  write('made.identity.json', await new jose.FlattenedEncrypt(utf8(JSON.stringify(keySet)))
    .setProtectedHeader({
      alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', typ: 'voltvote-identity+json',
      cty: 'jwk-set+json', public: publicHalf,
    })
    .setKeyManagementParameters({ p2c: 1000, p2s: crypto.getRandomValues(new Uint8Array(16)) })
    .encrypt(passphrase));

  const sign = (payload, typ) => new jose.FlattenedSign(payload)
    .setProtectedHeader({ alg: 'PS256', typ, kid: signing.publicJwk.kid })
    .sign(signing.privateKey);
  const round = utf8(canonical({ ...json('template.round'), recycler: publicHalf }));
  write('made.round.json', await sign(round, 'voltvote-round+json'));

  const ballot = utf8(canonical({
    ...json('template.ballot'), round: sha256(round), recipient: encryption.publicJwk.kid,
  }));
  const signed = await new jose.CompactSign(ballot)
    .setProtectedHeader({
      alg: 'PS256', typ: 'voltvote-vote+json', cty: 'json', kid: signing.publicJwk.kid,
      jwk: signing.publicJwk, iat: 1_790_000_600, name,
    })
    .sign(signing.privateKey);
  write('made.ballot.json', await new jose.FlattenedEncrypt(utf8(signed))
    .setProtectedHeader({
      alg: 'RSA-OAEP-256', enc: 'A256GCM', typ: 'voltvote-ballot+json', cty: 'JOSE',
      kid: encryption.publicJwk.kid,
    })
    .encrypt(encryption.publicKey));

  const receipt = {
    format: 'voltvote-receipt/1', round: sha256(round), ballot: sha256(read('made.ballot.json')),
    payload: sha256(ballot), kid: signing.publicJwk.kid, recipient: encryption.publicJwk.kid,
    signed_at: 1_790_000_600, software: json('template.ballot').software, check: '',
  };
  receipt.check = sha256(canonical(receipt));
  writeFileSync(`${directory}/made.receipt.json`, canonical(receipt));

  const entry = {
    at: 1_790_000_601, event: 'accepted', digest: sha256(read('made.ballot.json')),
    kid: signing.publicJwk.kid, signed_at: 1_790_000_600, link: '',
  };
  entry.link = sha256(`${sha256(round)}\n${canonical(entry)}`);
  const board = { format: 'voltvote-board/1', round: sha256(round), entries: [entry] };
  write('made.board.json', await sign(utf8(canonical(board)), 'voltvote-board+json'));
}
