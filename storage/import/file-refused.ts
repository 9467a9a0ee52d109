/** The file cannot be imported; the message says why and what to do. It is for people, as it is. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
}
