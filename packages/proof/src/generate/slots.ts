/**
 * A place in a generated request for what only the run can know: an id, a version, a cursor… Slots are
 * text, so that they can stand in a path, a query, a header or a body; each world fills them with its own.
 */
export type Slot = `⟦${string}⟧`

const SLOT = /⟦([^⟧]*)⟧/g

/** What is asked for, and which of those there are. */
export interface Wanted {
  kind: string
  /** Narrows the kind: a collection's path, or a field's name. */
  of: string
  /** Any number: counted around what there is. */
  index: number
}

/** The `index`th id of the asking hospital, of a record of the collection `of` (`/api/patients`), or of any. */
export const ownId = (of: string, index: number): Slot => `⟦id|${of}|${index}⟧`

/** The `index`th id of the other hospital. */
export const foreignId = (index: number): Slot => `⟦foreign-id||${index}⟧`

/** A secret word that an earlier answer gave under the name `of`. */
export const ownWord = (of: string, index: number): Slot => `⟦word|${of}|${index}⟧`

/** A cursor of an earlier answer to the asking hospital, whatever list it was of. */
export const ownCursor = (index: number): Slot => `⟦cursor||${index}⟧`

/** A cursor of the other hospital. */
export const foreignCursor = (index: number): Slot => `⟦foreign-cursor||${index}⟧`

/** The version of the record that the request's path names, as it was last seen. */
export const seenVersion: Slot = '⟦version||0⟧'

/** As `seenVersion`, for a body: it stands there as a number. */
export const seenVersionNumber: Slot = '⟦version-number||0⟧'

/** `text` with every slot filled. */
export function filled(text: string, fill: (wanted: Wanted) => string): string {
  return text.replace(/"⟦version-number\|\|0⟧"/g, '⟦version||0⟧').replace(SLOT, (_, inner) => {
    const [kind = '', of = '', index = '0'] = String(inner).split('|')
    return fill({ kind, of, index: Number(index) })
  })
}
