import { afterEach, expect, test } from 'vitest'
import { type Interference, smallConnection, startProject, startVendor, thing } from './vendor.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

const stamp = (id: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + id * 60_000).toISOString()
const things = Array.from({ length: 400 }, (_, index) => thing(index + 1, { changed: `"${stamp(index + 1)}"` }))

/** A vendor that leaves records out of its pages, at first or always. */
async function setUp(left: number[], isStubborn: () => boolean) {
	const without: Interference = ({ url }) => {
		if (!url.pathname.startsWith('/data/') || !isStubborn()) return null
		const after = Number(url.searchParams.get('after') ?? 0)
		const [since, until] = ['since', 'until'].map((name) => url.searchParams.get(name))
		const inside = things.filter((_, index) => {
			const at = stamp(index + 1)
			return index + 1 > after && !left.includes(index + 1) && (!since || at >= since) && (!until || at <= until)
		})
		const page = inside.slice(0, 50)
		return { text: `{"total":400,"more":${inside.length > 50},"records":[${page.join(',')}]}` }
	}
	const vendor = await startVendor({ thing: things }, without)
	const project = await startProject([smallConnection(vendor, { bounds: true })])
	open.push(vendor, project)
	const read = async () => (await project.run({ streams: ['things'] })).streams[0]!
	const certificate = () =>
		project.db.selectFrom('certificates').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow()
	return { vendor, read, certificate }
}

test('records that a page passed over are named', async () => {
	let pages = 0
	const { vendor, read, certificate } = await setUp([7, 203, 204], () => ++pages <= 8)
	expect(await read()).toMatchObject({ outcome: 'incomplete', landed: 397 })
	expect(await certificate()).toMatchObject({
		verdict: 'short',
		reason: 'short by 3 of 400 records; missing: 7, 203, 204',
	})
	expect(vendor.asked.filter((line) => line.includes('/count/')).length).toBeLessThanOrEqual(41)
	expect(await read()).toMatchObject({ outcome: 'loaded' })
})

test('records that are counted and never given are placed in time', async () => {
	const { vendor, read, certificate } = await setUp([100], () => true)
	const outcome = await read()
	expect(outcome.error!.message).toContain('short by 1 of 400 records')
	expect((await certificate()).reason).toBe(
		`short by 1 of 400 records; counted but not given: 1 from ${stamp(99)} up to ${stamp(101)}`,
	)
	expect(vendor.asked.filter((line) => line.includes('/count/')).length).toBeLessThan(20)
})

test('a count that fails meanwhile leaves the statement as it is', async () => {
	const { vendor, read, certificate } = await setUp([100], () => true)
	const without = vendor.interfere
	let counts = 0
	vendor.interfere = (request) => {
		if (request.url.pathname.startsWith('/count/') && ++counts > 2)
			return { status: 403, json: { code: 'no', message: '' } }
		return without(request)
	}
	expect(await read()).toMatchObject({ outcome: 'incomplete' })
	expect((await certificate()).reason).toBe('short by 1 of 400 records')
})
