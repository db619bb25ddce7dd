import * as Plot from '@observablehq/plot'
import { drawChart } from './chart.ts'
import { addDecimals, compareDecimals, isZeroDecimal, negateDecimal, subtractDecimals } from './decimal.ts'
import { type MinorDigits, signedAmountText } from './format.ts'

/** One step of a bridge: an amount by which the first total exceeds the last one (a break's sign: bookings − revenue). */
export type BridgeStep = { code: string; title: string; amount: string; href: string }

/** A bridge from one total to another. Decimal texts of one currency; `title` and `href` name the two totals. */
export type Bridge = {
	period: string
	currency: string
	from: { title: string; amount: string; href: string }
	to: { title: string; amount: string; href: string }
	steps: BridgeStep[]
}

/** What is left when the steps are taken from the first total: zero, or the steps do not add up. */
export function bridgeRemainder({ from, to, steps }: Bridge): string {
	return subtractDecimals(subtractDecimals(from.amount, to.amount), addDecimals(steps.map((step) => step.amount)))
}

/** The finding in one sentence: what is larger, by how much, and the largest step. */
export function bridgeFinding(bridge: Bridge, minorDigits: MinorDigits): string {
	const { period, currency, from, to, steps } = bridge
	const variance = subtractDecimals(from.amount, to.amount)
	const amount = (value: string) => `${signedAmountText(value.replace('-', ''), minorDigits(currency))} ${currency}`
	const isStill = isZeroDecimal(variance) && steps.every((step) => isZeroDecimal(step.amount))
	if (isStill && isZeroDecimal(from.amount))
		return `${period}: no ${from.title.toLowerCase()} and no ${to.title.toLowerCase()}`
	if (isStill)
		return `${period}: ${from.title.toLowerCase()} and ${to.title.toLowerCase()} agree to the cent, ${amount(from.amount)}`
	const direction = variance.startsWith('-') ? 'below' : 'above'
	const largest = [...steps].sort(bySize)[0]
	const relation = isZeroDecimal(variance) ? 'equal' : `${amount(variance)} ${direction}`
	return `${period}: ${from.title.toLowerCase()} ${relation} ${to.title.toLowerCase()}; ${largest ? `${largest.title.toLowerCase()} is the largest step` : 'there are no steps'}`
}

/** Largest amount first, whatever its sign; among equals by name. */
export function bySize(a: { amount: string; title: string }, b: { amount: string; title: string }): number {
	return compareDecimals(b.amount.replace('-', ''), a.amount.replace('-', '')) || a.title.localeCompare(b.title)
}

/**
 * The bridge as SVG: totals from zero, steps between them in the order given, thin connectors, amounts outside with ▼ (lowers)
 * or ▲ (raises). A step of zero is drawn only for `unexplained`, which is hatched. Every bar is a link.
 */
export function drawBridge(bridge: Bridge, minorDigits: MinorDigits): string {
	const bars = bridgeBars(bridge, minorDigits)
	const edges = bars.flatMap((bar) => [bar.start, bar.end])
	const domain = [Math.min(0, ...edges), Math.max(0, ...edges)]
	const longest = Math.max(...bars.map((bar) => bar.label.length))
	const links = {
		href: 'href',
		ariaLabel: 'spoken',
		y: 'title',
		x1: 'start',
		x2: 'end',
		inset: 0,
		insetLeft: -0.75,
		insetRight: -0.75,
	} as const
	const kind = (name: Bar['kind']) => bars.filter((bar) => bar.kind === name)
	const rowHeight = isDense(bridge) ? 18 : 24
	return drawChart(
		{
			width: 640,
			height: bars.length * rowHeight + 8,
			marginLeft: 150,
			marginRight: Math.ceil(longest * 7.4) + 12,
			marginTop: 4,
			marginBottom: 4,
			x: { domain: domain[0] === domain[1] ? [0, 1] : domain, axis: null },
			y: { domain: bars.map((bar) => bar.title), axis: 'left', tickSize: 0, label: null, padding: 0.3 },
			marks: [
				Plot.ruleX([0], { className: 'zero' }),
				Plot.ruleX(connectors(bars), { x: 'x', y1: 'from', y2: 'to', className: 'connector' }),
				Plot.barX(kind('total'), { ...links, className: 'bar total' }),
				Plot.barX(kind('lowers'), { ...links, className: 'bar lowers' }),
				Plot.barX(kind('raises'), { ...links, className: 'bar raises' }),
				Plot.barX(kind('unexplained'), { ...links, className: 'bar unexplained', fill: 'url(#hatch)' }),
				Plot.text(bars, {
					x: (bar: Bar) => Math.max(bar.start, bar.end),
					y: 'title',
					text: 'label',
					textAnchor: 'start',
					dx: 6,
					className: 'amounts',
				}),
			],
		},
		{ label: bridgeFinding(bridge, minorDigits), className: 'bridge' },
		hatch,
	)
}

/** Whether the bridge has so many steps that its rows stand closer, to fit the first screen. */
export function isDense({ steps }: Bridge): boolean {
	return steps.length > 13
}

const hatch =
	'<defs><pattern id="hatch" class="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-ground"/><rect width="3" height="6" class="hatch-line"/></pattern></defs>'

type Bar = {
	kind: 'total' | 'lowers' | 'raises' | 'unexplained'
	title: string
	href: string
	spoken: string
	label: string
	/** Positions on the axis: only places in a picture, so a float will do. */
	start: number
	end: number
}

function bridgeBars({ currency, from, to, steps }: Bridge, minorDigits: MinorDigits): Bar[] {
	const digits = minorDigits(currency)
	const total = ({ title, amount, href }: Bridge['from']): Bar => {
		const label = signedAmountText(amount, digits)
		return { kind: 'total', title, href, label, spoken: `${title} ${label} ${currency}`, start: 0, end: Number(amount) }
	}
	let level = from.amount
	const bars = [total(from)]
	for (const { code, title, amount, href } of steps) {
		if (isZeroDecimal(amount) && code !== 'unexplained') continue
		const next = subtractDecimals(level, amount)
		const effect = negateDecimal(amount)
		const direction = isZeroDecimal(amount) ? '' : effect.startsWith('-') ? '▼ ' : '▲ '
		const size = signedAmountText(amount.replace('-', ''), digits)
		const kind = code === 'unexplained' ? 'unexplained' : effect.startsWith('-') ? 'lowers' : 'raises'
		const verb = isZeroDecimal(amount) ? '' : effect.startsWith('-') ? 'lowers by ' : 'raises by '
		const spoken = `${title} ${verb}${size} ${currency}`
		bars.push({ kind, title, href, spoken, label: `${direction}${size}`, start: Number(level), end: Number(next) })
		level = next
	}
	bars.push(total(to))
	return bars
}

/** A thin line from each bar's end to the next one's beginning. */
function connectors(bars: Bar[]): { x: number; from: string; to: string }[] {
	return bars.slice(0, -1).map((bar, index) => ({ x: bar.end, from: bar.title, to: bars[index + 1]!.title }))
}
