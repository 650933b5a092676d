/** Gives what `load` gave, for as many milliseconds as `forMs` says; meanwhile all callers share one load. */
export function remembered<T>(
  load: () => Promise<T>,
  forMs: (value: T) => number,
): () => Promise<T> {
  let value: Promise<T> | undefined
  let until = 0
  const renew = async () => {
    until = Number.POSITIVE_INFINITY
    try {
      const loaded = await load()
      until = Date.now() + forMs(loaded)
      return loaded
    } catch (error) {
      until = 0
      throw error
    }
  }
  return () => {
    if (value === undefined || Date.now() >= until) value = renew()
    return value
  }
}
