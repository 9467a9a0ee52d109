/**
 * One letter, from facts to the bytes that a mail server takes. Pure apart from the library that writes MIME; it runs on a
 * thread of its own (letter-thread.ts).
 */
import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { asHtml, asText, oneLine } from './letter-layout.ts';
import { drawTicketCode } from './ticket-picture.ts';
import { greetingName, type LetterFacts } from './wording.ts';
import { wordingEn } from './wording-en.ts';
import { wordingPt } from './wording-pt.ts';

/** Plain data: it is sent to a thread. */
export interface LetterOrder {
  /** The message's id: it becomes the Message-ID, so that a letter that went out twice is seen to be one. */
  readonly id: string;
  readonly facts: LetterFacts;
  /** "pt-BR" or "en"; anything else is Portuguese. */
  readonly locale: string;
  readonly to: string;
  readonly name: string | null;
  readonly from: MailAddress;
  readonly siteUrl: string;
  readonly atMs: number;
}

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

export async function writeLetter(order: LetterOrder): Promise<Uint8Array> {
  const isEnglish = order.locale === 'en';
  const wording = (isEnglish ? wordingEn : wordingPt)(order.facts, greetingName(order.name), order.siteUrl);
  const pictures = wording.tickets.map(({ qr }) => drawTicketCode(qr));
  // As unique as the letter: programs that show several letters at once must not mix up their pictures.
  const named = pictures.map(({ shownPixels }, index) => ({
    cid: `${index + 1}.${messageIdOf(order.id, order.from.address).slice(1, -1)}`,
    pixels: shownPixels,
  }));
  const composer = new MailComposer({
    from: { name: order.from.name, address: order.from.address },
    // Without the name: an address alone cannot carry anything that somebody else has thought up.
    to: { name: '', address: order.to },
    subject: oneLine(wording.subject),
    text: asText(wording),
    html: asHtml(wording, isEnglish ? 'en' : 'pt-BR', named),
    // Within the HTML part, and shown there only: programs that list attachments do not list these.
    attachments: pictures.map(({ png }, index) => ({
      filename: `${oneLine(wording.tickets[index]?.code ?? '')}.png`,
      content: png,
      contentType: 'image/png',
      contentDisposition: 'inline' as const,
      cid: named[index]?.cid ?? '',
    })),
    messageId: messageIdOf(order.id, order.from.address),
    date: new Date(order.atMs),
    headers: {
      // RFC 3834: programs that answer when people are on holiday must not answer this.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': isEnglish ? 'en' : 'pt-BR',
    },
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** The same each time for the same message. */
export function messageIdOf(id: string, from: string): string {
  return `<${fileNameOf(id)}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

/** A message's id where only harmless characters may stand: whoever queues it chooses it freely. */
export function fileNameOf(id: string): string {
  return /^[\w-]{1,80}$/.test(id) ? id : createHash('sha256').update(id).digest('base64url');
}
