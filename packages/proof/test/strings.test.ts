import t from 'tap'
import { strings } from '../src/corpora/strings.ts'
import { proved } from './proved.ts'

t.test(strings.claim, (t) => proved(t, strings))
