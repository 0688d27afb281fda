import type { OpenedService } from '../host/openService'
import type { CommandContext, ServiceRequest } from './command'

export type ProjectRequest = Omit<ServiceRequest, 'project'> & { readonly project?: string | undefined }

/** Opens the project, works with it and closes it, whatever happens. */
export async function withService<T>(
  context: CommandContext,
  { project = context.defaultProject, ...request }: ProjectRequest,
  work: (service: OpenedService) => Promise<T>,
): Promise<T> {
  const service = await context.openService({ project, ...request })
  try {
    return await work(service)
  } finally {
    await service.close()
  }
}
