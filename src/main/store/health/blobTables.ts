import { z } from 'zod'
import { jsonColumn, runIdSchema } from '../columns'

/** A table whose rows carry `data` and the `digest` of it. */
export interface BlobTable {
  readonly name: string
  /** FROM clause that brings the run along. */
  readonly from: string
  /** SQL expressions: the run, what the blob is in words, its precision and its shape. */
  readonly run: string
  readonly what: string
  readonly dtype: string
  readonly shape: string
  /** Every other column, to be kept when a blob goes into quarantine. */
  readonly columns: readonly string[]
}

const label = (quantity: string, layer: string) => `${quantity} || ifnull(' of layer ' || ${layer}, '')`

/** Every table with a digest; a test compares the list with the schema. */
export const blobTables: readonly BlobTable[] = [
  {
    name: 'arrays',
    from: 'arrays AS t',
    run: 't.run_id',
    what: `${label('t.quantity', 't.layer')} || ' at step ' || t.step`,
    dtype: 't.dtype',
    shape: 't.shape',
    columns: ['id', 'run_id', 'quantity', 'layer', 'step', 'shape', 'dtype', 'meta'],
  },
  {
    name: 'series_chunks',
    from: 'series_chunks AS t LEFT JOIN series ON series.id = t.series_id',
    run: 'series.run_id',
    what: `${label('series.quantity', 'series.layer')} || ', ' || t.count || ' points'`,
    dtype: "'float64'",
    shape: `'[2,' || t.count || ']'`,
    columns: ['id', 'series_id', 'count', 'first_step'],
  },
  {
    name: 'checkpoint_arrays',
    from: 'checkpoint_arrays AS t LEFT JOIN checkpoints ON checkpoints.id = t.checkpoint_id',
    run: 'checkpoints.run_id',
    what: `t.name || ' in the state of step ' || checkpoints.step`,
    dtype: 't.dtype',
    shape: 't.shape',
    columns: ['checkpoint_id', 'position', 'name', 'dtype', 'shape'],
  },
  {
    name: 'matrix_arrays',
    from: 'matrix_arrays AS t LEFT JOIN matrices ON matrices.content = t.matrix',
    run: 'NULL',
    what: `t.part || ' of the imported matrix ' || matrices.name`,
    dtype: "'float64'",
    shape: `'[' || matrices.rows || ',' || matrices.cols || ']'`,
    columns: ['matrix', 'part'],
  },
]

export const blobRow = z.object({
  run_id: runIdSchema.nullable(),
  what: z.string().nullable(),
  dtype: z.enum(['float64', 'float32']),
  shape: jsonColumn(
    z.array(
      z
        .int()
        .min(0)
        .max(2 ** 40),
    ),
  ),
  data: z.instanceof(Uint8Array),
  digest: z.instanceof(Uint8Array),
})
