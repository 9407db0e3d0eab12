/** What PostgreSQL can keep of a text. */
export function storable(text: string): string {
  return Array.from(text, (character) => (/^[\0\uD800-\uDFFF]$/.test(character) ? '\uFFFD' : character)).join(
    '',
  );
}

/** What PostgreSQL can keep of a JSON value: of its texts and keys, and of -0. */
export function storableDeep(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(storableDeep);
  if (value === null || typeof value !== 'object') return value;
  const copy = {};
  for (const [key, member] of Object.entries(value)) {
    // Assigning to __proto__ would set the prototype instead.
    Object.defineProperty(copy, storable(key), {
      value: storableDeep(member),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy;
}
