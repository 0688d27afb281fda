import type { Command } from '../command'
import { analyse } from './analyse'
import { backup } from './backup'
import { bundle } from './bundle'
import { claims } from './claims'
import { compare } from './compare'
import { demo } from './demo'
import { diagnostics } from './diagnostics'
import { doctor } from './doctor'
import { exportFigures } from './export'
import { helpCommand } from './help'
import { importMatrix } from './importMatrix'
import { importBundles } from './import'
import { list } from './list'
import { merge } from './merge'
import { resume } from './resume'
import { run } from './run'
import { salvage } from './salvage'
import { serve } from './serve'
import { show } from './show'
import { sweep } from './sweep'
import { theory } from './theory'
import { verify } from './verify'

const working: readonly Command[] = [
  run,
  sweep,
  demo,
  list,
  show,
  resume,
  analyse,
  claims,
  compare,
  exportFigures,
  theory,
  importMatrix,
  bundle,
  importBundles,
  merge,
  verify,
  backup,
  salvage,
  doctor,
  diagnostics,
  serve,
]

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [...working, helpCommand(working)]
