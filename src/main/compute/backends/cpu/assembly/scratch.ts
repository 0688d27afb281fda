import { SIZE } from './vector'

/** Rows of op(A), columns of op(B) and length of one packed block: A's block stays in L2, a panel of B in L1. */
export const BLOCK_M: i32 = 96
export const BLOCK_N: i32 = 512
export const BLOCK_K: i32 = 256

const ALIGNMENT: usize = 64

/** Where gemm packs its block of op(A). */
export function packedA(): usize {
  return (__heap_base + ALIGNMENT - 1) & ~(ALIGNMENT - 1)
}

/** Where gemm packs its block of op(B). */
export function packedB(): usize {
  return packedA() + <usize>(BLOCK_M * BLOCK_K) * SIZE
}

/** The host's heap begins here: below lie static data and the packing space. */
export function firstFreeByte(): usize {
  return packedB() + <usize>(BLOCK_N * BLOCK_K) * SIZE + ALIGNMENT
}
