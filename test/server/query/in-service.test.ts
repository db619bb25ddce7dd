import { expect, test } from 'vitest'
import type { OpenGeneration } from '../../../server/query/generation.ts'
import { generationInService } from '../../../server/query/in-service.ts'

test('a generation takes over when it has opened, and none that was published before the one in service', async () => {
	const { service, point, opens, retired } = world()
	expect(service.newest()).toBeUndefined()
	expect(point('1')).toBe('1')
	expect(point('2')).toBe('1')
	expect(point('3')).toBe('1')
	await opens('3')
	expect(point('3')).toBe('3')
	await opens('2')
	expect(point('3')).toBe('3')
	expect(retired).toEqual(['1', '2'])
})

test('while a third is opening, the second takes over, and the third is opened once', async () => {
	const { point, opens, opened } = world()
	point('1')
	point('2')
	point('3')
	await opens('2')
	expect(point('3')).toBe('2')
	await opens('3')
	expect(point('3')).toBe('3')
	expect(opened).toEqual(['1', '2', '3'])
})

test('one that can’t be opened is told once, and what is published next takes over', async () => {
	const { point, opens, fails, opened, told } = world()
	point('1')
	point('2')
	await fails('2')
	expect(point('2')).toBe('1')
	expect(told).toEqual(['2 refused, 1 goes on'])
	expect(opened).toEqual(['1', '2'])
	point('3')
	await opens('3')
	expect(point('3')).toBe('3')
})

test('a pointer that is set back to the one in service keeps what was opening from taking over', async () => {
	const { point, opens, retired } = world()
	point('1')
	point('2')
	point('1')
	await opens('2')
	expect(point('1')).toBe('1')
	expect(retired).toEqual(['2'])
})

/** Generations that open when the test says so. `point` publishes one and gives the name of what then answers. */
function world() {
	let pointed: string | undefined
	const opening = new Map<string, PromiseWithResolvers<string[]>>()
	const opened: string[] = []
	const retired: string[] = []
	const told: string[] = []
	const service = generationInService({
		published: () => (pointed === undefined ? undefined : { name: pointed, file: `${pointed}.duckdb` }),
		open: ({ name, file }) => {
			opened.push(name)
			opening.set(name, Promise.withResolvers())
			return {
				name,
				file,
				ask: async () => [],
				tables: () => opening.get(name)!.promise,
				use: () => () => {},
				retire: () => void retired.push(name),
				close: async () => {},
				pids: () => ({}),
			} satisfies OpenGeneration
		},
		refused: (generation, inService) => told.push(`${generation.name} refused, ${inService?.name} goes on`),
	})
	return {
		service,
		opened,
		retired,
		told,
		point: (name: string) => {
			pointed = name
			return service.newest()?.name
		},
		opens: async (name: string) => {
			opening.get(name)!.resolve([])
			await new Promise(setImmediate)
		},
		fails: async (name: string) => {
			opening.get(name)!.reject(new Error('not a database'))
			await new Promise(setImmediate)
		},
	}
}
