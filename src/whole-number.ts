import { z } from 'zod';

/** An environment variable that is a whole number in a range. */
export function wholeNumber(from: number, to: number, fallback: number) {
  const range = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, range)
    .transform(Number)
    .refine((value) => value >= from && value <= to, range)
    .default(fallback);
}
