let last = 0;

const noise = (): string => {
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  return random.toString(16).padStart(4, "0");
};

/**
 * A new id (UUID version 7), greater than those made before. Works on pages without TLS too, where
 * `crypto.randomUUID` does not.
 */
export function uuid(): string {
  last = Math.max(Date.now(), last + 1);
  const time = last.toString(16).padStart(12, "0");
  const tail = `7${noise().slice(1)}-8${noise().slice(1)}-${noise()}${noise()}${noise()}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail}`;
}
