import t from 'tap'
import { json } from '../src/corpora/json.ts'
import { proved } from './proved.ts'

t.test(`defect 23: ${json.claim}`, (t) => proved(t, json))
