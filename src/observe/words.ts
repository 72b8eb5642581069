/** A duration (ms) as a person says it: `48 s`, `3 min 5 s`, `2 h 4 min`, `3 days`; not to be broken between lines. */
export function inWords(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const [days, hours, minutes] = [86_400, 3_600, 60].map((size) => Math.floor(seconds / size)) as [
    number,
    number,
    number,
  ];
  const text =
    days >= 2
      ? `${days} days`
      : hours >= 1
        ? `${hours} h${hours < 10 && minutes % 60 ? ` ${minutes % 60} min` : ''}`
        : minutes >= 1
          ? `${minutes} min${minutes < 10 && seconds % 60 ? ` ${seconds % 60} s` : ''}`
          : `${seconds} s`;
  return text.replaceAll(' ', '\u00a0');
}

/** `1,234`. */
export const withCommas = (count: number) => count.toLocaleString('en-US');

/** `1 call`, `2 calls`. */
export const counted = (count: number, one: string) => `${withCommas(count)} ${one}${count === 1 ? '' : 's'}`;

/** `14:05`, in UTC. */
export const clockOf = (time: number) => new Date(time).toISOString().slice(11, 16);

/** `24 Nov, 14:05 UTC`. */
export function momentOf(time: number): string {
  const day = new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return `${day}, ${clockOf(time)} UTC`;
}
