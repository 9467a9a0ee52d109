/**
 * Kept orders in IndexedDB: the one store that the page, its other tabs and the time without a network share. Opened for each
 * use and closed again, so that no tab ever keeps a newer version of the page from opening it.
 */
import { type KeptOrder, MemoryOrderStore, type OrderStore } from './kept-orders.ts';

const NAME = 'poltrona';
const VERSION = 1;
const ORDERS = 'orders';

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
}

/** The device's store; one in memory where it has none or gives none, as some private windows do. */
export async function openOrderStore(): Promise<OrderStore> {
  try {
    (await opened()).close();
    return new OrderDatabase();
  } catch (cause) {
    console.warn('tickets are not kept on this device', cause);
    return new MemoryOrderStore();
  }
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
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => request.result.createObjectStore(ORDERS, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the database could not be opened'));
    request.onblocked = () => reject(new Error('another tab keeps the database'));
  });
}
