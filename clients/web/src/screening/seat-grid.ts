/**
 * The room for those who do not see it, or walk through it with keys: a grid of real elements over the canvas, at the places of the
 * seats, so that a finger that explores the screen of a phone finds them too. They paint nothing; the whole layer is moved and
 * scaled as one, so that a thousand of them cost nothing while the map moves.
 */
import type { Direction, RoomGeometry, View } from './room-geometry.ts';

export interface SeatGridPorts {
  /** "Fila F, poltrona 12, livre, R$ 32,00" */
  spoken(seat: number): string;
  isMine(seat: number): boolean;
  canBeChosen(seat: number): boolean;
  choose(seat: number): void;
  /** Enter. */
  proceed(): void;
  zoom(way: 'in' | 'out' | 'fit'): void;
  /** The keyboard stands on this seat now; null: nowhere on the map, or not to be seen. */
  reached(seat: number | null): void;
}

/** The layer's own unit, CSS pixels; the view scales it. */
const UNIT = 32;
/** Names of seats follow the map this much later: nobody hears faster. */
const NAMES_MS = 400;
/** A thousand elements, or names, are not made in one go: the page answers to a finger in between, milliseconds. */
const SLICE_MS = 5;

const STEPS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export class SeatGrid {
  readonly #layer: HTMLElement;
  readonly #geometry: RoomGeometry;
  readonly #ports: SeatGridPorts;
  readonly #cells: HTMLElement[] = [];
  readonly #rows: readonly HTMLElement[];
  /** Rows whose seats are still to be made. */
  readonly #empty = new Set<number>();
  readonly #unnamed = new Set<number>();
  #current: number;
  #timer = 0;
  #idle = 0;

  /** Fills `layer`, which has the role grid. */
  constructor(layer: HTMLElement, geometry: RoomGeometry, ports: SeatGridPorts) {
    this.#layer = layer;
    this.#geometry = geometry;
    this.#ports = ports;
    this.#current = geometry.middle();
    this.#rows = geometry.byRow.map((seats) => {
      const row = document.createElement('div');
      row.setAttribute('role', 'row');
      if (seats.length > 0) this.#empty.add(geometry.seats[seats[0]!]!.row);
      return row;
    });
    layer.replaceChildren(...this.#rows.filter((_, row) => this.#empty.has(row)));
    this.#fill(geometry.seats[this.#current]?.row ?? 0);
    this.#whenIdle();
    layer.style.width = `${geometry.width * UNIT}px`;
    layer.style.height = `${geometry.height * UNIT}px`;
    this.#cells[this.#current]?.setAttribute('tabindex', '0');
    layer.onkeydown = (event) => this.#key(event);
    layer.onfocus = null;
    layer.addEventListener('focusin', this.#focused);
    layer.addEventListener('focusout', this.#blurred);
    // What assistive technology sends instead of a key; a finger or a mouse has been a tap of the map already.
    layer.onclick = (event) => {
      const seat = this.#seatOf(event.target);
      if (seat !== null && event.detail === 0) this.#ports.choose(seat);
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#idle);
    this.#layer.removeEventListener('focusin', this.#focused);
    this.#layer.removeEventListener('focusout', this.#blurred);
    this.#layer.onkeydown = null;
    this.#layer.onclick = null;
    this.#layer.replaceChildren();
  }

  moved({ unit, left, top }: View): void {
    this.#layer.style.transform = `translate(${left}px, ${top}px) scale(${unit / UNIT})`;
  }

  /** Seats that are called otherwise now; null: all. */
  renamed(seats: readonly number[] | null): void {
    for (const seat of seats ?? this.#cells.keys()) this.#unnamed.add(seat);
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      this.#whenIdle();
    }, NAMES_MS) as unknown as number;
  }

  /** To the seat where the keyboard was last, or to this one. */
  focus(seat = this.#current): void {
    this.#to(seat);
  }

  #whenIdle(): void {
    this.#idle ||= setTimeout(() => {
      this.#idle = 0;
      const untilMs = performance.now() + SLICE_MS;
      for (const row of this.#empty) {
        if (performance.now() > untilMs) return this.#whenIdle();
        this.#fill(row);
      }
      for (const seat of this.#unnamed) {
        if (performance.now() > untilMs) return this.#whenIdle();
        this.#unnamed.delete(seat);
        this.#name(seat);
      }
    }) as unknown as number;
  }

  /** Makes the seats of a row, once. */
  #fill(row: number): void {
    if (!this.#empty.delete(row)) return;
    this.#rows[row]?.append(...(this.#geometry.byRow[row] ?? []).map((seat) => this.#cell(seat)));
  }

  #cell(seat: number): HTMLElement {
    const [x, y] = this.#geometry.placeOf(seat);
    const cell = document.createElement('div');
    cell.setAttribute('role', 'gridcell');
    cell.setAttribute('tabindex', '-1');
    cell.dataset['seat'] = String(seat);
    Object.assign(cell.style, { position: 'absolute', width: `${UNIT}px`, height: `${UNIT}px`, outline: 'none' });
    cell.style.left = `${(x - 0.5) * UNIT}px`;
    cell.style.top = `${(y - 0.5) * UNIT}px`;
    this.#cells[seat] = cell;
    this.#name(seat);
    return cell;
  }

  #name(seat: number): void {
    const cell = this.#cells[seat];
    const spoken = this.#ports.spoken(seat);
    if (cell === undefined || cell.ariaLabel === spoken) return;
    cell.setAttribute('aria-label', spoken);
    cell.setAttribute('aria-selected', String(this.#ports.isMine(seat)));
    cell.setAttribute('aria-disabled', String(!this.#ports.canBeChosen(seat)));
  }

  #seatOf(target: EventTarget | null): number | null {
    const seat = target instanceof HTMLElement ? target.dataset['seat'] : undefined;
    return seat === undefined ? null : Number(seat);
  }

  #to(seat: number): void {
    this.#cells[this.#current]?.setAttribute('tabindex', '-1');
    this.#current = seat;
    this.#fill(this.#geometry.seats[seat]!.row);
    const cell = this.#cells[seat];
    this.#name(seat);
    cell?.setAttribute('tabindex', '0');
    cell?.focus({ preventScroll: true });
  }

  readonly #focused = (event: FocusEvent): void => {
    const seat = this.#seatOf(event.target);
    if (seat === null) return;
    if (seat !== this.#current) {
      this.#cells[this.#current]?.setAttribute('tabindex', '-1');
      this.#cells[seat]?.setAttribute('tabindex', '0');
      this.#current = seat;
    }
    this.#ports.reached((event.target as HTMLElement).matches(':focus-visible') ? seat : null);
  };

  readonly #blurred = (): void => this.#ports.reached(null);

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const seat = this.#current;
    const step = STEPS[event.key];
    if (step !== undefined) this.#to(this.#geometry.step(seat, step));
    else if (event.key === 'Home' && event.ctrlKey) this.#to(0);
    else if (event.key === 'End' && event.ctrlKey) this.#to(this.#geometry.seats.length - 1);
    else if (event.key === 'Home') this.#to(this.#geometry.endOfRow(seat, 'first'));
    else if (event.key === 'End') this.#to(this.#geometry.endOfRow(seat, 'last'));
    else if (event.ctrlKey) return;
    else if (event.key === ' ') this.#ports.choose(seat);
    else if (event.key === 'Enter') this.#ports.proceed();
    else if (event.key === '+' || event.key === '=') this.#ports.zoom('in');
    else if (event.key === '-') this.#ports.zoom('out');
    else if (event.key === '0') this.#ports.zoom('fit');
    else return;
    event.preventDefault();
  }
}
