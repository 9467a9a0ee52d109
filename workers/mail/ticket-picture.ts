/**
 * A ticket's QR as a picture: black on white with the frame of four modules that scanners ask for, and with so much
 * redundancy (level Q) that a quarter of it may be lost to a cracked screen or a fold.
 */
import QRCode from 'qrcode';

/** Each module is drawn so large, pixels, and shown half as large: sharp on telephones, whose pixels are small. */
const MODULE_PIXELS = 8;
const MODULE_SHOWN_PIXELS = 4;
const QUIET_ZONE_MODULES = 4;
/** Longer than any ticket; a longer text would make modules too small for a camera. */
const TEXT_MAX = 500;

export interface TicketPicture {
  readonly png: Buffer;
  /** Width and height of the PNG. */
  readonly pixels: number;
  /** Width and height as it is to be shown. */
  readonly shownPixels: number;
}

/** Takes some milliseconds of computing. @throws when the text is empty or too long. */
export async function drawTicketCode(text: string): Promise<TicketPicture> {
  if (text === '' || text.length > TEXT_MAX) throw new Error('what the code of a ticket says is empty or too long');
  const errorCorrectionLevel = 'Q';
  const { modules } = QRCode.create(text, { errorCorrectionLevel });
  const sides = modules.size + 2 * QUIET_ZONE_MODULES;
  const png = await QRCode.toBuffer(text, {
    type: 'png',
    errorCorrectionLevel,
    margin: QUIET_ZONE_MODULES,
    scale: MODULE_PIXELS,
    color: { dark: '#000000ff', light: '#ffffffff' },
  });
  return { png, pixels: sides * MODULE_PIXELS, shownPixels: sides * MODULE_SHOWN_PIXELS };
}
