/**
 * Passwords are kept as argon2id hashes, made and compared off the event loop. Each takes 19 MiB and some tens of milliseconds
 * on purpose, so that their number is bounded: AT_ONCE_MAX are being made, WAITING_MAX wait, and whoever comes then is told to
 * try again; a flood of sign-ins must not take the memory and the cores that seats are sold with.
 */
import { type Algorithm, hash, type Options, parseOptions, verify } from '@node-rs/argon2';
import { Problem } from '../api/problem.ts';
import { PASSWORD_BYTES_MAX, preparedPassword } from './password-rules.ts';

/** OWASP's password storage cheat sheet: argon2id with 19 MiB, two passes, one lane. Raised, hashes follow at the next sign-in. */
export const PASSWORD_PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
/** On each shard thread: with a thread for a core, a flood of sign-ins gets no more than the cores, and seats are sold beside it. */
const AT_ONCE_MAX = 1;
/** About a second's work (28 ms each); nobody waits longer for a sign-in than it takes to try again. */
const WAITING_MAX = 40;
/** `Algorithm.Argon2id`, a const enum that does not exist at run time. */
const ARGON2ID: Algorithm = 2;

export interface PasswordOptions {
  readonly parameters?: {
    readonly memoryCost: number;
    readonly timeCost: number;
    readonly parallelism: number;
    readonly outputLen: number;
  };
  readonly atOnceMax?: number;
  readonly waitingMax?: number;
}

export class Passwords {
  readonly #parameters: Options;
  readonly #atOnceMax: number;
  readonly #waitingMax: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #dummy: Promise<string> | null = null;

  constructor(options: PasswordOptions = {}) {
    this.#parameters = { ...PASSWORD_PARAMETERS, ...options.parameters, algorithm: ARGON2ID };
    this.#atOnceMax = options.atOnceMax ?? AT_ONCE_MAX;
    this.#waitingMax = options.waitingMax ?? WAITING_MAX;
  }

  /** @throws Problem 503 when too many wait already. */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(preparedPassword(password), this.#parameters));
  }

  /**
   * Whether it is the password of `stored`. Null stands for "there is nobody": it takes the same time and is never right, so
   * that the time does not tell who has an account.
   * @throws Problem 503 when too many wait already.
   */
  async isRight(stored: string | null, password: string): Promise<boolean> {
    // Longer ones are nobody's, and are not worth the work.
    if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX * 4) return false;
    this.#dummy ??= hash('nobody has this password', this.#parameters);
    const compared = stored ?? (await this.#dummy);
    const isRight = await this.#inTurn(() => verify(compared, preparedPassword(password)));
    return isRight && stored !== null;
  }

  /** Whether it was made with other parameters than today's. */
  isOutdated(stored: string): boolean {
    const { algorithm, memoryCost, timeCost, parallelism, outputLen } = parseOptions(stored);
    const wanted = this.#parameters;
    return (
      algorithm !== ARGON2ID ||
      memoryCost !== wanted.memoryCost ||
      timeCost !== wanted.timeCost ||
      parallelism !== wanted.parallelism ||
      outputLen !== wanted.outputLen
    );
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#atOnceMax) {
      if (this.#waiting.length >= this.#waitingMax)
        throw new Problem(
          503,
          'busy',
          'Too many people are signing in at this moment; try again in a few seconds.',
          [],
          {
            'retry-after': '3',
          },
        );
      // Whoever is done hands his place over, so that nobody who comes later gets in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
