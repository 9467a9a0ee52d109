/**
 * Which seats a connection asks for: a walk of its own, so that no two connections ever want the same seat and
 * every command changes something. A connection is one buyer and may have ten seats in a screening, so
 * the connections share out each screening's seats in strips of at most that many; when there are more connections
 * than strips, they share out the screenings as well.
 *
 * Round the walk: where nothing is held the next command is a hold, where a seat is held it is a release. So the load can
 * run for any time. The first round is cut short, at another length for each connection, so that soon half of
 * all commands are holds and half are releases, instead of everybody holding and then everybody releasing.
 *
 * This is the kindest load for the actor (nothing is refused) and the hardest for the journal (each decision is a fact).
 */
export const SpotState = { free: 0, holding: 1, held: 2, releasing: 3 } as const;
export type SpotState = (typeof SpotState)[keyof typeof SpotState];

export interface WalkPlan {
  /** Screenings are numbered without a gap from `firstScreening`. */
  readonly firstScreening: number;
  /** Instead of numbers without a gap: which ones. `firstScreening` is 0 then. */
  readonly ids?: readonly number[];
  readonly screenings: number;
  /** Seats of each screening. */
  readonly seats: number;
  readonly connections: number;
  /** Most seats of one screening for one connection. */
  readonly seatsPerBuyer: number;
}

export class SeatWalk {
  /** Spots of this walk: a spot is one seat of one screening. */
  readonly length: number;
  readonly #firstScreening: number;
  readonly #ids: readonly number[] | null;
  readonly #screenings: number;
  readonly #stride: number;
  readonly #offset: number;
  readonly #firstSeat: number;
  readonly #state: Uint8Array;
  readonly #hold: Uint32Array;
  #cursor = 0;
  /** Where the present round ends. */
  #roundEnd: number;

  /** @throws when there are more connections than the seats can be shared out to. */
  constructor(plan: WalkPlan, connection: number) {
    const perBuyer = Math.min(plan.seatsPerBuyer, plan.seats);
    const strips = Math.floor(plan.seats / perBuyer);
    const groups = Math.ceil(plan.connections / strips);
    if (groups > plan.screenings) {
      throw new Error(
        `${plan.screenings} screenings of ${plan.seats} seats are too few for ${plan.connections} connections`,
      );
    }
    const group = Math.floor(connection / strips);
    this.#stride = groups;
    this.#ids = plan.ids ?? null;
    this.#firstScreening = plan.firstScreening + group;
    this.#screenings = Math.floor((plan.screenings - group - 1) / groups) + 1;
    this.#firstSeat = (connection % strips) * perBuyer;
    this.length = this.#screenings * perBuyer;
    // Connections that share a screening come to it at different times.
    this.#offset = Math.floor((this.#screenings * (connection % strips)) / strips);
    this.#state = new Uint8Array(this.length);
    this.#hold = new Uint32Array(this.length);
    this.#roundEnd = Math.ceil((this.length * ((connection % 8) + 1)) / 8);
  }

  /** The spot whose turn it is, or -1 while its last command has not been answered. */
  get spot(): number {
    const state = this.#state[this.#cursor];
    return state === SpotState.holding || state === SpotState.releasing ? -1 : this.#cursor;
  }

  /** Notes that the command for `spot` is sent, and moves on; true for a hold, false for a release. */
  sent(spot: number): boolean {
    const isHold = this.#state[spot] === SpotState.free;
    this.#state[spot] = isHold ? SpotState.holding : SpotState.releasing;
    this.#cursor = spot + 1;
    if (this.#cursor >= this.#roundEnd) {
      this.#cursor = 0;
      this.#roundEnd = this.length;
    }
    return isHold;
  }

  /** The answer to the command for `spot`. `hold`: the hold's number when a hold was accepted. A refused command leaves the spot as it was. */
  answered(spot: number, isAccepted: boolean, hold: number): void {
    if (this.#state[spot] === SpotState.holding) {
      this.#state[spot] = isAccepted ? SpotState.held : SpotState.free;
      this.#hold[spot] = hold;
    } else {
      this.#state[spot] = isAccepted ? SpotState.free : SpotState.held;
    }
  }

  /** Every screening of the walk comes once within this many commands. */
  get screenings(): number {
    return this.#screenings;
  }

  screeningOf(spot: number): number {
    const number = this.#firstScreening + ((spot + this.#offset) % this.#screenings) * this.#stride;
    return this.#ids === null ? number : this.#ids[number]!;
  }

  seatOf(spot: number): number {
    return this.#firstSeat + Math.floor(spot / this.#screenings);
  }

  holdOf(spot: number): number {
    return this.#hold[spot]!;
  }

  /** From `spot` on, the next one that is held; -1 when none is. For giving everything back at the end. */
  nextHeld(spot: number): number {
    return this.#state.indexOf(SpotState.held, spot);
  }
}
