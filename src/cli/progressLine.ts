import type { Progress } from '../model/progress.js';

/**
 * Progress for people: on a terminal one line that is rewritten, without one a line per stage. Always on stderr, so that
 * stdout holds nothing but the result; silent with `--json`.
 */
export class ProgressLine implements Progress {
  private current = '';
  private timer: NodeJS.Timeout | undefined;
  private since = 0;

  public constructor(
    private readonly silent: boolean,
    private readonly out: NodeJS.WriteStream = process.stderr
  ) {}

  public stage(name: string, detail?: string): void {
    if (this.silent) return;
    const text = detail ? `${name}: ${detail}` : name;
    if (!this.out.isTTY) {
      if (name !== this.current) this.out.write(`${text}\n`);
      this.current = name;
      return;
    }
    this.current = name;
    this.since = performance.now();
    this.draw(text);
    this.timer ??= setInterval(
      () => this.draw(`${this.current} (${Math.round((performance.now() - this.since) / 1000)} s)`),
      1000
    ).unref();
  }

  public detail(text: string): void {
    if (!this.silent && this.out.isTTY) this.draw(`${this.current}: ${text}`);
  }

  public warn(message: string): void {
    this.done();
    if (!this.silent) this.out.write(`${message}\n`);
  }

  /** Takes the line away; what follows starts on an empty one. */
  public done(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    if (!this.silent && this.out.isTTY) this.out.write('\r\u001b[2K');
  }

  private draw(text: string): void {
    const width = this.out.columns || 80;
    this.out.write(`\r\u001b[2K${text.length >= width ? `${text.slice(0, width - 2)}…` : text}`);
  }
}
