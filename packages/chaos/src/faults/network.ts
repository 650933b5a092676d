import type { LinkName } from '../stage/stage.ts'
import type { FaultKind } from './fault.ts'

const LINKS: readonly LinkName[] = ['clients', 'postgres', 'nats']

/** The more it slows down, the longer: up to a quarter of a second for each piece. */
const SLOWEST_SHARE = 1 / 20

/** Everything takes longer to arrive. */
export const slowLink: FaultKind = {
  name: 'slow link',
  targets: LINKS,
  lasts: [1_000, 5_000],
  inject: (stage, { target, lasts }) =>
    stage.link(target as LinkName).slow(lasts * SLOWEST_SHARE, lasts),
}

/** Nothing arrives for a while; then it does. */
export const stalledLink: FaultKind = {
  name: 'stalled link',
  targets: LINKS,
  lasts: [1_000, 5_000],
  inject: (stage, { target, lasts }) => stage.link(target as LinkName).stall(lasts),
}

/** What is sent is lost, answers too: who sent it cannot know what became of it. */
export const lossyLink: FaultKind = {
  name: 'lossy link',
  targets: LINKS,
  lasts: [100, 3_000],
  inject: (stage, { target, lasts }) => stage.link(target as LinkName).lose(lasts),
}

/** What is sent is done, and only the answer is lost: what is tried again was done before. */
export const lostAnswers: FaultKind = {
  name: 'lost answers',
  targets: LINKS,
  lasts: [100, 3_000],
  inject: (stage, { target, lasts }) => stage.link(target as LinkName).loseAnswers(lasts),
}

/** All connections break, and none can be made. */
export const cutLink: FaultKind = {
  name: 'cut link',
  targets: LINKS,
  lasts: [50, 3_000],
  inject: (stage, { target, lasts }) => stage.link(target as LinkName).cut(lasts),
}
