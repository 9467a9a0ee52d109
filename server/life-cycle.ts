/**
 * How the process stops: parts are stopped in the opposite order of their start, one at a time, each with a deadline;
 * what takes long is named in the log ("still waiting for …"), and what fails does not keep the next from
 * stopping. Stopping twice is stopping once.
 */
export interface LifeCyclePorts {
  log(level: 'info' | 'warn' | 'error', message: string, details?: Readonly<Record<string, unknown>>): void;
  /** Calls back after `delayMs`; returns the way to call it off. */
  after(delayMs: number, callback: () => void): () => void;
}

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void>;
  readonly deadlineMs: number;
}

const STILL_WAITING_MS = 2_000;

export class LifeCycle {
  readonly #ports: LifeCyclePorts;
  readonly #parts: Part[] = [];
  #stopping: Promise<boolean> | null = null;

  constructor(ports: LifeCyclePorts) {
    this.#ports = ports;
  }

  get isStopping(): boolean {
    return this.#stopping !== null;
  }

  /** `stop` will be given `deadlineMs`; after that the next part is stopped all the same. */
  started(name: string, stop: () => Promise<void>, deadlineMs = 10_000): void {
    this.#parts.push({ name, stop, deadlineMs });
  }

  /** Stops everything. True when every part stopped in time and without an error. Never rejects. */
  stop(reason: string): Promise<boolean> {
    this.#stopping ??= this.#stopAll(reason);
    return this.#stopping;
  }

  async #stopAll(reason: string): Promise<boolean> {
    this.#ports.log('info', `stopping: ${reason}`);
    let isClean = true;
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      if (!(await this.#stopPart(part))) isClean = false;
    }
    this.#ports.log('info', isClean ? 'stopped' : 'stopped, but not cleanly');
    return isClean;
  }

  #stopPart({ name, stop, deadlineMs }: Part): Promise<boolean> {
    return new Promise((resolve) => {
      const callOffNote = this.#ports.after(STILL_WAITING_MS, () =>
        this.#ports.log('warn', `still waiting for ${name}`),
      );
      const end = (isClean: boolean): void => {
        callOffNote();
        callOffDeadline();
        resolve(isClean);
      };
      const callOffDeadline = this.#ports.after(deadlineMs, () => {
        this.#ports.log('error', `${name} did not stop in ${deadlineMs} ms`);
        end(false);
      });
      stop().then(
        () => end(true),
        (cause: unknown) => {
          this.#ports.log('error', `${name} failed to stop`, { cause });
          end(false);
        },
      );
    });
  }
}
