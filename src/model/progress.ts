/** Where the tool tells how far it is. A stage has a name a person understands; `detail` is short. */
export interface Progress {
  stage(name: string, detail?: string): void;
  /** More about the stage that runs. */
  detail(text: string): void;
  warn(message: string): void;
}

export const SILENT: Progress = { stage: () => undefined, detail: () => undefined, warn: () => undefined };

/** Time and chance, handed in so that what is written can be written again the same. */
export interface Chance {
  now(): Date;
  /** `bytes` random bytes in hexadecimal. */
  entropy(bytes: number): string;
}
