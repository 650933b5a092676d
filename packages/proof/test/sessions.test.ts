import t from 'tap'
import { sessions } from '../src/sessions/sessions.ts'
import { proved } from './proved.ts'

t.setTimeout(400_000)

t.test(sessions.claim, (t) => proved(t, sessions))
