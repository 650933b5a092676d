import { Type } from '@sinclair/typebox'
import type { ServicePlugin } from '@wardstone/service'
import { OwnPassword, type OwnPasswordOptions } from './own-password.ts'
import { PasswordChangeSchema } from './schemas.ts'

export type PasswordRoutesOptions = Omit<OwnPasswordOptions, 'recordAudit'>

/** `/api/auth/password`: a new password, for whoever knows the old one. */
export const passwordRoutes: ServicePlugin<PasswordRoutesOptions> = async (app, options) => {
  const own = new OwnPassword({ ...options, recordAudit: app.recordAudit })

  app.post(
    '/password',
    {
      config: { permission: 'account.self', idempotent: true, problems: [409, 429] },
      bodyLimit: 4096,
      schema: { body: PasswordChangeSchema, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const nothing = await own.change(request, reply, request.body)
      return reply.code(204).send(nothing)
    },
  )
}
