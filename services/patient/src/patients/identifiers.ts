import { type Static, Type } from '@sinclair/typebox'
import { line } from '@wardstone/contracts'
import { fold } from '@wardstone/service'

/** A number by which somebody else knows the patient; `old_mrn` is one of ours, of before a merge or a move. */
export const IdentifierSchema = Type.Object(
  {
    type: Type.Union([
      Type.Literal('passport'),
      Type.Literal('driving_licence'),
      Type.Literal('insurance'),
      Type.Literal('old_mrn'),
      Type.Literal('other'),
    ]),
    value: line(64),
  },
  { additionalProperties: false },
)
export type Identifier = Static<typeof IdentifierSchema>

/** An identifier as it is compared: by its letters and digits, folded, however it is typed. */
export interface IdentifierKey {
  type: Identifier['type'] | 'national_id'
  key: string
}

/** Letters and digits, folded: `AB 12-34` and `ab1234` are the same. */
export function identifierKey(value: string): string {
  return fold(value).replace(/[^\p{L}\p{N}]/gu, '')
}

/** The keys of a patient, each once. */
export function identifierKeys(fields: {
  national_id: string | null
  identifiers?: readonly Identifier[] | null
}): IdentifierKey[] {
  const said: { type: IdentifierKey['type']; value: string }[] = [...(fields.identifiers ?? [])]
  if (fields.national_id !== null) said.push({ type: 'national_id', value: fields.national_id })
  const keys = said.map(({ type, value }) => ({ type, key: identifierKey(value) }))
  const distinct = new Map(keys.map((each) => [`${each.type} ${each.key}`, each]))
  return [...distinct.values()].filter(({ key }) => key !== '')
}
