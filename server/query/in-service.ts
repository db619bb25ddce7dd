import type { OpenGeneration } from './generation.ts'

type Published = { name: string; file: string }

/**
 * Which generation answers. The one in service goes on until a newer one has opened its file, and then it is retired; one that can't
 * be opened never takes over, nor does one that was slower to open than what was published after it.
 */
export function generationInService({
	published,
	open,
	refused,
}: {
	/** What the pointer names now. */
	published: () => Published | undefined
	open: (found: Published) => OpenGeneration
	/** Is told about a generation that can't be opened, and which one goes on. */
	refused: (generation: OpenGeneration, inService: OpenGeneration | undefined, error: unknown) => void
}): { current(): OpenGeneration | undefined; newest(): OpenGeneration | undefined } {
	let current: { generation: OpenGeneration; place: number } | undefined
	/** How often the pointer was seen to change: what it named later has a higher place. */
	let places = 0
	/** What the pointer named last, whatever became of it: it is not opened again. */
	let named: string | undefined
	return { current: () => current?.generation, newest }

	function newest(): OpenGeneration | undefined {
		const found = published()
		if (found && found.name !== named) follow(found)
		return current?.generation
	}

	function follow(found: Published): void {
		named = found.name
		const place = ++places
		if (current && found.name === current.generation.name) {
			current.place = place
			return
		}
		const generation = open(found)
		const takeOver = () => {
			if (current && current.place > place) {
				generation.retire()
				return
			}
			current?.generation.retire()
			current = { generation, place }
		}
		if (current) generation.tables().then(takeOver, (error) => refused(generation, current?.generation, error))
		else takeOver()
	}
}
