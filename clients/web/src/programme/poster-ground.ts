/**
 * The ground of a typographic poster, for films that have no picture: one of some calm colours, one of some lights, chosen by
 * the film's id. The same film has the same poster on every page, every day and every phone.
 */

/** Names of the colours in tokens.css (--poster-wine, …). */
export const GROUNDS = ['wine', 'moss', 'petrol', 'ochre', 'plum', 'slate', 'umber', 'night'] as const;
/** How the light falls: a projector's beam, the curve of a screen, a lamp, a horizon. */
export const LIGHTS = ['beam', 'screen', 'lamp', 'horizon'] as const;

export interface PosterGround {
  readonly ground: (typeof GROUNDS)[number];
  readonly light: (typeof LIGHTS)[number];
}

/** Neighbours in the list of films, whose ids follow on each other, look different. */
export function posterGround(film: number): PosterGround {
  const bits = mixed(film);
  return {
    ground: GROUNDS[(film * 3 + (bits % 2)) % GROUNDS.length] ?? 'wine',
    light: LIGHTS[(film + (bits >>> 8)) % LIGHTS.length] ?? 'beam',
  };
}

export type TitleSize = 'l' | 'm' | 's' | 'xs';

/** By the length of the title and of its longest word, so that it fits without breaking a word where that can be. */
export function titleSize(title: string): TitleSize {
  const longest = Math.max(0, ...title.split(/\s+/).map((word) => word.length));
  if (title.length <= 14 && longest <= 8) return 'l';
  if (title.length <= 28 && longest <= 11) return 'm';
  return title.length <= 52 && longest <= 14 ? 's' : 'xs';
}

/** 32 bits that look like chance and are none (the finaliser of murmur3). */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
