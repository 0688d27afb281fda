/** The product's own worker process. */
import '#main/jobs/worker'
