import { FormatRegistry, type Static, type TString, Type } from '@sinclair/typebox'

// TypeBox's own checks, which consumers of events use, refuse every text of a format they do not know.
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/
const isDate = (text: string) => new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text
FormatRegistry.Set('date', isDate)
FormatRegistry.Set(
  'date-time',
  (text) => INSTANT.test(text) && isDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)),
)
FormatRegistry.Set('email', (text) => /^[^\s@]+@[^\s@]+$/.test(text))

/** The id of every record: a UUID (RFC 9562) in lower case; v7 where we make it. */
export const UuidSchema = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  minLength: 36,
  maxLength: 36,
})

/** An instant as RFC 3339, in answers in UTC with milliseconds: `2026-11-23T09:30:00.000Z`; offsets up to 14 hours, as on Earth. */
export const InstantSchema = Type.String({
  format: 'date-time',
  maxLength: 35,
  pattern:
    '^[1-9]\\d{3}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-](0\\d|1[0-4]):[0-5]\\d)$',
})
export type Instant = Static<typeof InstantSchema>

/** A calendar date `YYYY-MM-DD` without zone (RFC 3339 full-date). */
export const DateSchema = Type.String({
  format: 'date',
  minLength: 10,
  maxLength: 10,
  pattern: '^[1-9]',
})

/** An e-mail address (RFC 5321 limits the length to 254). */
export const EmailSchema = Type.String({ format: 'email', maxLength: 254 })

/** A telephone number as a person types it: 3 to 15 digits (E.164), with the usual signs between; `+` never before a 0. */
export const PhoneSchema = Type.String({
  maxLength: 32,
  pattern: '^(\\+[ ]?[1-9]|[0-9(])([ ().\\/-]*[0-9]){2,14}[ )]?$',
})

/** A language tag (BCP 47), as far as its shape goes. */
export const LanguageSchema = Type.String({
  maxLength: 35,
  pattern: '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$',
})

/** The name a person signs in with: letters, digits and `_ . @ + -`, in any script: nothing that is not seen. */
export const UsernameSchema = Type.String({
  minLength: 3,
  maxLength: 64,
  pattern: '^[\\p{L}\\p{M}\\p{N}_.@+-]+$',
})

/** One line of text a person typed: at least one character that is not white space. */
export const line = (maxLength: number): TString =>
  Type.String({ minLength: 1, maxLength, pattern: '\\S' })

/** What `schema` allows, or null. */
export const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

/** The `hospital_id` under which rows, chains and events of the platform itself are kept: the nil UUID (RFC 9562 §5.9). */
export const PLATFORM_HOSPITAL_ID = '00000000-0000-0000-0000-000000000000'
