import { z } from 'zod'
import type { Connection } from './connection'

/** What a completed run cost on this machine. */
export interface Speed {
  readonly system: string
  /** Backend, precision and BLAS in one word: 'cpu/float64/auto'. */
  readonly backend: string
  readonly flopsPerStep: number
  /** Of training alone. */
  readonly secondsPerStep: number
  /** Until the first step, and from the last measurement to the stored end. */
  readonly startSeconds: number
  readonly bytesPerMeasurement: number
}

/** What one measurement of a class (a probe, and whether it measures all it can) cost. */
export interface MeasuringSpeed {
  readonly system: string
  readonly backend: string
  readonly costClass: string
  /** Of the model. */
  readonly parameters: number
  readonly seconds: number
}

/** Measured speeds, from which estimates are made. */
export interface Calibration {
  add(speed: Speed, at: number): void
  /** The latest speeds of a system on a backend, newest first. */
  of(system: string, backend: string): readonly Speed[]
  addMeasuring(speed: MeasuringSpeed, at: number): void
  /** The latest costs of measurements of a system on a backend, newest first. */
  measuring(system: string, backend: string): readonly MeasuringSpeed[]
}

const speedRow = z
  .object({
    system: z.string(),
    backend: z.string(),
    flops_per_step: z.number(),
    seconds_per_step: z.number(),
    start_seconds: z.number(),
    bytes_per_measurement: z.number(),
  })
  .transform((row): Speed => ({
    system: row.system,
    backend: row.backend,
    flopsPerStep: row.flops_per_step,
    secondsPerStep: row.seconds_per_step,
    startSeconds: row.start_seconds,
    bytesPerMeasurement: row.bytes_per_measurement,
  }))

const measuringRow = z
  .object({
    system: z.string(),
    backend: z.string(),
    cost_class: z.string(),
    parameters: z.number(),
    seconds: z.number(),
  })
  .transform(({ cost_class, ...row }): MeasuringSpeed => ({ ...row, costClass: cost_class }))

export function calibrationOn(connection: Connection): Calibration {
  return {
    add({ system, backend, flopsPerStep, secondsPerStep, startSeconds, bytesPerMeasurement }, at) {
      connection.run(
        `INSERT INTO calibration
           (system, backend, flops_per_step, seconds_per_step, start_seconds, bytes_per_measurement, measured_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [system, backend, flopsPerStep, secondsPerStep, startSeconds, bytesPerMeasurement, at],
      )
    },
    of: (system, backend) =>
      connection.all(
        speedRow,
        `SELECT system, backend, flops_per_step, seconds_per_step, start_seconds, bytes_per_measurement
         FROM calibration WHERE system = ? AND backend = ? ORDER BY id DESC LIMIT 100`,
        [system, backend],
      ),

    addMeasuring({ system, backend, costClass, parameters, seconds }, at) {
      connection.run(
        `INSERT INTO measuring_costs (system, backend, cost_class, parameters, seconds, measured_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
        [system, backend, costClass, parameters, seconds, at],
      )
    },
    measuring: (system, backend) =>
      connection.all(
        measuringRow,
        `SELECT system, backend, cost_class, parameters, seconds FROM measuring_costs
         WHERE system = ? AND backend = ? ORDER BY id DESC LIMIT 1000`,
        [system, backend],
      ),
  }
}
