/**
 * Entry of a worker process: one job of one run or several, then the service ends it. Runs as a child process of Node and
 * as an Electron utility process; its one argument is the folder of the shipped files.
 */
import { LabError } from '#shared/errors'
import { executeAnalysis } from './executeAnalysis'
import { executeClaim } from './exactClaim'
import { executeReplicas } from './executeReplicas'
import { executeRun } from './executeRun'
import { folderResources } from './folderResources'
import { processPort } from './processPort'
import { serveJob } from './serveJob'

const folder = process.argv[2]
if (!folder) throw new LabError('bad-input', 'worker: expected the folder of the shipped files as its argument.')
void serveJob(processPort(), executeRun, folderResources(folder), {
  together: executeReplicas,
  analyse: executeAnalysis,
  checkClaim: executeClaim,
})
