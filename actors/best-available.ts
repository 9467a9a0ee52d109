import type { ScreeningState } from './seat-state.ts';
export function chooseSeats(_state: ScreeningState, _count: number, _accessible: boolean, _nowMs: number): readonly number[] | null {
  return null;
}
