import { useEffect, useState } from 'react';

const numbers = new Intl.NumberFormat('en');
const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' });
const moments = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short' });

export const number = (value: number) => numbers.format(value);
export const day = (value: string) => days.format(new Date(value));
export const moment = (value: string) => moments.format(new Date(value));

export const count = (value: number, noun: string) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Such as `12 s`, `4 min` or `3 h`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : count(Math.floor(seconds / 86_400), 'day');
}

export const ago = (ms: number) => (ms < 3_000 ? 'just now' : `${age(ms)} ago`);

/** The time, and a new rendering every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
