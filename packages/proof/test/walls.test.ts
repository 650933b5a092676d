import t from 'tap'
import { walls } from '../src/walls/walls.ts'
import { proved } from './proved.ts'

t.test('whatever stone is taken out of a wall, somebody notices', (t) => proved(t, walls))
