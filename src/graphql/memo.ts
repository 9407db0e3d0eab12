/**
 * Gives what `make` gives for an object, made once for each object and kept for as long as that is there.
 *
 * @param make what else it is given is the same each time, or makes no difference
 */
export function memo<K extends object, V, Rest extends unknown[]>(
  make: (key: K, ...rest: Rest) => V,
): (key: K, ...rest: Rest) => V {
  const made = new WeakMap<K, { value: V }>();
  return (key, ...rest) => {
    let known = made.get(key);
    if (!known) made.set(key, (known = { value: make(key, ...rest) }));
    return known.value;
  };
}
