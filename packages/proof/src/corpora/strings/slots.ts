import type { Operation, Schema } from '../../operations.ts'

/** Where an operation takes a text. */
export interface Slot {
  operation: Operation
  place: 'body' | 'query' | 'path'
  /** The name of a parameter, or the way to a field of the body. */
  at: readonly string[]
}

/** Every place of `operation` where a client writes text: whatever its schema says, a URL is text. */
export function slotsOf(operation: Operation): Slot[] {
  const fields = textsIn(operation.body).map((at) => ({ operation, place: 'body' as const, at }))
  const parameters = operation.parameters.flatMap(({ name, in: place }): Slot[] =>
    place === 'header' ? [] : [{ operation, place, at: [name] }],
  )
  return [...fields, ...parameters]
}

/** The way to each field of `schema` that may hold text. */
function textsIn(schema: Schema | undefined, at: readonly string[] = []): (readonly string[])[] {
  if (!schema) return []
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
    textsIn(each, [...at, name]),
  )
  const items = schema.items ? textsIn(schema.items, [...at, '0']) : []
  const either = (schema.anyOf ?? []).flatMap((each) => textsIn(each, at))
  const own = isText(schema) && at.length > 0 ? [at] : []
  return unique([...own, ...inner, ...items, ...either])
}

function isText({ type, const: constant }: Schema): boolean {
  return type === 'string' || typeof constant === 'string'
}

function unique(ways: (readonly string[])[]): (readonly string[])[] {
  return [...new Map(ways.map((way) => [way.join('/'), way])).values()]
}

/** A copy of `value` with `text` where `at` leads to. */
export function withText(
  value: unknown,
  [first, ...rest]: readonly string[],
  text: string,
): unknown {
  if (first === undefined) return text
  if (Array.isArray(value)) {
    return value.map((each, index) => (String(index) === first ? withText(each, rest, text) : each))
  }
  const fields = (value ?? {}) as Record<string, unknown>
  return { ...fields, [first]: withText(fields[first], rest, text) }
}

/** What stands in `value` where `at` leads to. */
export function textAt(value: unknown, at: readonly string[]): unknown {
  return at.reduce<unknown>((part, name) => (part as Record<string, unknown> | null)?.[name], value)
}
