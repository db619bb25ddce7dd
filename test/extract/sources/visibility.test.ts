import { afterEach, expect, test } from 'vitest'
import { recordVersions } from '../../../extract/sandbox/world/world.ts'
import { espocrm } from '../../../extract/sources/espocrm/espocrm.ts'
import { closeCompany, companyTools } from './company-tools.ts'

const { start, doctor } = companyTools('salesforce')
afterEach(closeCompany)

const pair = { crm: 'salesforce', erp: 'erpnext' } as const
const versions = () => [...recordVersions({ scale: 0.001, pair })]
const records = async (sample: Awaited<ReturnType<typeof start>>) =>
	(await doctor(sample)).filter(({ subject }) => subject === 'crm records')

test('doctor says of what a Salesforce user sees only what is shared with it', async () => {
	const seen = versions().filter(
		({ object, values }) => object !== 'ObjectPermissions' || values?.['SobjectType'] !== 'Opportunity',
	)
	const [finding] = await records(await start({ versions: seen }))
	expect(finding).toMatchObject({
		status: 'warn',
		text: expect.stringMatching(
			/^of Opportunity the user sees what is shared with it, .* every count agrees without it$/,
		),
		fix: expect.stringContaining('View All on Opportunity'),
	})
})

test('a grant to another permission set is none', async () => {
	const others = versions().filter(({ object }) => object !== 'PermissionSetAssignment')
	expect((await records(await start({ versions: others })))[0]!.text).toMatch(/^of Account, Contact, Opportunity the/)
})

test('where View All is granted nothing is wrong; where records are public to the whole org, private deals are hidden all the same', async () => {
	expect(await records(await start({ versions: versions() }))).toEqual([])
	await closeCompany()
	const open = versions()
		.filter(({ object }) => object !== 'ObjectPermissions')
		.map((version) =>
			version.object === 'EntityDefinition' && version.values?.['InternalSharingModel'] === 'Private'
				? { ...version, values: { ...version.values, InternalSharingModel: 'Read' } }
				: version,
		)
	const [finding] = await records(await start({ versions: open }))
	expect(finding).toMatchObject({
		status: 'warn',
		text: expect.stringMatching(/^of Opportunity the user sees none that is marked private, and nothing tells of them/),
		fix: expect.stringContaining('View All on Opportunity'),
	})
	expect(finding!.fix).not.toContain('Account')
})

test('where it can’t be asked, that is said', async () => {
	const sample = await start({ versions: versions() })
	sample.sandboxes.setHidden('salesforce', 'ObjectPermissions', null, true)
	expect((await records(sample))[0]).toMatchObject({
		status: 'warn',
		text: expect.stringMatching(/^whether the user sees all records can't be asked \(.+\): what sharing hides/),
		fix: expect.stringContaining('View Setup and Configuration'),
	})
})

test('doctor says of what an EspoCRM role reads only its own or its teams’ records', async () => {
	const asked = (read: string) =>
		espocrm.probe!({}, async () => {
			const table = { Account: { read: 'all' }, Contact: false, Opportunity: { read }, User: { read: 'team' } }
			return { json: { user: { userName: 'api', type: 'api' }, acl: { table } }, headers: {} }
		})
	expect((await asked('all')).map(({ name }) => name)).toEqual(['user'])
	expect((await asked('team'))[1]).toMatchObject({
		name: 'records',
		detail: expect.stringMatching(/^of Opportunity the user sees its own or its teams' records/),
		fix: expect.stringContaining('Read: all on Opportunity'),
	})
})

test('doctor names a field of ERPNext whose permission level the role does not read', async () => {
	const sample = await start({ versions: versions() })
	sample.sandboxes.setHidden('erpnext', 'Sales Invoice', 'grand_total', true)
	const found = (await doctor(sample)).filter(({ subject }) => subject === 'erp.invoices')
	expect(found).toMatchObject([
		{
			status: 'fail',
			text: expect.stringContaining('grand_total'),
			fix: expect.stringMatching(/Role Permissions Manager.*grand_total/),
		},
	])
})
