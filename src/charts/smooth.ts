/**
 * Moving average with exponentially falling weights, freed of its start at 0 (Kingma & Ba 2015, arXiv:1412.6980, sec. 3):
 * m_i = w m_{i−1} + (1 − w) v_i, s_i = m_i/(1 − w^i), over the values in their order, whatever lies between them.
 * Values that are not finite stay as they are and count nothing.
 *
 * @param weight w from 0 (the values themselves) to below 1
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  let [average, remaining] = [0, 1]
  return values.map((value) => {
    if (!Number.isFinite(value)) return value
    average = weight * average + (1 - weight) * value
    remaining *= weight
    return average / (1 - remaining)
  })
}
