/**
 * Kept orders in IndexedDB: the one store that the page, its other tabs and the time without a network share. Opened for each
 * use and closed again, so that no tab ever keeps a newer version of the page from opening it.
 */
import type { KeptOrder, OrderStore } from './kept-orders.ts';
import { SturdyOrderStore } from './sturdy-store.ts';

const NAME = 'poltrona';
const VERSION = 1;
const ORDERS = 'orders';
/** Safari has been seen never to answer; it is not waited for with a ticket at hand. */
const PATIENCE_MS = 2000;

class OrderDatabase implements OrderStore {
  all(): Promise<readonly KeptOrder[]> {
    return inDatabase('readonly', (orders) => orders.getAll() as IDBRequest<KeptOrder[]>);
  }

  async put(kept: readonly KeptOrder[]): Promise<void> {
    await inDatabase('readwrite', (orders) => kept.map((one) => orders.put(one)).at(-1) ?? null);
  }

  async remove(ids: readonly string[]): Promise<void> {
    await inDatabase('readwrite', (orders) => ids.map((id) => orders.delete(id)).at(-1) ?? null);
  }

  async clear(): Promise<void> {
    await inDatabase('readwrite', (orders) => orders.clear());
  }
}

/** The device's store; where it has none, gives none or loses it, orders last as long as the page. */
export function openOrderStore(): SturdyOrderStore {
  let isTold = false;
  return new SturdyOrderStore(new OrderDatabase(), (cause) => {
    if (!isTold) console.warn('tickets are not kept on this device', cause);
    isTold = true;
  });
}

/** Runs `work` in one transaction; resolves when that has ended, with the result of the request that `work` returns. */
async function inDatabase<Result>(
  mode: IDBTransactionMode,
  work: (orders: IDBObjectStore) => IDBRequest<Result> | null,
): Promise<Result> {
  const database = await opened();
  try {
    return await new Promise<Result>((resolve, reject) => {
      const transaction = database.transaction(ORDERS, mode);
      const request = work(transaction.objectStore(ORDERS));
      transaction.oncomplete = () => resolve(request?.result as Result);
      transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
    });
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const request = indexedDB.open(NAME, VERSION);
    const timer = setTimeout(() => {
      isLate = true;
      reject(new Error('the database did not open in time'));
    }, PATIENCE_MS);
    const refuse = (cause: Error): void => {
      clearTimeout(timer);
      reject(cause);
    };
    request.onupgradeneeded = () => request.result.createObjectStore(ORDERS, { keyPath: 'id' });
    request.onsuccess = () => {
      clearTimeout(timer);
      if (isLate) request.result.close();
      else resolve(request.result);
    };
    request.onerror = () => refuse(request.error ?? new Error('the database could not be opened'));
    request.onblocked = () => refuse(new Error('another tab keeps the database'));
  });
}
