// More than the halvings from a batch of 200 to one bad item of it: then it is not an item's fault.
const ALL_FAILS = 10

/**
 * Handles a batch, in halves when that fails, down to the single item.
 * @returns what fails alone; everything, when attempts fail one after the other whatever is in them
 */
export async function failingOf<Item>(
  batch: readonly Item[],
  handle: (items: readonly Item[]) => Promise<void>,
  onFailure: (items: readonly Item[], error: unknown) => void,
): Promise<Set<Item>> {
  let inARow = 0
  return new Set(await attempt(batch))

  async function attempt(items: readonly Item[]): Promise<readonly Item[]> {
    if (inARow >= ALL_FAILS) return items
    try {
      await handle(items)
      inARow = 0
      return []
    } catch (error) {
      inARow += 1
      onFailure(items, error)
    }
    if (items.length === 1) return items
    const half = items.length >> 1
    const first = await attempt(items.slice(0, half))
    return [...first, ...(await attempt(items.slice(half)))]
  }
}
