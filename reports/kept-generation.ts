import type { PageContext } from './context.ts'

/** The part of a page's context that says which generation it stands on. */
type Standing = Pick<PageContext, 'generation' | 'isPast'>

/** An address of ours that stays on the generation that is looked at; on the newest one it is left as it is. */
export function atGeneration(address: string, { generation, isPast }: Standing): string {
	if (!isPast || !generation) return address
	const [, path = '', query = '', fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(address) ?? []
	const parts = query.split(/&(?:amp;)?/).filter((part) => part && !part.startsWith('generation='))
	return `${path}?${[...parts, `generation=${generation.generation}`].join('&')}${fragment}`
}

/**
 * A rendered page whose links and forms all stay on the generation that is looked at. Done on the markup, so that no link can be
 * forgotten; one with `data-now` leads back to the newest generation.
 */
export function keepGeneration(markup: string, standing: Standing): string {
	if (!standing.isPast || !standing.generation) return markup
	const hidden = `<input type="hidden" name="generation" value="${standing.generation.generation}"/>`
	return markup.replace(tag, (whole: string, name: string) => {
		if (whole.includes(' data-now')) return whole
		const kept = whole.replace(ourAddress, (_, before: string, address: string, after: string) => {
			return `${before}${atGeneration(address.replaceAll('&amp;', '&'), standing).replaceAll('&', '&amp;')}${after}`
		})
		return name === 'form' && !/ method="post"/i.test(whole) ? kept + hidden : kept
	})
}

/** A tag that leads somewhere, with its attributes: values are always quoted, and may hold any sign but the quote. */
const tag = /<(a|form|button)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/g

/** An address of this server, style and pictures left out. */
const ourAddress = /(\s(?:href|action|formaction)=")([/?](?!assets\/)[^"]*)(")/g
