/**
 * Imports on a thread of their own, one at a time: they change the same rows and would only wait for each other, and the
 * other cores belong to those who sell. Whoever cuts an import off ends its thread, and with it its connection and its
 * transaction.
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { FileRefused } from '../../storage/import/file-refused.ts';
import { ImportTakenAway } from '../../storage/import/import-history.ts';
import type { FileReport, ImportProgress } from '../../storage/import/import-report.ts';
import { IMPORT_MS_MAX } from '../../storage/import/source/source-limits.ts';
import type { ImportEnd, ImportOrder, ThreadOrder } from './import-order.ts';

/** Starting the thread takes a fraction of a second; between two imports of a series it stays. */
const IDLE_MS = 30_000;
/** Those who wait hold nothing but their order. The server runs one at a time and needs none. */
const WAITING_MAX = 8;
/** The largest workbook or JSON that is read needs about half of it. */
const HEAP_MB_MAX = 768;
/** What the import itself allows for reading and for each statement, and a little more for all of them. */
const RUN_MS_MAX = 2 * IMPORT_MS_MAX;

export class ImportPool {
  readonly #threads: Piscina<ThreadOrder, ImportEnd>;
  readonly #heapMbMax: number;

  /** @param heapMbMax what a file may need of memory, so that the process keeps its own */
  constructor(heapMbMax: number = HEAP_MB_MAX) {
    this.#heapMbMax = heapMbMax;
    this.#threads = new Piscina({
      filename: new URL('./import-thread.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      maxQueue: WAITING_MAX,
      resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
    });
    // A thread that dies also fails the import it was at.
    this.#threads.on('error', () => {});
  }

  /**
   * Runs one import; `onProgress` hears what it does and how much is done, 0…1. When `signal` is aborted, what was done is
   * undone, and the promise is rejected with the signal's reason.
   * @throws FileRefused, or ImportTakenAway for an import of the server that was cancelled meanwhile
   */
  async run(order: ImportOrder, onProgress: ImportProgress, signal?: AbortSignal): Promise<FileReport> {
    const { port1, port2 } = new MessageChannel();
    const tell = ([phase, share]: [string, number]): void => onProgress(phase, share);
    port1.on('message', tell);
    const timeout = AbortSignal.timeout(RUN_MS_MAX);
    try {
      const end = await this.#threads.run(
        { ...order, port: port2 },
        { transferList: [port2], signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) },
      );
      // What was told before the end lies in the port, and may not have been handed out yet.
      for (let last = receiveMessageOnPort(port1); last !== undefined; last = receiveMessageOnPort(port1))
        tell(last.message);
      return reportOf(end);
    } catch (cause) {
      signal?.throwIfAborted();
      if (timeout.aborted) throw new FileRefused(`it took more than ${RUN_MS_MAX / 60_000} minutes: split the file`);
      if ((cause as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
        throw new FileRefused(`it needs more than ${this.#heapMbMax} MB of memory: split the file, or send it as CSV`, {
          cause,
        });
      }
      throw cause;
    } finally {
      port1.close();
    }
  }

  /** Ends the thread, and with it what it is doing. */
  async close(): Promise<void> {
    await this.#threads.destroy();
  }
}

function reportOf(end: ImportEnd): FileReport {
  switch (end.end) {
    case 'report':
      return end.report;
    case 'refused':
      throw new FileRefused(end.message);
    case 'taken-away':
      throw new ImportTakenAway(end.message);
  }
}
