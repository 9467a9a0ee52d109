/** Moved: see file-refused.ts. */
export { FileRefused } from './file-refused.ts';
