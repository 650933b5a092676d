export {
  type Catalogue,
  catalogueFindings,
  type Finding,
  type SeenThrough,
} from './testing/catalogue.ts'
export { CATALOGUES } from './testing/catalogues.ts'
