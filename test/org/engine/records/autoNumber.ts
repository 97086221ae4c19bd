/** Fills a display format such as `PO-{000000}` or `{0}` with the next number. */
export function autoNumber(displayFormat: string, number: number): string {
  return displayFormat.replace(/\{(0+)\}/, (_all, zeros: string) => String(number).padStart(zeros.length, '0'));
}

/** The number inside a value of this format, or 0 when the value has another form. */
export function numberIn(displayFormat: string, value: string): number {
  const [before = '', after = ''] = displayFormat.split(/\{0+\}/);
  if (!value.startsWith(before) || !value.endsWith(after)) return 0;
  const digits = value.slice(before.length, value.length - after.length);
  return /^\d+$/.test(digits) ? Number(digits) : 0;
}
