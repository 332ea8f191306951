// IndexedDB: drafts, keys and the ledger of answered rounds. Raw files are never stored.

const NAME = 'voltvote';
const STORES = ['drafts', 'keys', 'ledger'];
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function run(store, mode, action) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = action(transaction.objectStore(store));
    transaction.commit?.(); // at once: a page that is being left waits for nothing
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** @param {'drafts'|'keys'|'ledger'} store @param {string} key */
export const load = (store, key) => run(store, 'readonly', (s) => s.get(key));
/** @param {'drafts'|'keys'|'ledger'} store @param {string} key @param {any} value */
export const save = (store, key, value) => run(store, 'readwrite', (s) => s.put(value, key));
/** @param {'drafts'|'keys'|'ledger'} store @param {string} key */
export const remove = (store, key) => run(store, 'readwrite', (s) => s.delete(key));
/** @param {'drafts'|'keys'|'ledger'} store */
export const all = (store) => run(store, 'readonly', (s) => s.getAll());
