import t from 'tap'
import {
  isAllowed,
  isGranted,
  PERMISSIONS,
  type Permission,
  type Role,
  RoleSchema,
} from '../src/index.ts'

const roles = RoleSchema.anyOf.map((literal) => literal.const as Role)
const permissions = Object.keys(PERMISSIONS) as Permission[]

t.test('the permission table', async (t) => {
  await t.test('a platform administrator holds nothing of a hospital’s', async (t) => {
    for (const permission of permissions) {
      if (PERMISSIONS[permission].scope === 'hospital')
        t.notOk(isGranted('platform_admin', permission))
    }
  })
  await t.test(
    'anonymous holds nothing, the system only what is its own, people none of that',
    async (t) => {
      for (const permission of permissions) {
        t.notOk(isGranted('anonymous', permission), permission)
        t.equal(isGranted('system', permission), permission.startsWith('system.'), permission)
        if (permission.startsWith('system.'))
          t.notOk(roles.some((role) => isGranted(role, permission)))
      }
    },
  )
  await t.test('a broken glass opens nothing to write with, and no other glass', async (t) => {
    const break_glass = { id: '', reason_code: 'ETREAT', patient_id: null } as const
    const allowed = permissions.filter((each) =>
      isAllowed({ role: 'break_glass', break_glass }, each),
    )
    t.same(allowed, [
      'account.read',
      'audit.read',
      'hospital.read',
      'patient.read',
      'patient.clinical.read',
      'patient.restricted.read',
      'department.read',
      'doctor.read',
      'appointment.read',
    ])
    for (const role of roles) {
      for (const permission of ['account.self', 'break_glass.open', 'user.manage'] as const) {
        t.notOk(isAllowed({ role, break_glass }, permission), `${role} ${permission}`)
        t.equal(isAllowed({ role }, permission), isGranted(role, permission))
      }
    }
  })
  await t.test('who writes may read, and the clinical part is not for the desk', async (t) => {
    for (const role of roles) {
      if (isGranted(role, 'patient.write')) t.ok(isGranted(role, 'patient.read'), role)
      if (isGranted(role, 'patient.clinical.write'))
        t.ok(isGranted(role, 'patient.clinical.read'), role)
    }
    for (const role of ['receptionist', 'staff'] as const) {
      t.notOk(isGranted(role, 'patient.clinical.read'))
      t.notOk(isGranted(role, 'patient.deactivate'))
      t.notOk(isGranted(role, 'audit.read'))
    }
  })
})
