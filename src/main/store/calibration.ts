import { z } from 'zod'
import type { Connection } from './connection'

/** What a completed run cost on this machine. */
export interface Speed {
  readonly system: string
  /** Backend, precision and BLAS in one word: 'cpu/float64/auto'. */
  readonly backend: string
  readonly flopsPerStep: number
  /** Probes and start included. */
  readonly secondsPerStep: number
  readonly bytesPerMeasurement: number
}

/** Measured speeds, from which estimates are made. */
export interface Calibration {
  add(speed: Speed, at: number): void
  /** The latest speeds of a system on a backend, newest first. */
  of(system: string, backend: string): readonly Speed[]
}

const speedRow = z
  .object({
    system: z.string(),
    backend: z.string(),
    flops_per_step: z.number(),
    seconds_per_step: z.number(),
    bytes_per_measurement: z.number(),
  })
  .transform((row): Speed => ({
    system: row.system,
    backend: row.backend,
    flopsPerStep: row.flops_per_step,
    secondsPerStep: row.seconds_per_step,
    bytesPerMeasurement: row.bytes_per_measurement,
  }))

export function calibrationOn(connection: Connection): Calibration {
  return {
    add({ system, backend, flopsPerStep, secondsPerStep, bytesPerMeasurement }, at) {
      connection.run(
        `INSERT INTO calibration
           (system, backend, flops_per_step, seconds_per_step, bytes_per_measurement, measured_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
        [system, backend, flopsPerStep, secondsPerStep, bytesPerMeasurement, at],
      )
    },
    of: (system, backend) =>
      connection.all(
        speedRow,
        `SELECT system, backend, flops_per_step, seconds_per_step, bytes_per_measurement FROM calibration
         WHERE system = ? AND backend = ? ORDER BY id DESC LIMIT 100`,
        [system, backend],
      ),
  }
}
