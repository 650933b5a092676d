export { accessClaims, encoded, es256, Signer } from './testing/access-token.ts'
export { Answers } from './testing/contract/answers.ts'
export { OpenApiDocument } from './testing/contract/document.ts'
export { OpenApiContract } from './testing/contract/openapi-contract.ts'
export {
  NOWHERE,
  type TestDatabase,
  type TestDatabaseOptions,
  testDatabase,
} from './testing/database.ts'
export { type ExchangeOptions, exchange } from './testing/exchange.ts'
export {
  type CallOptions,
  callerOf,
  TEST_IDENTITY_KEY,
  TEST_PEER_KEY,
  type TestCaller,
  type TestRequest,
  testIdentity,
} from './testing/identity.ts'
export { identityContract, type VectorResult } from './testing/identity-contract.ts'
export {
  natsUrlFor,
  type PrivateNats,
  type PrivateServers,
  privateNats,
  privateServers,
  stoppableNats,
  type TestScope,
  type TestServers,
  testServers,
} from './testing/servers.ts'
export { World, type WorldOptions, type WorldService } from './testing/world.ts'
