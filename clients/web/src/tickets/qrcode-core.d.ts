/** The part of the package "qrcode" that makes a code and draws nothing: all we need of it, and the smallest. */
declare module 'qrcode/lib/core/qrcode.js' {
  export interface BitMatrix {
    readonly size: number;
    /** 1: dark. */
    get(row: number, column: number): number;
  }
  export interface Symbol {
    readonly modules: BitMatrix;
    readonly version: number;
    readonly segments: readonly { readonly mode: { readonly id: string } }[];
  }
  export function create(text: string, options: { readonly errorCorrectionLevel: 'L' | 'M' | 'Q' | 'H' }): Symbol;
}
