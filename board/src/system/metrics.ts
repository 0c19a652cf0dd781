/** Prometheus' text format, as far as the page reads it: names without labels. */
export function parseMetrics(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name, value] = line.split(" ");
    if (name && value && !name.startsWith("#") && !name.includes("{")) found.set(name, Number(value));
  }
  return found;
}
