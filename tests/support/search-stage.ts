/** The public catalogue's endpoints behind the real router, over an index that a test fills. */
import type { Pool } from 'pg';
import { ApiRouter } from '../../server/api/router.ts';
import { searchEndpoints } from '../../server/search/search-endpoints.ts';
import { ThreadSearch } from '../../server/search/thread-search.ts';
import type { HttpResponse } from '../../server/socket/socket-port.ts';
import type { ScreeningQuery, ScreeningSummary } from '../../storage/catalogue.ts';
import type { CatalogueRows } from '../../storage/catalogue-rows.ts';
import type { Seals } from '../../storage/sealing.ts';
import type { TicketTypeRow } from '../../storage/ticket-types.ts';
import { auditoriumRow, cinemaRow, filmRow, HOUR_MS, NO_ROWS, screeningRow } from './search-rows.ts';

export interface SearchAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Of JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks where it likes.
  readonly body: any;
}

export class SearchStage {
  nowMs = Date.UTC(2026, 10, 25, 15);
  readonly invalidated: number[][] = [];
  readonly search = new ThreadSearch({
    nowMs: () => this.nowMs,
    onScreenings: (screenings) => void this.invalidated.push([...screenings]),
    later: (callback) => callback(),
  });
  readonly listed: ScreeningQuery[] = [];
  screenings: readonly ScreeningSummary[] = [];
  ticketTypes: readonly TicketTypeRow[] = [];
  ticketTypesAsked = 0;
  readonly logged: string[] = [];
  readonly router = new ApiRouter({
    endpoints: searchEndpoints({
      search: this.search,
      nowMs: () => this.nowMs,
      salesAfterStartMs: HOUR_MS / 3,
      listScreenings: async (query) => {
        this.listed.push(query);
        return this.screenings;
      },
      ticketTypes: async () => {
        this.ticketTypesAsked++;
        return this.ticketTypes;
      },
    }),
    pools: {} as Record<'app' | 'accounts', Pool>,
    seals: {} as Seals,
    origins: [],
    authenticate: () => Promise.reject(new Error('nobody is asked who they are')),
    addressOf: () => '192.0.2.1',
    log: (message) => void this.logged.push(message),
  });

  /** A whole reading of the catalogue. */
  read(rows: Partial<CatalogueRows>): void {
    this.search.change({ kind: 'reading' });
    this.search.change({ kind: 'rows', rows: { ...NO_ROWS, ...rows } });
    this.search.change({ kind: 'read' });
  }

  changed(rows: Partial<CatalogueRows>): void {
    this.search.change({ kind: 'rows', rows: { ...NO_ROWS, ...rows } });
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<SearchAnswer> {
    const [pathname = '', query = ''] = path.split('?');
    const response: HttpResponse | null = await this.router.answer({
      method,
      path: pathname,
      query: new URLSearchParams(query),
      remoteAddress: '192.0.2.1',
      header: (name) => headers[name],
      body: new Uint8Array(),
    });
    const text = String(response?.body ?? '');
    return {
      status: response?.status ?? 0,
      headers: response?.headers ?? {},
      text,
      body: text === '' ? null : JSON.parse(text),
    };
  }
}

/** Two films, two cinemas with three auditoriums, six screenings within two days. */
export function readSmallCatalogue(stage: SearchStage): void {
  const at = (hours: number): number => stage.nowMs + hours * HOUR_MS;
  stage.read({
    films: [
      filmRow(1, 'O Agente Secreto', {
        originalTitle: 'The "Secret" Agent',
        genres: ['Suspense', 'Drama'],
        synopsis: 'Recife, 1977.',
        distributor: 'Vitrine',
        posterUrl: 'https://example.org/1.jpg',
        releaseDate: '2026-11-06',
        captions: true,
      }),
      filmRow(2, 'Ação & Coração'),
      filmRow(3, 'Zelador', { isActive: false }),
    ],
    cinemas: [
      cinemaRow(1, 'Cine Estação', 'São José dos Campos', { address: 'Rua 1', phone: '12' }),
      cinemaRow(2, 'Kinoplex', 'Campinas'),
      cinemaRow(3, 'Fechado', 'Campinas', { isActive: false }),
    ],
    auditoriums: [auditoriumRow(1, 1), auditoriumRow(2, 1), auditoriumRow(3, 2, { name: 'Sala \\ 3' })],
    screenings: [
      screeningRow(11, 1, 1, at(1), { sold: 10 }),
      screeningRow(12, 1, 3, at(2)),
      screeningRow(13, 1, 2, at(3), { priceFromCents: 2_500, projection: 'IMAX "3D"', language: 'leg' }),
      screeningRow(14, 1, 1, at(25)),
      screeningRow(21, 2, 2, at(2), { status: 'closed', sold: 100 }),
      screeningRow(22, 2, 3, at(26), { salesFromMs: at(2) }),
    ],
  });
}
