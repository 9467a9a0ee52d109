/** A gate for the stand-ins' faults: shut until a test opens it. */
export interface Gate {
  readonly open: Promise<void>;
  release(): void;
}

export function gate(): Gate {
  let release = (): void => {};
  const open = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { open, release: () => release() };
}
