/**
 * The QR code of a ticket as one SVG path. Level Q: it is read with a quarter of it gone, as behind a cracked screen. The text is
 * of the characters that the alphanumeric mode knows, which makes the squares a third larger.
 */
/// <reference path="./qrcode-core.d.ts" />
import { create } from 'qrcode/lib/core/qrcode.js';

/** Light squares around it, without which scanners do not find it (ISO/IEC 18004). */
export const QUIET_ZONE = 4;

export interface QrDrawing {
  /** Squares in a row, the quiet zone included: `viewBox` is "0 0 side side". */
  readonly side: number;
  /** The dark squares. */
  readonly path: string;
}

/** @throws Error for a text too long for any QR code (about 2,400 characters at this level). */
export function qrDrawing(text: string): QrDrawing {
  const { modules } = create(text, { errorCorrectionLevel: 'Q' });
  const rows: string[] = [];
  for (let row = 0; row < modules.size; row++) {
    // Runs instead of squares: a tenth of the text, and no hairlines between neighbours.
    for (let column = 0; column < modules.size; column++) {
      const from = column;
      while (column < modules.size && modules.get(row, column) === 1) column++;
      if (column > from) rows.push(`M${from + QUIET_ZONE} ${row + QUIET_ZONE}h${column - from}v1h-${column - from}z`);
    }
  }
  return { side: modules.size + 2 * QUIET_ZONE, path: rows.join('') };
}
