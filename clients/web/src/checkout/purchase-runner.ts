/**
 * Carries a purchase through: does what each state asks for, in this order: keep what is about to be sent, send it, tell. No
 * Angular here, so that every broken line and every tab can be played through in tests.
 */
import type { BuyResult, MineResult } from '../../../sdk/results.ts';
import {
  filling,
  next,
  type Purchase,
  type PurchaseEvent,
  type PurchaseState,
  pauseMs,
  remembered,
  type Trouble,
} from './purchase.ts';
import type { PurchaseMemory } from './purchase-memory.ts';

export interface PurchasePorts {
  /** Tells the server who buys, and makes the live session his. Null: it knows. Never rejects. */
  identify(): Promise<Trouble | null>;
  /** Runs it while no other tab of this browser runs one of its own for the screening. */
  alone(screening: number, run: () => Promise<void>): Promise<void>;
  /** The public name of the visitor whose seats these are; waits for a connection. */
  visitor(): Promise<string>;
  mine(screening: number): Promise<MineResult>;
  buy(purchase: Purchase): Promise<BuyResult>;
  /** Calls once; the answer cancels it. */
  after(ms: number, call: () => void): () => void;
  readonly memory: PurchaseMemory;
  tell(state: PurchaseState): void;
}

export class PurchaseRunner {
  readonly #ports: PurchasePorts;
  #state: PurchaseState = filling;
  #kept: Purchase | null = null;
  #visitor = '';
  /** Grows with every state: what was asked for an earlier one is not heard any more. */
  #turn = 0;
  #cancelPause: (() => void) | null = null;
  #stopped = false;

  constructor(ports: PurchasePorts) {
    this.#ports = ports;
  }

  get state(): PurchaseState {
    return this.#state;
  }

  /** The button. Does nothing while a purchase is under way. */
  begin(purchase: Purchase): void {
    this.#happened({ kind: 'begin', purchase });
  }

  /** After a start, and when another tab has written: goes on with a purchase that is kept. True when there is one. */
  async resume(screening: number): Promise<boolean> {
    const visitor = await this.#ports.visitor();
    const purchase = this.#ports.memory.find(screening, visitor);
    if (purchase === null || this.#stopped) return false;
    this.#visitor = visitor;
    this.#happened({ kind: 'found', purchase });
    return true;
  }

  /** Asks the same once more without waiting for the end of the pause. */
  again(): void {
    if (this.#state.is === 'checking') this.#enter(this.#state);
    else this.#happened({ kind: 'again' });
  }

  /** The seats are being paid for, and it is not known by which tab: see the event. */
  inPayment(purchase: Purchase): void {
    this.#happened({ kind: 'in-payment', purchase });
  }

  /** The bank has its answer, or another tab's purchase has ended: the same is asked again. */
  challenged(): void {
    this.#happened({ kind: 'challenged' });
  }

  /** The provider knows that the buyer does not go on with this attempt. */
  givenUp(): void {
    this.#happened({ kind: 'given-up' });
  }

  putAside(): void {
    this.#happened({ kind: 'put-aside' });
  }

  /** The page goes. What was sent is kept, and found again. */
  stop(): void {
    this.#stopped = true;
    this.#turn++;
    this.#cancelPause?.();
  }

  #happened(event: PurchaseEvent): void {
    if (this.#stopped) return;
    const state = next(this.#state, event);
    if (state !== this.#state) this.#enter(state);
  }

  #enter(state: PurchaseState): void {
    const turn = ++this.#turn;
    this.#cancelPause?.();
    this.#cancelPause = null;
    this.#state = state;
    this.#remember();
    this.#ports.tell(state);
    const happened = (event: PurchaseEvent): void => {
      if (turn === this.#turn) this.#happened(event);
    };
    switch (state.is) {
      case 'identifying':
        // Two tabs at once would become two guests, and the order one's of whom the other's page knows nothing.
        void this.#ports.alone(state.purchase.screening, () => this.#identify(state.purchase, turn));
        return;
      case 'paying':
        void this.#ports.buy(state.purchase).then((result) => happened({ kind: 'answered', result }));
        return;
      case 'unknown':
        this.#cancelPause = this.#ports.after(pauseMs(state.tries), () => happened({ kind: 'again' }));
        return;
      case 'checking': {
        const ask = (): void =>
          void this.#ports.mine(state.purchase.screening).then((result) => happened({ kind: 'mine', result }));
        // At once the first time; then as often as somebody else's payment may take.
        if (state.tries === 0) ask();
        else this.#cancelPause = this.#ports.after(pauseMs(Math.min(state.tries, 2)), ask);
        return;
      }
      default:
    }
  }

  async #identify(purchase: Purchase, turn: number): Promise<void> {
    if (turn !== this.#turn || (await this.#isOvertaken(purchase, turn))) return;
    const trouble = await this.#ports.identify();
    if (turn !== this.#turn) return;
    if (trouble !== null) return this.#happened({ kind: 'not-identified', trouble });
    if (await this.#isOvertaken(purchase, turn)) return;
    const result = await this.#ports.mine(purchase.screening);
    if (turn === this.#turn) this.#happened({ kind: 'mine', result });
  }

  /** Another tab may have been quicker: then its purchase is this one. */
  async #isOvertaken({ screening, hold }: Purchase, turn: number): Promise<boolean> {
    this.#visitor = await this.#ports.visitor();
    if (turn !== this.#turn) return true;
    const other = this.#ports.memory.find(screening, this.#visitor);
    if (other === null || other.hold !== hold) return false;
    this.#enter({ is: 'paying', purchase: other, tries: 1 });
    return true;
  }

  #remember(): void {
    const purchase = remembered(this.#state);
    if (purchase !== null) {
      if (purchase.requestId !== this.#kept?.requestId) this.#ports.memory.keep(purchase, this.#visitor);
      this.#kept = purchase;
    } else if (this.#kept !== null) {
      this.#ports.memory.drop(this.#kept);
      this.#kept = null;
    }
  }
}
