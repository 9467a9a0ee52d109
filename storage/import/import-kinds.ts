/** All kinds of file that can be imported, by name. */
import { auditoriumsKind } from './auditoriums-kind.ts';
import { filmsKind } from './films-kind.ts';
import { pricesKind } from './prices-kind.ts';
import { screeningsKind } from './screenings-kind.ts';
import { seatmapsKind } from './seatmaps-kind.ts';
import type { KindName, TableKind } from './table-kind.ts';

export const KINDS: Readonly<Record<KindName, TableKind>> = {
  films: filmsKind,
  prices: pricesKind,
  screenings: screeningsKind,
  auditoriums: auditoriumsKind,
  seatmaps: seatmapsKind,
};
