const day = 86_400_000;

/** The span [from, to) of a date literal such as TODAY or LAST_N_DAYS:3, in milliseconds UTC. Undefined for one that is not known. */
export function dateLiteralSpan(
  literal: string,
  now: number
): { readonly from: number; readonly to: number } | undefined {
  const today = Math.floor(now / day) * day;
  const [name = '', countText] = literal.toUpperCase().split(':');
  const count = Number(countText ?? 0);
  const date = new Date(today);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const week = today - date.getUTCDay() * day;
  const days = (from: number, to: number): { from: number; to: number } => ({
    from: today + from * day,
    to: today + to * day,
  });
  const months = (from: number, to: number): { from: number; to: number } => ({
    from: Date.UTC(year, month + from, 1),
    to: Date.UTC(year, month + to, 1),
  });
  const years = (from: number, to: number): { from: number; to: number } => ({
    from: Date.UTC(year + from, 0, 1),
    to: Date.UTC(year + to, 0, 1),
  });
  const weeks = (from: number, to: number): { from: number; to: number } => ({
    from: week + from * 7 * day,
    to: week + to * 7 * day,
  });
  switch (name) {
    case 'TODAY':
      return days(0, 1);
    case 'YESTERDAY':
      return days(-1, 0);
    case 'TOMORROW':
      return days(1, 2);
    case 'LAST_N_DAYS':
      return days(-count, 1);
    case 'NEXT_N_DAYS':
      return days(1, count + 1);
    case 'N_DAYS_AGO':
      return days(-count, -count + 1);
    case 'LAST_90_DAYS':
      return days(-90, 1);
    case 'NEXT_90_DAYS':
      return days(1, 91);
    case 'THIS_WEEK':
      return weeks(0, 1);
    case 'LAST_WEEK':
      return weeks(-1, 0);
    case 'NEXT_WEEK':
      return weeks(1, 2);
    case 'LAST_N_WEEKS':
      return weeks(-count, 0);
    case 'THIS_MONTH':
      return months(0, 1);
    case 'LAST_MONTH':
      return months(-1, 0);
    case 'NEXT_MONTH':
      return months(1, 2);
    case 'LAST_N_MONTHS':
      return months(-count, 0);
    case 'THIS_YEAR':
      return years(0, 1);
    case 'LAST_YEAR':
      return years(-1, 0);
    case 'NEXT_YEAR':
      return years(1, 2);
    case 'LAST_N_YEARS':
      return years(-count, 0);
    default:
      return undefined;
  }
}
