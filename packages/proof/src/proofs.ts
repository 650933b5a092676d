import { catalogue } from './catalogue/catalogue.ts'
import { http } from './corpora/http.ts'
import { json } from './corpora/json.ts'
import { strings } from './corpora/strings.ts'
import { tokens } from './corpora/tokens.ts'
import { matrix } from './matrix/proof.ts'
import type { Proof } from './proof.ts'
import { sessions } from './sessions/sessions.ts'
import { walls } from './walls/walls.ts'
import { worlds } from './worlds/worlds.ts'

/** Every proof, in the order of the report. */
export const PROOFS: readonly Proof[] = [
  matrix,
  sessions,
  catalogue,
  tokens,
  http,
  json,
  strings,
  worlds,
  walls,
]
