// The public face of rng/.
export { type Random, random } from './random'
