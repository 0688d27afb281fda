import { folderResources } from '#main/jobs/folderResources'
import { processPort } from '#main/jobs/processPort'
import { serveJob } from '#main/jobs/serveJob'
import { tinyExecute } from './tinySystem'

/** A worker process as the product's, with the tiny system's stand-in for training. */
void serveJob(processPort(), tinyExecute, folderResources('.'))
