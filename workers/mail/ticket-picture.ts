/**
 * A ticket's QR as a picture: black on white with the frame of four modules that scanners ask for, and with so much
 * redundancy (level Q) that a quarter of it may be lost to a cracked screen or a fold.
 */
import QRCode from 'qrcode';
import { SQUARE_PIXELS, squaresPng } from './module-png.ts';

/** Each module is drawn eight pixels large and shown half as large: sharp on telephones, whose pixels are small. */
const MODULE_SHOWN_PIXELS = 4;
const QUIET_ZONE_MODULES = 4;
/** Longer than any ticket; a longer text would make modules too small for a camera. */
const TEXT_MAX = 500;
/** Of the characters that tickets have: two of them in eleven bits. */
const ALPHANUMERIC = /^[0-9A-Z $%*+\-./:]+$/;

export interface TicketPicture {
  readonly png: Buffer;
  /** Width and height of the PNG. */
  readonly pixels: number;
  /** Width and height as it is to be shown. */
  readonly shownPixels: number;
}

/** Takes a millisecond of computing. @throws when the text is empty or too long. */
export function drawTicketCode(text: string): TicketPicture {
  if (text === '' || text.length > TEXT_MAX) throw new Error('what the code of a ticket says is empty or too long');
  // Told the mode, the library does not look for the shortest mix of modes, which takes as long as all the rest.
  const content = ALPHANUMERIC.test(text) ? [{ data: text, mode: 'alphanumeric' as const }] : text;
  const { modules } = QRCode.create(content, { errorCorrectionLevel: 'Q' });
  const { size } = modules;
  const sides = size + 2 * QUIET_ZONE_MODULES;
  const png = squaresPng(sides, (frameRow, frameColumn) => {
    const [row, column] = [frameRow - QUIET_ZONE_MODULES, frameColumn - QUIET_ZONE_MODULES];
    const isInside = row >= 0 && column >= 0 && row < size && column < size;
    return isInside && modules.get(row, column) === 1;
  });
  return { png, pixels: sides * SQUARE_PIXELS, shownPixels: sides * MODULE_SHOWN_PIXELS };
}
