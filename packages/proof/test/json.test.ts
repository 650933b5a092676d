import t from 'tap'
import { json } from '../src/corpora/json.ts'
import { proved } from './proved.ts'

t.test(json.claim, (t) => proved(t, json))
