import t from 'tap'
import { http } from '../src/corpora/http.ts'
import { proved } from './proved.ts'

t.test(http.claim, (t) => proved(t, http))
