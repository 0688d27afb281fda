import { around, expectIndices, expectSize, one, two, type CpuKernel } from './kernel'

export const gather: CpuKernel<'gather'> = {
  bind({ inputs, output, wasm: { gather } }, { axis }) {
    const [x, indices] = two(inputs, 'gather')
    const { outer, extent, inner } = around('gather', x.shape, axis)
    const n = indices.size
    expectIndices('gather', indices, extent)
    expectSize('gather', output, outer * n * inner)
    const [from, places, to] = [x.at, indices.at, output.at]
    return () => gather(from, places, to, outer, extent, inner, n)
  },
}

export const scatterAdd: CpuKernel<'scatterAdd'> = {
  bind({ inputs, output, wasm: { scatterAdd } }, { axis, extent }) {
    const [x, indices] = two(inputs, 'scatterAdd')
    const { outer, extent: n, inner } = around('scatterAdd', x.shape, axis)
    expectSize('scatterAdd', indices, n)
    expectIndices('scatterAdd', indices, extent)
    expectSize('scatterAdd', output, outer * extent * inner)
    const [from, places, to] = [x.at, indices.at, output.at]
    return () => scatterAdd(from, places, to, outer, extent, inner, n)
  },
}

export const oneHot: CpuKernel<'oneHot'> = {
  bind({ inputs, output, wasm: { oneHot } }, { classes }) {
    const indices = one(inputs, 'oneHot')
    expectIndices('oneHot', indices, classes)
    expectSize('oneHot', output, classes * indices.size)
    const [places, to, n] = [indices.at, output.at, indices.size]
    return () => oneHot(places, to, classes, n)
  },
}
