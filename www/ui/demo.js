// One-click demo on a simulated fleet: everything is made in this browser and labelled simulated.
// The batteries go the way of real ones: files, import, features, votes, sealed ballots.

import { call, lanes } from './bridge.js';
import { t } from './i18n.js';
import { createIdentity, createSigner } from './keys.js';
import { signRound, emptyDraft, protocolOf } from './new-round.js';
import { sealBallot } from './save-view.js';
import { readManifest, inManifest } from './intake.js';
import { Fleet } from './fleet.js';

const SEED = 2023;

const entriesOf = (lot) => lot.files.map(({ name, bytes }) => ({ path: name, file: new File([bytes], name, { type: 'text/csv' }) }));

/** Reads a lot to feature rows in the pool, without a table. */
async function readLot(lot, protocol, onRead) {
  const { byKey: manifest } = await readManifest(new Blob([lot.manifest]));
  const entries = entriesOf(lot);
  const cells = new Array(entries.length);
  let next = 0;
  const one = async () => {
    for (let i = next++; i < entries.length; i = next++) {
      const { path, file } = entries[i];
      const known = inManifest(manifest, path, null);
      const result = await call('read', { files: [{ file, name: path, nominal_ah: known?.nominal_ah ?? null, cell_id: known?.cell_id ?? null }], protocol });
      if (result.cells[0]?.features) cells[i] = { ...result.cells[0], label: known?.labels[0] ?? null };
      onRead();
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes(), entries.length) }, one));
  return cells.filter(Boolean);
}

async function demoRound(lot, classes, identity, onProgress) {
  const draft = { ...emptyDraft(), name: t('demo.round-name'), quorum: 5, classes: classes.join('\n') };
  let done = 0;
  const cells = await readLot(lot, protocolOf(draft), () => onProgress({ text: t('demo.reading'), done: ++done, total: lot.files.length }));
  return { roundFile: await signRound(draft, cells, identity), cells, protocol: protocolOf(draft) };
}

/** A round and the files of one collaborator. */
export async function demoForCollaborator(onProgress) {
  const [{ classes, query, collaborators }, { identity }] = await Promise.all([call('demo', { seed: SEED }), createIdentity(t('demo.recycler'), null)]);
  const { roundFile } = await demoRound(query, classes, identity, onProgress);
  const [own] = collaborators;
  return { roundFile, entries: [{ path: 'manifest.csv', file: new File([own.manifest], 'manifest.csv', { type: 'text/csv' }) }, ...entriesOf(own)] };
}

/** A whole round: the recycler's key, the signed round, ten sealed ballots and the truth. */
export async function demoForRecycler(onProgress) {
  onProgress({ text: t('demo.making'), done: 0, total: 0 });
  const [{ classes, query, collaborators }, { identity }] = await Promise.all([call('demo', { seed: SEED }), createIdentity(t('demo.recycler'), null)]);
  // Keys take longest: they are made while files are read.
  const signers = collaborators.map((_, k) => createSigner(t('demo.collaborator', { n: k + 1 })));
  const { roundFile, cells, protocol } = await demoRound(query, classes, identity, onProgress);
  const ballots = [];
  const total = collaborators.length;
  for (const [k, lot] of collaborators.entries()) {
    onProgress({ text: t('demo.voting', { n: k + 1, total }), done: k, total });
    const own = await readLot(lot, protocol, () => {});
    const labelled = own.filter((cell) => classes.includes(cell.label));
    const payload = await call('demo.cast', {
      round_file: roundFile, cell_ids: labelled.map((cell) => cell.cell_id), features: Fleet.matrix(labelled),
      labels: Uint16Array.from(labelled, (cell) => classes.indexOf(cell.label)), seed: SEED + k,
    });
    const voter = await signers[k];
    const { ballot, receipt } = await sealBallot({ payload }, roundFile, voter);
    ballots.push({ name: `${voter.name}.ballot.json`, text: ballot, receipt });
  }
  const truth = new Map(cells.filter((cell) => classes.includes(cell.label)).map((cell) => [cell.cell_id, classes.indexOf(cell.label)]));
  return { identity, roundFile, ballots, truth };
}
