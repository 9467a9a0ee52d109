/**
 * How much of a file is read. A file comes from outside, and a few kilobytes can unpack to terabytes: every number here
 * bounds memory, disk or time, and a file beyond it is refused with a sentence that names the number (FileRefused).
 */

/** A file as it is sent. 50,000 screenings are 4 MB, the register of the whole country 2 MB. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** What a gzip file or a workbook unpacks to. It is streamed, so that this bounds time rather than memory. */
export const UNPACKED_BYTES_MAX = 256 * 1024 * 1024;
/** XML of a workbook, which its reader holds in memory, with the cells made of it: about eight times as much. */
export const WORKBOOK_BYTES_MAX = 48 * 1024 * 1024;
/** JSON is parsed in one piece: about six times its size in memory. Larger files go as CSV. */
export const JSON_BYTES_MAX = 48 * 1024 * 1024;
/** Unpacked to packed. Exports compress to a tenth, very repetitive ones to a hundredth; deflate ends at 1 : 1032. */
export const UNPACK_RATIO_MAX = 250;
/** Below this the ratio says nothing: a small file of blanks is no attack. */
export const UNPACK_RATIO_FROM_BYTES = 4 * 1024 * 1024;
/** Entries of a workbook's archive. Excel writes about ten, and one for each sheet and picture. */
export const ARCHIVE_ENTRIES_MAX = 2_000;
/** Thirty times the register of 2025, four times the screenings of a large chain in a month. */
export const ROWS_MAX = 200_000;
/** Blank rows included (";;;;"): they are left out, and looking at them takes its time. */
export const RECORDS_MAX = 1_000_000;
export const COLUMNS_MAX = 256;
/** What a cell of Excel holds at most. */
export const CELL_CHARS_MAX = 32_767;
/** A row of a CSV, its quotes and line ends included: a quote that is never closed, or a file of one line, ends here. */
export const RECORD_CHARS_MAX = 128 * 1024;
/** All cells together: shared strings of a workbook repeat a long text for a few bytes. */
export const CELLS_CHARS_MAX = 256 * 1024 * 1024;
/** An import that takes longer is given up and undone. 50,000 screenings take seconds. */
export const IMPORT_MS_MAX = 10 * 60 * 1000;

/** An import that does nothing while it holds the catalogue's locks is undone: its node is stopped, or its network is cut. */
export const STALL_MS_MAX = 60_000;

/** 67108864 → "64 MB", for the messages. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`;
}
