/** Something the person at the keyboard has to change; its message is one clear sentence. */
export class ClusterProblem extends Error {
  override name = 'ClusterProblem'
}
