import { matrix, type Matrix } from '#main/compute/matrix'

/** A ⊗ 1_nᵀ: every column n times, class by class. */
export function repeatColumns({ rows, cols, data }: Matrix, n: number): Matrix {
  const N = cols * n
  const values = Float64Array.from({ length: rows * N }, (_, at) => {
    return data[Math.floor(at / N) * cols + Math.floor((at % N) / n)]!
  })
  return matrix(rows, N, values)
}
