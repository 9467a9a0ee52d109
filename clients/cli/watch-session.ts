/**
 * A screening followed over the WebSocket until there is a reason to end: what comes goes into the model, and from there to
 * whoever shows it. The connection comes back by itself, and a layout that was changed is fetched anew.
 */
import WebSocket from 'ws';
import { connect, type Seats } from '../sdk/index.ts';
import { amount, moneyText, rowAt, text } from './answer-fields.ts';
import type { ApiClient, Row } from './http-client.ts';
import type { CliPorts } from './ports.ts';
import { type RoomPlan, roomOf } from './room-plan.ts';
import { screeningFacts } from './screening-show.ts';
import { NoSuchThing, ServerAway } from './server-errors.ts';
import type { WatchFlags } from './watch-command.ts';
import { WatchLines } from './watch-lines.ts';
import { type SeatChange, WatchModel } from './watch-model.ts';
import { WatchScreen } from './watch-screen.ts';

/** What shows a watch: a picture, lines, or JSON. */
export interface WatchView {
  /** The model's seats were told: what is different from before; nothing the first time. */
  seats(changes: readonly SeatChange[]): void;
  /** The line to the server is otherwise than it was, or what is known may be old. */
  line(): void;
  /** Money, when it is known anew. */
  sales(text: string): void;
  end(why: WatchEnd): void;
}

export type WatchEnd = 'interrupted' | 'time' | 'sold-out' | 'gone' | 'closed';

/** Money is asked for at most so often, milliseconds, and only after a sale. */
const SALES_MS = 5_000;

/** Resolves when it has ended as it should. @throws NoSuchThing, ServerAway */
export async function watch(
  screening: number,
  flags: WatchFlags,
  api: ApiClient,
  signal: AbortSignal,
  ports: CliPorts,
): Promise<void> {
  const path = `/api/admin/screenings/${screening}`;
  const answer = await api.get(path);
  const model = new WatchModel(...roomIn(answer, api));
  const view =
    ports.columns === null || flags.json === true || flags.lines === true
      ? new WatchLines(model, flags.json === true, ports)
      : new WatchScreen(model, screeningFacts(answer, ports), ports);
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const money = new SalesFigures(() => api.get(path), ports, both, view);
  money.told(answer);
  const why = await new Promise<WatchEnd>((resolve) => {
    const end = (reason: WatchEnd): void => {
      if (over.signal.aborted) return;
      over.abort();
      resolve(reason);
    };
    const furnish = async (): Promise<void> => model.furnish(...roomIn(await api.get(path), api));
    follow(screening, {
      model,
      view,
      address: api.address,
      over: both,
      money,
      isUntilSold: flags.untilSold === true,
      furnish,
      end,
    });
    signal.addEventListener('abort', () => end('interrupted'), { once: true });
    if (signal.aborted) end('interrupted');
    if (flags.for !== undefined)
      ports.pause(flags.for * 1000, both).then(
        () => end('time'),
        () => {},
      );
  });
  view.end(why);
  if (why === 'gone') throw new NoSuchThing(`screening ${screening} cannot be watched: it is gone, or was never there`);
  if (why === 'closed')
    throw new ServerAway(`${api.address} and this program do not understand each other: update one of them`);
}

interface Watching {
  readonly model: WatchModel;
  readonly view: WatchView;
  readonly address: string;
  readonly over: AbortSignal;
  readonly money: SalesFigures;
  readonly isUntilSold: boolean;
  /** Fetches the layout anew. */
  furnish(): Promise<void>;
  end(why: WatchEnd): void;
}

/** Until `over`: everything that comes goes into the model, and then to the view. */
function follow(screening: number, watching: Watching): void {
  const { model, view, address, over, end } = watching;
  const session = connect({
    url: `${address.replace(/^http/, 'ws')}/ws`,
    webSocket: WebSocket,
    clientName: 'poltrona watch',
    onState: (state) => {
      if (over.aborted) return;
      model.connection = state;
      if (state.is !== 'open') model.isCurrent = false;
      view.line();
      if (state.is === 'closed') end('closed');
    },
  });
  over.addEventListener('abort', () => session.close(), { once: true });
  session.watch(screening, (event) => {
    if (over.aborted) return;
    if (event.is === 'gone') end('gone');
    else if (event.is === 'stale') {
      model.isCurrent = false;
      view.line();
    } else if (model.fits(event.seats)) take(event.seats, watching);
    // The layout was changed; by the time the new one is here, the newest seats are those of the replica.
    else
      void watching.furnish().then(
        () => !over.aborted && model.fits(event.seats) && take(event.seats, watching),
        () => {},
      );
  });
}

function take(seats: Seats, { model, view, money, isUntilSold, end }: Watching): void {
  const changes = model.take(seats);
  view.seats(changes);
  if (changes.some(({ from, to }) => from === 'sold' || to === 'sold')) money.soldMore();
  if (isUntilSold && model.isSoldOut) end('sold-out');
}

/** @throws ServerAway */
function roomIn(answer: Row, api: ApiClient): [room: RoomPlan, seatMap: number] {
  const screening = rowAt(answer, 'screening') ?? answer;
  const room = roomOf(screening);
  if (room === null) throw new ServerAway(`${api.address} did not say where the seats are: is it up to date?`);
  return [room, amount(screening, 'seatMap') ?? 0];
}

/** What the sold seats brought in: asked for anew some time after a sale, and for whoever may see it. */
class SalesFigures {
  readonly #ask: () => Promise<Row>;
  readonly #pause: () => Promise<void>;
  readonly #view: WatchView;
  #isAsking = false;
  #isOld = false;

  constructor(ask: () => Promise<Row>, ports: CliPorts, signal: AbortSignal, view: WatchView) {
    this.#ask = ask;
    this.#pause = () => ports.pause(SALES_MS, signal);
    this.#view = view;
  }

  told(answer: Row): void {
    const screening = rowAt(answer, 'screening') ?? answer;
    const cents = amount(screening, 'revenueCents');
    if (cents !== null) this.#view.sales(moneyText(cents, text(screening, 'currency') || 'BRL'));
  }

  soldMore(): void {
    this.#isOld = true;
    if (!this.#isAsking) void this.#renew();
  }

  async #renew(): Promise<void> {
    this.#isAsking = true;
    try {
      while (this.#isOld) {
        await this.#pause();
        this.#isOld = false;
        this.told(await this.#ask());
      }
    } catch {
      // The seats are what is watched; the money comes with the next sale, or not.
    } finally {
      this.#isAsking = false;
    }
  }
}
