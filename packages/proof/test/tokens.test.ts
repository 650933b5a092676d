import t from 'tap'
import { tokens } from '../src/corpora/tokens.ts'
import { proved } from './proved.ts'

t.test(tokens.claim, (t) => proved(t, tokens))
