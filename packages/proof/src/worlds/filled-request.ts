import type { GeneratedRequest } from '../generate/requests.ts'

/** A request as it is sent. */
export interface FilledRequest extends Omit<GeneratedRequest, 'query' | 'body'> {
  query: readonly (readonly [string, string])[]
  body: string | undefined
}
