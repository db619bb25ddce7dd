import { addressOf } from '../address.ts'
import { type Html, html } from '../html.ts'

/** A model with the names of those that it reads. */
export type ModelReads = { name: string; reads: readonly string[] }

/** A model's neighbourhood: `columns` from the sources on the left to the readers on the right, and who reads whom. */
export type Neighbourhood = {
	columns: { step: number; names: string[]; hiddenCount: number }[]
	edges: [from: string, to: string][]
}

/** How many models one column shows; the rest is counted. */
const shownPerColumn = 12

/** Models (no raw tables) up to `steps` before and after one, by their distance from it. One that stands on both sides is drawn where it is nearest; edges all lead to the right. */
export function neighbourhood(name: string, all: readonly ModelReads[], steps = 2): Neighbourhood {
	const known = new Set(all.map((model) => model.name))
	const reads = new Map(all.map((model) => [model.name, model.reads.filter((read) => known.has(read))]))
	const readers = new Map<string, string[]>()
	for (const model of all) for (const read of model.reads) readers.set(read, [...(readers.get(read) ?? []), model.name])
	const place = new Map([[name, 0]])
	for (const [sign, next] of [
		[-1, reads],
		[1, readers],
	] as const) {
		let edge = [name]
		for (let step = 1; step <= steps; step++) {
			edge = [...new Set(edge.flatMap((one) => next.get(one) ?? []))].filter((one) => !place.has(one)).sort()
			for (const one of edge) place.set(one, sign * step)
		}
	}
	const byStep = Map.groupBy([...place.keys()], (one) => place.get(one)!)
	const columns = [...byStep]
		.sort(([a], [b]) => a - b)
		.map(([step, names]) => ({
			step,
			names: names.slice(0, shownPerColumn),
			hiddenCount: Math.max(0, names.length - shownPerColumn),
		}))
	const shown = new Set(columns.flatMap((column) => column.names))
	const edges = [...shown].flatMap((to) =>
		(reads.get(to) ?? [])
			.filter((from) => shown.has(from) && place.get(from)! < place.get(to)!)
			.map((from): [string, string] => [from, to]),
	)
	return { columns, edges }
}

const box = { width: 250, height: 24, gapX: 50, gapY: 8 }

/** The neighbourhood as a picture; each box is a link. What it says stands as text beside it, under "Reads" and "Read by". */
export function ModelGraph({ name, all }: { name: string; all: readonly ModelReads[] }): Html {
	const { columns, edges } = neighbourhood(name, all)
	if (columns.length < 2) return null
	const rows = Math.max(...columns.map((column) => column.names.length + (column.hiddenCount > 0 ? 1 : 0)))
	const height = rows * (box.height + box.gapY)
	const width = columns.length * (box.width + box.gapX) - box.gapX
	const places = placesOf(columns, height)
	const before = columns.filter((column) => column.step < 0).flatMap((column) => column.names).length
	const after = columns.filter((column) => column.step > 0).flatMap((column) => column.names).length
	const label = `${name}: stands on ${before} models up to two steps before it, ${after} stand on it up to two steps after`
	return html`<section class="table" aria-label="Graph"><div class="caption"><h2>Two steps around</h2><p>from what it reads, on the left, to what reads it</p></div>
		<div class="scroll" tabindex="0" role="region" aria-label="Graph, picture"><svg class="model-graph" role="img" aria-label=${label} width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
			${edges.map(([from, to]) => html`<path class=${from === name || to === name ? 'edge near' : 'edge'} d=${edgePath(places.get(from)!, places.get(to)!)} />`)}
			${columns.map((column) => column.names.map((one) => html`<${Box} name=${one} place=${places.get(one)!} isOwn=${one === name} />`))}
			${columns.map(
				({ step, names, hiddenCount }) =>
					hiddenCount > 0 &&
					html`<text class="more" x=${places.get(names[0]!)!.x + 8} y=${places.get(names.at(-1)!)!.y + box.height + box.gapY + 16}>and ${hiddenCount} more, ${Math.abs(step)} ${Math.abs(step) === 1 ? 'step' : 'steps'} ${step < 0 ? 'before' : 'after'}</text>`,
			)}
		</svg></div></section>`
}

type Place = { x: number; y: number }

function placesOf(columns: Neighbourhood['columns'], height: number): Map<string, Place> {
	const places = new Map<string, Place>()
	for (const [index, { names, hiddenCount }] of columns.entries()) {
		const used = (names.length + (hiddenCount > 0 ? 1 : 0)) * (box.height + box.gapY)
		for (const [row, name] of names.entries())
			places.set(name, {
				x: index * (box.width + box.gapX),
				y: Math.round((height - used) / 2) + row * (box.height + box.gapY),
			})
	}
	return places
}

function Box({ name, place: { x, y }, isOwn }: { name: string; place: Place; isOwn: boolean }): Html {
	const text = name.length > 32 ? `${name.slice(0, 31)}…` : name
	return html`<a href=${addressOf(['models', name])} tabindex="-1"><title>${name}</title>
		<rect class=${isOwn ? 'node own' : 'node'} x=${x} y=${y} width=${box.width} height=${box.height} rx="3" /><text x=${x + 8} y=${y + 16}>${text}</text></a>`
}

/** From the right side of one box to the left side of the other, as a soft curve. */
function edgePath(from: Place, to: Place): string {
	const start = { x: from.x + box.width, y: from.y + box.height / 2 }
	const end = { x: to.x, y: to.y + box.height / 2 }
	const bend = Math.max(20, Math.abs(end.x - start.x) / 2)
	return `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`
}
